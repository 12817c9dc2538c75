import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CONTROLLER_KINDS } from '#portal/controllers/controller.ts'
import { KINDS } from '#portal/controllers/kinds.ts'
import { controllersOf } from '../run/controllers.ts'
import { readSettings, remarksOn } from './read.ts'

const folder = mkdtempSync(join(tmpdir(), 'parvis-settings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function read(text: string) {
  const config = join(folder, 'parvis.toml')
  writeFileSync(config, text)
  return readSettings({ config, flags: new Map() }, {}).settings
}
const UAM = 'name = "chilli"\nkind = "uam"\naddresses = ["192.168.182.1"]\nsecret = "s"\n'

test('a controller of each kind is read with what it needs', () => {
  const settings = read(`[[controllers]]\n${UAM}[[controllers]]\nname = "nds"\nkind = "opennds"\naddresses = ["192.168.8.1:2050"]\nsecret = "k"\nfas_level = 3\npoll_from = ["203.0.113.0/24"]
[[controllers]]\nname = "unifi"\nkind = "unifi"\napi_url = "https://unifi.ville.example:8443"\napi_user = "parvis"\napi_password = "p"\n[[controllers]]\nname = "router"\nkind = "mikrotik"\naddresses = ["10.5.50.1"]\n`)
  expect(controllersOf(settings)).toMatchObject([
    { name: 'chilli', kind: 'uam', secret: 's' },
    { name: 'nds', level: 3, pollFrom: ['203.0.113.0/24'] },
    { name: 'unifi', api: { url: 'https://unifi.ville.example:8443/', site: 'default' } },
    { name: 'router', addresses: ['10.5.50.1'] },
  ])
})

test('where the law asks for a log, the operator hears which phones it does not tell apart', () => {
  const law = (profile: string) => `[legal]\nprofile = "${profile}"\nholder_a = "a.json"\nholder_b = "b.json"\n`
  const remarks = (text: string) => remarksOn(read(text), undefined).filter(({ key }) => key === 'legal.profile').map(({ text }) => text)
  const rowOf = { opennds: 'addresses = ["192.168.8.1"]\nsecret = "k"\n', uam: 'addresses = ["192.168.182.1"]\nsecret = "s"\n', unifi: 'api_url = "https://unifi.ville.example/"\napi_user = "p"\napi_password = "p"\n', mikrotik: 'addresses = ["10.5.50.1"]\n' }
  const rows = CONTROLLER_KINDS.map((kind) => `[[controllers]]\nname = "${kind}"\nkind = "${kind}"\n${rowOf[kind]}`)
  for (const [index, kind] of CONTROLLER_KINDS.entries()) {
    const [remark = ''] = remarks(law('fr') + rows[index])
    expect(remark).toContain(`phones behind "${kind}" (${kind}) leave by ports that are not ours`)
    // Whoever's controller asks RADIUS by itself never opens a session here.
    expect(remark.includes(`of "${kind}" (${kind}) it has no sessions at all`), kind).toBe(KINDS[kind].handOver !== undefined)
  }
  expect(remarks(law('fr') + rows.join(''))).toEqual([expect.stringContaining('of "uam" (uam) and "mikrotik" (mikrotik) it has no sessions at all')])
  expect(remarks(law('fr'))).toEqual([])
  expect(remarks(`${law('default')}[[controllers]]\n${UAM}`)).toEqual([])
})

test('an authmon that is answered wherever it asks from is remarked on', () => {
  const nds = (level: number, from = '') => `[[controllers]]\nname = "nds"\nkind = "opennds"\naddresses = ["192.168.8.1:2050"]\nsecret = "k"\nfas_level = ${level}\n${from}`
  const remarks = (text: string) => remarksOn(read(text), undefined).map(({ key }) => key)
  expect(remarks(nds(3))).toEqual(['controllers[0].poll_from'])
  expect(remarks(nds(4, 'poll_from = ["203.0.113.0/24"]\n'))).toEqual([])
  expect(remarks(nds(2))).toEqual([])
})

test.each([
  ['no secret', UAM.replace('secret = "s"\n', ''), 'controllers[0].secret: missing'],
  ['no return address', UAM.replace(/addresses.*\n/, ''), 'controllers[0].addresses: missing'],
  ['a return address that is none', UAM.replace('192.168.182.1', '192.168.182'), 'is none of 192.168.8.1'],
  ['a name that no address can hold', UAM.replace('"chilli"', '"Chilli 1"'), 'lower-case letters'],
  ['the same name twice', `${UAM}[[controllers]]\n${UAM}`, '"chilli" is used twice'],
  ['a site that is not there', `${UAM}site = "nowhere"\n`, 'there is no site "nowhere"'],
  ['a RADIUS client that is not there', `${UAM}radius_client = "ap"\n`, 'there is no [[radius.clients]] named "ap"'],
  ['UniFi without its interface', 'name = "u"\nkind = "unifi"\n', 'controllers[0].api_password: missing'],
  ['a level that openNDS does not have', 'name = "n"\nkind = "opennds"\naddresses = ["a"]\nsecret = "k"\nfas_level = 5\n', 'a whole number from 1 to 4'],
])('%s is told with its line', (_what, rows, told) => {
  expect(() => read(`[[controllers]]\n${rows}`)).toThrow(told)
})
