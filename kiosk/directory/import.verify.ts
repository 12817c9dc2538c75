// Hostile directories: whatever the bytes, the import ends, reports every row it read, and leaves a directory that answers.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSearch } from './search.ts'
import { parseCsv } from './csv.ts'
import { TABLE_NAMES, TABLES } from './hsds.ts'
import { importDirectory } from './import.ts'
import { nest } from './nest.ts'
import { openDirectory } from './store.ts'

const RUNS = 2_000
const CSV_RUNS = 20_000
const SEARCHES = 20_000

const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('s1', 'o1', 'active', 'WEEKLY', 'MO', '09:00', '25:00', '2026-02-30', '', '-1', '1e999', '__proto__'), fc.double(), fc.constant(null))
const record = (depth: number): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...TABLE_NAMES).chain((name) => fc.dictionary(fc.constantFrom(...Object.keys(TABLES[name].fields), ...Object.keys(TABLES[name].nested), 'constructor'), depth > 0 ? fc.oneof(value, fc.array(record(depth - 1), { maxLength: 3 })) : value)) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  )

test('any JSON and any CSV under any table name', () => {
  const store = openDirectory(':memory:')
  const file = fc.oneof(
    fc.record({ name: fc.constantFrom('services.json', 'organizations.json', 'x.json'), text: fc.array(record(3), { maxLength: 5 }).map((list) => JSON.stringify(list)) }),
    fc.record({ name: fc.constantFrom(...Object.values(TABLES).map((table) => table.file), 'x.csv'), text: fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ';', 'id', 'name', 'status', 'active', 'é', '\0', ' ') }) }),
  )
  fc.assert(
    fc.property(fc.array(file, { maxLength: 4 }), (files) => {
      const report = importDirectory(store, files)
      expect(report.stored + report.repeated + report.refused).toBe(report.read)
      for (const name of TABLE_NAMES) for (const row of store.all(name).slice(0, 3)) nest(store, name, row, 'full')
    }),
    { numRuns: RUNS },
  )
  store.close()
}, 600_000)

test('a CSV written by the rules is read back as it was', () => {
  const write = (records: string[][]) => records.map((fields) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')).join('\r\n')
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 }), (records) => {
      expect(parseCsv(write(records)).records.map(({ fields }) => fields)).toEqual(records)
    }),
    { numRuns: CSV_RUNS },
  )
}, 600_000)

test('any words at all may be searched for', () => {
  const store = openDirectory(':memory:')
  importDirectory(store, [{ name: 'services.json', text: JSON.stringify([{ id: 's1', name: 'Douche "à" l’eau', status: 'active' }]) }])
  const search = createSearch(store.db)
  const words = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('"', '*', '(', ')', ':', 'need', ' OR ', ' ', 'ا', 'ل', "l'", 'douche')), maxLength: 60 })
  fc.assert(fc.property(words, (text) => void search(text, 10)), { numRuns: SEARCHES })
  store.close()
}, 600_000)
