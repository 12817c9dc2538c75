import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { absent, peer } from '#test/support/peer.ts'
import { der, objectIdentifier, TAGS } from './der.ts'
import { apart, together } from './files.ts'
import { certificateRequest, newCertificateKey } from './request.ts'

test.skipIf(absent('openssl'))('openssl reads a request of ours, finds one name and no subject, and its signature holds', () => {
  const key = createPrivateKey(newCertificateKey())
  const request = certificateRequest('x7k2.wifi.rivemont.example', key, createPublicKey(key))
  const said = execFileSync(peer('openssl'), ['req', '-inform', 'DER', '-noout', '-text', '-verify'], { input: request, stdio: ['pipe', 'pipe', 'pipe'] }).toString()
  expect(said).toMatch(/Subject: *\n/)
  expect(said).toContain('DNS:x7k2.wifi.rivemont.example')
  expect(said).toContain('prime256v1')
  const broken = Buffer.from(request)
  broken[40] = broken.readUInt8(40) ^ 1
  expect(() => execFileSync(peer('openssl'), ['req', '-inform', 'DER', '-noout', '-verify'], { input: broken, stdio: 'pipe' })).toThrow()
})

// X.690 §8.1.3.5 and §8.19.5 give these examples: a length of 201, and {2 100 3} as 06 03 81 34 03.
test('lengths and object identifiers are written as X.690 shows them', () => {
  expect(der(TAGS.octetString, Buffer.alloc(201)).subarray(0, 3).toString('hex')).toBe('0481c9')
  expect(der(TAGS.octetString, Buffer.alloc(127)).subarray(0, 2).toString('hex')).toBe('047f')
  expect(der(TAGS.octetString, Buffer.alloc(256)).subarray(0, 4).toString('hex')).toBe('04820100')
  expect(objectIdentifier('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
  expect(objectIdentifier('2.5.29.17').toString('hex')).toBe('0603551d11')
})

test('a name that is none is refused before it is asked for', () => {
  const key = createPrivateKey(newCertificateKey())
  for (const name of ['', 'a b', 'Ä.example', '*.example', `${'a'.repeat(254)}`]) expect(() => certificateRequest(name, key, createPublicKey(key))).toThrow(TypeError)
})

test('key and chain come out of their one file as they went in', () => {
  const key = newCertificateKey()
  const cert = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n'
  expect(apart(together({ cert, key }))).toEqual({ cert, key })
  expect(apart(together({ cert: cert.trimEnd(), key })).cert).toBe(cert)
})
