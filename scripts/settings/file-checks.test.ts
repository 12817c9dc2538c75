import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { absent } from '#test/support/peer.ts'
import { selfSigned } from '#test/support/pebble.ts'
import { checkFiles } from './file-checks.ts'
import { readSettings } from './read.ts'

const DAY_MS = 86_400_000
const dir = mkdtempSync(join(tmpdir(), 'parvis-files-'))
afterAll(() => rmSync(dir, { recursive: true }))

function file(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
/** Every finding, one a line. */
function found(toml: string, nowMs = Date.now()): string {
  const config = file('parvis.toml', toml)
  try {
    readSettings({ config, flags: new Map() }, {}, (settings, wrong) => checkFiles(settings, nowMs, wrong))
    return ''
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
const tls = (cert: string, key: string, more = ''): string => `[portal]\ntls_port = 443\ntls_cert = ${JSON.stringify(cert)}\ntls_key = ${JSON.stringify(key)}\n${more}`
const legal = (a: string): string => `[legal]\nprofile = "fr"\nholder_a = ${JSON.stringify(a)}\nholder_b = "/nowhere/b.json"\n`
const UNIFI = '[[controllers]]\nname = "unifi"\nkind = "unifi"\napi_url = "https://unifi.ville.example"\napi_user = "p"\napi_password = "p"\n'

test.each([
  ['a certificate', tls('/nowhere/cert.pem', '/nowhere/key.pem'), [/parvis\.toml:3 +portal\.tls_cert: \/nowhere\/cert\.pem: is not there/, /parvis\.toml:4 +portal\.tls_key: \/nowhere\/key\.pem: is not there/]],
  ['the holders of the log', legal(file('a.json', 'x')), [/legal\.holder_a: .*it is not JSON/, /legal\.holder_b: .*is not there/]],
  ['the program for the DNS', `[hub]\nacme_domain = "wifi.example.org"\nacme_dns = ${JSON.stringify(file('dns', '#!/bin/sh\n'))}\nacme_root = ${JSON.stringify(file('ca.pem', 'x'))}\n`, [/hub\.acme_dns: .*nobody may run it/, /hub\.acme_root: .*no certificate/]],
  ['a directory of services', '[kiosk]\ndirectory = "/nowhere"\n', [/kiosk\.directory: \/nowhere: is not there/]],
  ['a controller’s certificate', `${UNIFI}api_certificate = "/"\n`, [/controllers\[0\]\.api_certificate: \/: is a folder/]],
])('%s that cannot be used is told with its line and key', (_, toml, expected) => {
  const said = found(toml)
  for (const one of expected) expect(said).toMatch(one)
})

test('a server that starts does not ask: it does without a certificate until there is one', () => {
  const config = file('parvis.toml', tls('/nowhere/cert.pem', '/nowhere/key.pem'))
  expect(() => readSettings({ config, flags: new Map() }, {})).not.toThrow()
})

describe.skipIf(absent('openssl'))('a pair that is there', () => {
  test('is in order, or it is told why phones would not be sent to it', () => {
    const [own, other] = [selfSigned(dir, 'wifi.rivemont.example', 30), selfSigned(dir, 'elsewhere.example', 30)]
    expect(found(tls(own.cert, own.key))).toBe('')
    expect(found(tls(own.cert, other.key))).toMatch(/portal\.tls_cert: the private key is not the certificate’s/)
    expect(found(tls(own.cert, own.key, 'domain = "wifi.ville.example"\n'))).toMatch(/not for portal\.domain/)
    expect(found(tls(own.cert, own.key), Date.now() + 31 * DAY_MS)).toMatch(/has run out/)
    expect(found(tls(own.cert, own.key), Date.now() - DAY_MS)).toMatch(/not valid yet/)
    expect(found(tls(own.key, own.key))).toMatch(/the certificate is not PEM/)
  })
})
