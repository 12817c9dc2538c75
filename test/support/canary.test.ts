import { createHash, createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { leaks, macNotations, needles, scan } from './canary.ts'

const MAC = '02007f0d0102'
const KEY = Buffer.alloc(32, 7)
const wanted = needles([{ what: 'phone', notations: macNotations(MAC) }], [KEY], ['parvis/form/1'])
const found = (bytes: Buffer | string) => leaks(scan('here', Buffer.from(bytes as string), wanted)).length > 0

const PLANTED: readonly (readonly [string, Buffer | string])[] = [
  ['colons', 'x 02:00:7f:0d:01:02 y'],
  ['capitals and hyphens', '02-00-7F-0D-01-02'],
  ['dots', '0200.7f0d.0102'],
  ['bare digits', 'mac=02007F0D0102'],
  ['raw bytes', Buffer.concat([Buffer.from('abc'), Buffer.from(MAC, 'hex'), Buffer.from('def')])],
  ['base 64 of the text', Buffer.from('02:00:7f:0d:01:02').toString('base64')],
  ['SHA-256 in hexadecimal', createHash('sha256').update('02-00-7F-0D-01-02').digest('hex')],
  ['MD5 cut to eight bytes', createHash('md5').update(MAC).digest('hex').slice(0, 16)],
  ['SHA-1 in base 64 url', `token=${createHash('sha1').update(MAC).digest('base64url')};`],
  ['HMAC under a key of the process', createHmac('sha256', KEY).update(MAC).digest()],
  ['HMAC under our label', createHmac('sha256', KEY).update(`parvis/form/1\0${MAC}`).digest('base64url').slice(0, 12)],
  ['base 64 in the middle of other text', Buffer.from('0200.7f0d.0103;0200.7f0d.0102').toString('base64url').slice(1)],
  ['percent-encoded colons', 'GET /?mac=02%3A00%3A7f%3A0d%3A01%3A02'],
  ['SHA-1 cut to six bytes, as a value of its own', `id=${createHash('sha1').update('02:00:7f:0d:01:02').digest('hex').slice(0, 12)};`],
  ['HMAC under a key cut to six bytes in base 64', `"${createHmac('sha256', KEY).update(MAC).digest('base64url').slice(0, 8)}"`],
  ['gzip', gzipSync('seen 02:00:7f:0d:01:02')],
]

test.each(PLANTED)('a planted address is found as %s', (_, bytes) => expect(found(bytes)).toBe(true))

test('another address is not', () => {
  expect(found('02:00:7f:0d:01:03 and some text of no interest, 0123456789abcdef')).toBe(false)
})

test('six bytes of one digest amid others may be chance, of two people they are not', () => {
  const other = '02007f0d0103'
  const both = needles([MAC, other].map((mac) => ({ what: 'phone', notations: macNotations(mac) })), [KEY], [])
  const piece = (mac: string) => createHash('sha256').update(mac).digest().subarray(0, 6)
  const amid = (...pieces: Buffer[]) => Buffer.concat(pieces.flatMap((one) => [Buffer.alloc(9, 1), one]).concat(Buffer.alloc(9, 2)))
  expect(leaks(scan('here', amid(piece(MAC)), both))).toHaveLength(0)
  expect(leaks(scan('here', amid(piece(MAC), piece(other)), both))).toHaveLength(2)
})

test('an address of the network is found, and not in a longer one', () => {
  const addresses = needles([{ what: 'phone', notations: ['127.33.44.5'] }], [], [])
  expect(leaks(scan('here', Buffer.from('from ::ffff:127.33.44.5:80'), addresses))).toHaveLength(1)
  for (const other of ['127.33.44.55', '1127.33.44.5']) expect(leaks(scan('here', Buffer.from(`from ${other} to`), addresses))).toHaveLength(0)
})

test('a name is found whole, not by its first letters', () => {
  const names = needles([{ what: 'account', notations: ['marie.quintessence'] }], [], [])
  expect(leaks(scan('here', Buffer.from('user=marie.quintessence'), names))).toHaveLength(1)
  expect(leaks(scan('here', Buffer.from('user=marie.quinze'), names))).toHaveLength(0)
})
