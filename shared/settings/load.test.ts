import { expect, test } from 'vitest'
import { address, integer, listOf, listOrNone, optional, port, secret, text } from './fields.ts'
import { loadSettings, type Sources } from './load.ts'

const schema = {
  single: { portal: { port: port(8080), host: listOf(address, ['127.0.0.1']), names: listOrNone(text('')) }, radius: { token_key: secret(), auth_port: port(1812) } },
  many: { sites: { id: text('default'), seconds: integer(5, { min: 1, max: 9 }) }, 'radius.clients': { name: text(''), note: optional(text('')) } },
} as const

function load(toml: string, more: Partial<Sources> = {}) {
  return loadSettings(schema, { file: { name: 'parvis.toml', text: toml }, env: {}, flags: new Map(), readSecret: () => 'from-file\n', ...more })
}

test('without a file the built-in values hold', () => {
  const { settings, problems } = loadSettings(schema, { env: {}, flags: new Map(), readSecret: () => '' })
  expect(problems).toEqual([])
  expect(settings.portal).toEqual({ port: 8080, host: ['127.0.0.1'], names: [] })
  expect(settings.sites).toEqual([])
})

test('a flag wins over the environment, the environment over the file', () => {
  const file = '[portal]\nport = 1\n'
  expect(load(file).settings.portal.port).toBe(1)
  expect(load(file, { env: { PARVIS_PORTAL_PORT: '2' } }).settings.portal.port).toBe(2)
  expect(load(file, { env: { PARVIS_PORTAL_PORT: '2' }, flags: new Map([['portal.port', '3']]) }).settings.portal.port).toBe(3)
})

test('every mistake is reported at once, each with its line and key', () => {
  const { problems } = load('[portal]\nport = 70000\nhots = "127.0.0.1"\n\n[[sites]]\nid = "a"\n[[sites]]\nid = "b"\nseconds = "x"\n\n[[radius.clients]]\nnome = "ap"\n[portals]\n')
  expect(problems.map(({ where, key }) => [where, key])).toEqual([
    ['parvis.toml:13', 'portals'],
    ['parvis.toml:3', 'portal.hots'],
    ['parvis.toml:2', 'portal.port'],
    ['parvis.toml:9', 'sites[1].seconds'],
    ['parvis.toml:12', 'radius.clients[0].nome'],
  ])
  expect(problems[1]?.text).toContain('did you mean host')
  expect(problems[4]?.text).toContain('did you mean name')
})

test('an empty list is written as it is shown, but not where at least one is needed', () => {
  const { settings, problems } = load('[portal]\nnames = []\nhost = []\n')
  expect(settings.portal.names).toEqual([])
  expect(problems).toEqual([expect.objectContaining({ key: 'portal.host', text: 'expected at least one value' })])
})

test('a broken file is one clear mistake with its line', () => {
  const { problems } = load('[portal]\nport = = 1\n')
  expect(problems).toHaveLength(1)
  expect(problems[0]?.where).toBe('parvis.toml:2')
})

test('a secret may stand in a file of its own', () => {
  expect(load('[radius]\ntoken_key_FILE = "/k"\n').settings.radius.token_key).toBe('from-file')
  expect(load('', { env: { PARVIS_RADIUS_TOKEN_KEY_FILE: '/k' } }).settings.radius.token_key).toBe('from-file')
  const unreadable = load('', { env: { PARVIS_RADIUS_TOKEN_KEY_FILE: '/k' }, readSecret: () => { throw new Error('no') } })
  expect(unreadable.problems[0]?.key).toBe('radius.token_key')
})

test('names such as __proto__ are unknown keys, not tricks', () => {
  const { problems } = load('[portal]\n"__proto__" = 1\n[__proto__]\nx = 1\n')
  expect(problems.length).toBeGreaterThan(0)
  expect(({} as { x?: number }).x).toBeUndefined()
})

test('nor do names that every object has pass for keys', () => {
  const { problems } = load('[portal]\nconstructor = 1\ntoString_FILE = "x"\nport_FILE = "x"\n', { flags: new Map([['portal.valueOf', '1'], ['constructor.name', '1']]) })
  expect(problems.map(({ key }) => key).sort()).toEqual(['constructor.name', 'portal.constructor', 'portal.port_FILE', 'portal.toString_FILE', 'portal.valueOf'])
})

test('a secret on the command line, where every user of the machine reads it, is refused with the way to give it', () => {
  const { settings, problems } = load('', { flags: new Map([['radius.token_key', 'hunter2hunter2hunter2']]) })
  expect(problems).toEqual([{ where: '--radius.token_key', key: 'radius.token_key', text: expect.stringContaining('use PARVIS_RADIUS_TOKEN_KEY_FILE') }])
  expect(JSON.stringify([settings, problems])).not.toContain('hunter2')
})
