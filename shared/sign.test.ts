import { generateKeyPairSync } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify, CompactSign } from 'jose'
import { expect, test } from 'vitest'
import { deviceKeyPem, generateDeviceKey, openJws, parseDeviceKey, parseJws, publicKey, signatureHolds, signJws } from './sign.ts'

const TYP = 'parvis-test+jws'
const key = generateDeviceKey()
const other = generateDeviceKey()
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a key that was written to a file and read back signs as the same device', async () => {
  const again = parseDeviceKey(deviceKeyPem(key))
  expect(again.kid).toBe(key.kid)
  expect(openJws(await signJws(again, TYP, 'bonjour'), TYP, key).toString()).toBe('bonjour')
})

test('the key id is the thumbprint that any other JOSE library computes', async () => {
  expect(key.kid).toBe(await calculateJwkThumbprint({ ...key.jwk }))
})

test('jose accepts what we sign, and we accept what jose signs', async () => {
  const ours = await compactVerify(await signJws(key, TYP, 'x'), key.key, { algorithms: ['EdDSA'] })
  expect(ours.protectedHeader).toEqual({ alg: 'EdDSA', typ: TYP, kid: key.kid })
  const theirs = await new CompactSign(Buffer.from('y')).setProtectedHeader({ alg: 'Ed25519', typ: TYP, kid: key.kid }).sign(key.privateKey)
  expect(openJws(theirs, TYP, key).toString()).toBe('y')
})

test('a signature of one kind cannot stand in for another', async () => {
  const jws = await signJws(key, 'parvis-receipt+jws', 'x')
  expect(() => openJws(jws, TYP, key)).toThrow(/typ/)
})

test('another device, a changed payload and a cut signature are refused', async () => {
  const jws = await signJws(key, TYP, 'twelve visits')
  const [header, , signature] = jws.split('.')
  expect(() => openJws(jws, TYP, other)).toThrow(/another key/)
  expect(() => openJws(`${header}.${Buffer.from('ninety visits').toString('base64url')}.${signature}`, TYP, key)).toThrow(/does not hold/)
  for (let length = 0; length < jws.length; length++) expect(() => openJws(jws.slice(0, length), TYP, key)).toThrow(/bad JWS/)
})

test('no header talks the verifier into another algorithm or an extension', () => {
  const tail = `${Buffer.from('x').toString('base64url')}.${Buffer.alloc(64).toString('base64url')}`
  const headers = [{ alg: 'none' }, { alg: 'HS256' }, { alg: 'ES256' }, { alg: ['EdDSA'] }, {}, { alg: 'EdDSA', kid: 7 }, { alg: 'EdDSA', crit: ['b64'], b64: false }]
  for (const header of headers) expect(() => parseJws(`${b64({ typ: TYP, ...header })}.${tail}`, TYP)).toThrow(/bad JWS/)
  for (const header of ['null', '[]', '7', '"EdDSA"', '{']) {
    expect(() => parseJws(`${Buffer.from(header).toString('base64url')}.${tail}`, TYP)).toThrow(/bad JWS/)
  }
})

test('a signature is never checked against a key of another kind', async () => {
  const jws = parseJws(await signJws(key, TYP, 'x'), TYP)
  expect(signatureHolds(jws, generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)).toBe(false)
})

test('what is not an Ed25519 key is refused with its remedy', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(() => parseDeviceKey(rsa)).toThrow(/rsa, not Ed25519/)
  expect(() => parseDeviceKey('hello')).toThrow(/PEM/)
  for (const jwk of [undefined, null, 'x', {}, { ...key.jwk, x: 'short' }, { ...key.jwk, crv: 'X25519' }, { ...key.jwk, x: 7 }]) {
    expect(() => publicKey(jwk)).toThrow(/Ed25519/)
  }
})

test('a private member that slips into a public key is dropped', () => {
  expect(publicKey({ ...key.privateKey.export({ format: 'jwk' }) }).jwk).toEqual(key.jwk)
})
