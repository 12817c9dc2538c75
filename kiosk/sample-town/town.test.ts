import { expect, test } from 'vitest'
import { importDirectory } from '../directory/import.ts'
import { marksOf, translationsOf, trustOf } from '../directory/marks.ts'
import { NEEDS } from '../directory/needs.ts'
import { openDirectory } from '../directory/store.ts'
import { sampleTown, SAMPLE_SERVICES } from './town.ts'

/** Numbers that the French regulator keeps for fiction (Arcep, decision 2018-0881). */
const FICTION = /^(?:01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d$/

test('the sample town imports without one problem and answers every tile and every need', () => {
  const store = openDirectory(':memory:')
  const report = importDirectory(store, [sampleTown()])
  expect(report).toMatchObject({ refused: 0, problems: [], unknownFields: [], emptyTiles: [] })
  expect(report.byTable.service).toBeGreaterThanOrEqual(60)
  const met = store.db.prepare('select distinct need from entry_need').pluck().all()
  expect(NEEDS.map((need) => need.id).filter((id) => !met.includes(id))).toEqual([])
  const informal = store.all('organization').filter((row) => row['legal_status'] === 'informal')
  expect(informal.length).toBeGreaterThanOrEqual(8)
  for (const row of informal) expect(trustOf(marksOf(store, String(row['id'])))).toBeDefined()
  for (const row of store.all('service')) {
    const marks = marksOf(store, String(row['id']))
    for (const field of ['name', 'description']) expect(Object.keys(translationsOf(marks, field)).sort(), `${row['name']}`).toEqual(['ar', 'en'])
  }
  store.close()
})

test('nobody can be reached by a number of the sample town', () => {
  for (const { phone } of SAMPLE_SERVICES) if (phone) expect(phone).toMatch(FICTION)
})

test('every service says in French, English and Arabic script what it is', () => {
  for (const { name, text } of SAMPLE_SERVICES) {
    for (const [french, english, arabic] of [name, text]) {
      expect([french, english].every((one) => /\p{Script=Latin}/u.test(one))).toBe(true)
      expect(arabic).toMatch(/\p{Script=Arabic}/u)
    }
  }
})

test('no two services share a name that would tell them apart', () => {
  expect(new Set(SAMPLE_SERVICES.map(({ slug }) => slug)).size).toBe(SAMPLE_SERVICES.length)
})
