import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSettings, remarksOn } from './read.ts'

const dir = mkdtempSync(join(tmpdir(), 'parvis-methods-'))
afterAll(() => rmSync(dir, { recursive: true }))

function remarks(text: string): string[] {
  const config = join(dir, 'parvis.toml')
  writeFileSync(config, text)
  return remarksOn(readSettings({ config, flags: new Map() }, {}).settings, undefined).map(({ key, text: said }) => `${key}: ${said}`)
}
const LIMITS = '[[radius.profiles]]\nmethod = "voucher"\nsession_seconds = 600\n'

test('limits for vouchers that no page asks for are remarked on', () => {
  expect(remarks(LIMITS)).toEqual(['radius.profiles[0].method: voucher is not among portal.methods: nobody can sign in that way'])
  expect(remarks(`[portal]\nmethods = ["click", "voucher"]\n${LIMITS}`)).toEqual([])
  expect(remarks(`[[sites]]\nid = "default"\nmethods = ["voucher"]\n${LIMITS}`)).toEqual([])
})

test('passwords are remarked on unless phones are sent to an https address', () => {
  const account = 'methods = ["click", "account"]\n'
  const told = [expect.stringMatching(/^portal\.url: .*in clear/)]
  const tls = 'tls_port = 443\ntls_cert = "/a"\ntls_key = "/b"\n'
  expect(remarks(`[portal]\n${account}`)).toEqual(told)
  expect(remarks(`[portal]\n${account}${tls}`)).toEqual(told)
  expect(remarks(`[portal]\n${account}${tls}url = "http://10.44.0.1/"\n`)).toEqual(told)
  expect(remarks(`[[sites]]\nid = "default"\n${account}`)).toEqual(told)
  expect(remarks(`[portal]\n${account}${tls}url = "https://wifi.example.org/"\n`)).toEqual([])
  expect(remarks(`[portal]\n${account}url = "https://wifi.example.org/"\n`)).toEqual([])
})

test('an access server elsewhere may ask for what our page does not', () => {
  expect(remarks(`${LIMITS}[radius]\nhost = ["192.0.2.1"]\n[[radius.clients]]\nname = "ap"\naddress = "192.0.2.7"\nsecret = "0123456789abcdef"\n`)).toEqual([])
})
