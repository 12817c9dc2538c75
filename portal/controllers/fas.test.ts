// The sealed query is one that Debian's openNDS 9.10.0 (level 2, its own PHP line, faskey 1234567890) sent in our laboratory.
import { createCipheriv, createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { allowList } from './allow-list.ts'
import type { Controller } from './controller.ts'
import { fasFields, gatewayHash, readFas, returnHash } from './fas.ts'

const FASKEY = '1234567890'
const FAS =
  'RVd1dUFUZzVlb1hLY0tyN1ZLbmhvcWlrTEErOHpjZWQzMnpERElwYlF5cHIrQ0RFWkkwRU1SUGd5TkdvWWFzeWwvVmVzTHY0U2lXS0ZBeUxXYUJyNmVRNUxVbzZvSkd5NnNjQm5SOExJK3RDZUI3VCtQOStSNm9FL24xN05GTnJjV2ZvS29MWU9lYkhGanZRYlVpMVYxYmIvTndNOFZ6MUtpQzlMWFQ3TWpmZmRkaW51K2I4aW5qdkxuT0tJaGMrbG1zWEJENXFZSVQ0Rml0KytaUUQwNzVwTmtUaEppUStDWXBBUTluRThvblBTcVB3eXhhd2h3bGQ4WEFIWVNqOUlpMEhQNDB2YTBQN0I2RGVDV0VXYkJaOU5CSFJlK2FEbnV6OXQyZFdpZUtNR08zdTUwT0NwQ3VUMzJwWUZramlRTTl6eFJqK0pmbk5qeTVkWG52V1dxS3pIaXFQZFJTTE9VR3B5bDNyUjBEZmZORkZGaTRuZ2s3cXJsZ2RPazVaUjZvMjRxQjgrUit3c3hsWG55M1QxODRCNWUyUEg5TXVOU1c5VmYxR2tJT1oxUlg0V0hMZWRzMWU5R0ZCTHl5WkJoZjdLY0hzMG5PdnV4cG84dysyRzJkL0x0cUI4cDRzRlA3R3JiSm96VDdkRTdDaTU4M2RMckgvVjRkQjBYdFQrVXorODE2WEZsYVJrZUtaZzY5bDJBPT0='
const IV = 'd0233a4d1d22a6bc'

const gateway = (level: number, secret = FASKEY): Controller => ({ name: 'nds', kind: 'opennds', addresses: ['192.168.70.1'], secret, level, back: allowList(['192.168.70.1'], [2050]) })
const read = (fas: string, iv = IV, controller = gateway(2)) => readFas({ authority: '', target: '', query: new URLSearchParams({ fas, iv }) }, controller)
const sealed = (): Buffer => Buffer.from(Buffer.from(FAS, 'base64').toString('latin1'), 'base64')
const wrapped = (bytes: Uint8Array): string => Buffer.from(Buffer.from(bytes).toString('base64')).toString('base64')

test('what openNDS sealed is read as it sent it', () => {
  const introduced = read(FAS)
  expect(introduced).toMatchObject({ kind: 'arrival', arrival: { bind: 'ctl', mac: '02700000000a', event: 'login', back: 'http://192.168.70.1:2050', wanted: 'http://203.0.113.2/generate_204', once: IV } })
})

test('whoever has another key, another IV, or bits to flip, comes as no other device and is sent nowhere else', () => {
  expect(read(FAS, IV, gateway(2, '1234567891')).kind).toBe('refused')
  expect(read(FAS, '0123456789').kind).toBe('refused')
  const bytes = sealed()
  let refusedOnes = 0
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [0, 3, 6]) {
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ (1 << bit)
      if (read(wrapped(other)).kind === 'refused') refusedOnes++
    }
  }
  expect(refusedOnes).toBe(3 * bytes.length)
  for (let length = 0; length < bytes.length; length += 8) expect(read(wrapped(bytes.subarray(0, length))).kind).toBe('refused')
})

test('whoever asks for a page of their own choosing cannot splice its blocks into another MAC', () => {
  const before = `hid=${'a'.repeat(64)}, clientip=192.168.7.10, clientmac=02:70:00:00:00:0a, client_type=cpd_can, cpi_query=, gatewayname=place%20Node, gatewayurl=, version=9.10.0, gatewayaddress=192.168.70.1:2050, gatewaymac=027000000001, originurl=http%3a%2f%2fx.example%2f`
  const own = `${before}${'x'.repeat(16 - (before.length % 16))}${'y'.repeat(32)}d920a0c1, clientif=br-lan`
  const cipher = createCipheriv('aes-256-cbc', Buffer.concat([Buffer.from(FASKEY), Buffer.alloc(32 - FASKEY.length)]), Buffer.from(IV))
  const bytes = Buffer.concat([cipher.update(own), cipher.final()])
  // Known text makes the block behind any other text: here the name and the first digits of a MAC whose last ones were asked for …
  const [chosen, wanted] = [own.indexOf('d920a0c1') - 16, Buffer.from(', clientmac=5c1d')]
  for (let at = 0; at < 16; at++) bytes[chosen - 16 + at] = (bytes[chosen - 16 + at] ?? 0) ^ 0x79 ^ (wanted[at] ?? 0)
  // … and the name of the true one is spoilt.
  const name = own.indexOf('entmac=')
  bytes[name] = (bytes[name] ?? 0) ^ 1
  expect(name % 16).toBe(0)
  expect(read(wrapped(bytes))).toEqual({ kind: 'refused', why: 'signature' })
})

test('the gateway’s hash and the word that opens it are plain SHA-256, as its documentation says', () => {
  const hid = 'a'.repeat(64)
  expect(returnHash(hid, FASKEY)).toBe(createHash('sha256').update(`${hid}1234567890`).digest('hex'))
  expect(gatewayHash(' place%20Node ')).toBe(createHash('sha256').update('place%20Node').digest('hex'))
})

test('a gateway that is not on the list is not gone back to, and a query without its fields is none', () => {
  const fields = { hid: 'a'.repeat(64), clientip: '192.168.70.10', clientmac: '02:70:00:00:00:0a', gatewayname: 'g', gatewayaddress: '192.168.70.1:2050' }
  const clear = (more: Readonly<Record<string, string>>) => readFas({ authority: '', target: '', query: new URLSearchParams({ fas: Buffer.from(Object.entries({ ...fields, ...more }).map((pair) => pair.join('=')).join(', ')).toString('base64') }) }, gateway(1))
  expect(clear({})).toMatchObject({ kind: 'arrival', arrival: { bind: 'claim' } })
  expect(clear({ gatewayaddress: '203.0.113.2:2050' })).toEqual({ kind: 'refused', why: 'return_address' })
  expect(clear({ gatewayaddress: '192.168.70.1:80' })).toEqual({ kind: 'refused', why: 'return_address' })
  expect(clear({ clientmac: 'nobody' })).toEqual({ kind: 'refused', why: 'mac' })
  for (const broken of [{ hid: 'short' }, { clientip: 'nowhere' }, { gatewayname: '' }]) expect(clear(broken)).toEqual({ kind: 'refused', why: 'form' })
  expect(fasFields('a=1, b=2=3, =x, c, a=9')).toEqual(new Map([['a', '1'], ['b', '2=3']]))
})
