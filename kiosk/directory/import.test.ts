import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, expect, test } from 'vitest'
import { withoutOutsideData } from '#test/support/peer.ts'
import { sampleTown } from '../sample-town/town.ts'
import { importDirectory } from './import.ts'
import { exportDirectory, nest } from './nest.ts'
import { readSource } from './source.ts'
import { openDirectory, type DirectoryStore } from './store.ts'

const official = join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'hsds', 'official')
const outside = existsSync(official) ? official : undefined
const open: DirectoryStore[] = []

function directory(name: string, text: string) {
  return directoryOf([{ name, text }])
}
function directoryOf(files: { name: string; text: string }[]) {
  const store = openDirectory(':memory:')
  open.push(store)
  return { store, report: importDirectory(store, files) }
}
afterEach(() => open.splice(0).forEach((store) => store.close()))

const service = (id: string, more: object = {}) => ({ id, name: 'Douches', status: 'active', ...more })

test('every row is imported, or refused with the file, the row and the reason', () => {
  const { report } = directory('services.csv', [
    'id,name,status,minimum_age', 's1,Douches,active,18', ',Sans nom,active,', 's2,Repas,open,', 's3,Vestiaire,active,douze', 's4,a,active,1,2', 's1,Autre nom,active,18',
  ].join('\n'))
  expect(report).toMatchObject({ read: 6, stored: 2, repeated: 0, refused: 4, byTable: { service: 2 } })
  expect(report.problems).toEqual([
    { file: 'services.csv', row: 3, outcome: 'refused', reason: 'service: id is missing' },
    { file: 'services.csv', row: 4, outcome: 'refused', reason: 'service: status is none of: active, inactive, defunct, temporarily closed' },
    { file: 'services.csv', row: 5, outcome: 'mended', reason: 'service: stored without minimum_age, which is no number' },
    { file: 'services.csv', row: 6, outcome: 'refused', reason: '5 fields under a heading of 4' },
    { file: 'services.csv', row: 7, outcome: 'refused', reason: 'service: name differs from an earlier row with the same id' },
  ])
})

test('an opening hour that is half wrong is refused whole, so that nobody stands before a closed door', () => {
  const { report, store } = directory('schedules.csv', 'id,service_id,byday,opens_at,closes_at\nh1,s1,MO,09:00,12:00\nh2,s1,TU,09:00,25:00')
  expect(report).toMatchObject({ stored: 1, refused: 1 })
  expect(report.problems.map((one) => one.reason)).toContain('schedule: closes_at is no time (HH:MM)')
  expect(store.all('schedule')).toHaveLength(1)
})

test('rows nested under a refused record are reported too', () => {
  const { report } = directory('services.json', JSON.stringify([{ name: 'Sans identifiant', status: 'active', phones: [{ id: 'p1', number: '01 99 00 00 01' }] }]))
  expect(report).toMatchObject({ read: 2, stored: 0, refused: 2 })
  expect(report.problems.map((one) => [one.row, one.reason])).toEqual([
    ['/0', 'service: id is missing'], ['/0/phones/0', 'phone: the service it belongs to was refused'],
  ])
})

test('fields that HSDS does not know are named, and a broken file stops no other', () => {
  const { report } = directoryOf([
    { name: 'services.json', text: '[{' }, { name: 'locations.csv', text: 'id,location_type,colour\nl1,physical,blue' }, { name: 'notes.csv', text: 'a\n1' },
  ])
  expect(report).toMatchObject({ read: 3, stored: 1, refused: 2, unknownFields: ['locations.csv: colour'] })
})

test.each([
  ['a deep nest', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)], ['__proto__', '[{"__proto__":{"id":"x"},"constructor":"y","name":"z","status":"active"}]'],
  ['1e400', '[{"id":"s1","name":"x","status":"active","minimum_age":1e400}]'], ['a lone surrogate', '[{"id":"s1","name":"\\ud800","status":"active"}]'],
  ['null', 'null'], ['a number', '7'], ['an empty file', ''], ['lists for fields', '[{"id":["s1"],"name":{},"status":"active","phones":{}}]'],
])('%s is reported and nothing breaks', (_, text) => {
  const { report } = directory('services.json', text)
  expect(report.read).toBe(report.stored + report.repeated + report.refused)
  expect(report.problems.length).toBeGreaterThan(0)
  expect(({} as { id?: string }).id).toBeUndefined()
})

test('a new import replaces the directory and its search, and the same files give the same entries', () => {
  const { store } = directory('services.json', JSON.stringify([service('s1'), service('s2', { name: 'Vestiaire' })]))
  const codes = () => store.db.prepare('select n, id, code from entry order by n').all()
  const before = codes()
  importDirectory(store, [{ name: 'services.json', text: JSON.stringify([service('s9', { name: 'Jardin' })]) }])
  expect(store.all('service').map((row) => row['id'])).toEqual(['s9'])
  expect(store.db.prepare(`select rowid from search where search match 'vestiaire'`).all()).toEqual([])
  importDirectory(store, [{ name: 'services.json', text: JSON.stringify([service('s1'), service('s2', { name: 'Vestiaire' })]) }])
  expect(codes()).toEqual(before)
})

test('a service that is closed for good is kept for the API and not shown', () => {
  const { store } = directory('services.json', JSON.stringify([service('s1'), service('s2', { status: 'defunct' }), service('s3', { status: 'inactive' })]))
  expect(store.all('service')).toHaveLength(3)
  expect(store.db.prepare('select id from entry').pluck().all()).toEqual(['s1'])
})

test('exporting and importing again changes nothing', () => {
  const { store } = directoryOf([sampleTown()])
  const exported = exportDirectory(store)
  const again = directory('export.json', JSON.stringify(exported))
  expect(again.report.problems).toEqual([])
  expect(exportDirectory(again.store)).toEqual(exported)
})

test('full records of the API, imported again, give the same full records', () => {
  const { store } = directoryOf([sampleTown()])
  const full = store.all('service').map((row) => nest(store, 'service', row, 'full'))
  const again = directory('services.json', JSON.stringify({ contents: full }))
  expect(again.report.refused).toBe(0)
  expect(again.store.all('service').map((row) => nest(again.store, 'service', row, 'full'))).toEqual(full)
})

test('a tile that no service answers is named by the report', () => {
  const { report } = directory('services.json', JSON.stringify([service('s1', { name: 'Repas chaud' })]))
  expect(report.emptyTiles).toContain('sleep')
  expect(report.emptyTiles).not.toContain('eat')
})

const TABLES_OF_THE_EXAMPLES = 21

test.skipIf(withoutOutsideData(outside))('the official examples import whole: tabular CSV and tabular JSON alike', () => {
  const examples = join(official, 'examples')
  for (const path of [join(examples, 'csv'), join(examples, 'tabular.json')]) {
    const { report } = directoryOf(readSource(path))
    expect(report).toMatchObject({ read: 21, stored: 21, refused: 0, unknownFields: [] })
    expect(Object.keys(report.byTable)).toHaveLength(TABLES_OF_THE_EXAMPLES)
  }
})

test.skipIf(withoutOutsideData(outside))('every official JSON example imports, apart from the description of the API, which is no record', () => {
  const examples = join(official, 'examples')
  for (const name of readdirSync(examples).filter((file) => file.endsWith('.json'))) {
    const { report } = directoryOf(readSource(join(examples, name)))
    expect(report.refused, name).toBe(name === 'base.json' ? 1 : 0)
    expect(report.stored, name).toBeGreaterThanOrEqual(name === 'base.json' ? 0 : 1)
  }
})

test.skipIf(withoutOutsideData(outside))('the full official service comes back from the tables exactly as it went in', () => {
  const original: unknown = JSON.parse(readFileSync(join(official, 'examples', 'service_full.json'), 'utf8'))
  const { store } = directoryOf(readSource(join(official, 'examples', 'service_full.json')))
  expect(store.all('service').map((row) => nest(store, 'service', row, 'full'))).toEqual([original])
})

function officialValidator() {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  const schemas = join(official, 'schema')
  // The schemas refer to each other by file name and carry no $id.
  for (const file of readdirSync(schemas).filter((name) => name !== 'openapi.json')) ajv.addSchema(JSON.parse(readFileSync(join(schemas, file), 'utf8')) as object, file)
  return (name: string) => ajv.getSchema(name)
}

test.skipIf(withoutOutsideData(outside))('what the API gives out is valid under the official JSON schema, and the schema does refuse', () => {
  const validate = officialValidator()('service.json')
  const { store } = directoryOf([sampleTown()])
  for (const row of store.all('service')) {
    expect(validate?.(nest(store, 'service', row, 'full')), JSON.stringify(validate?.errors)).toBe(true)
    expect(validate?.(nest(store, 'service', row, 'list'))).toBe(true)
  }
  expect(validate?.({ id: 'x', name: 'y', status: 'open' })).toBe(false)
})
