import { array, assert, constant, constantFrom, integer, nat, property, record, shuffledSubarray } from 'fast-check'
import { expect, test } from 'vitest'
import { openDb } from '#shared/db/open.ts'
import type { AccountingRecord } from './record.ts'
import { ACCOUNTING_MIGRATIONS } from './schema.ts'
import { addRecord, upsertStatement, type SessionTotals } from './totals.ts'

const small = integer({ min: 0, max: 1_000 })
const reports = array(
  record({
    status: constantFrom(1, 3), cause: constant(0), minute: small, heardMinute: small, seconds: small, inputOctets: small, outputOctets: small,
    inputPackets: small, outputPackets: small, client: constant('ap'), nas: constantFrom('ap-1', 'ap-2'), session: constantFrom('a', 'b'), user: constantFrom('', 'token'),
  }),
  { minLength: 1, maxLength: 12 },
)

/** In as many passes as there are `pieces`, the last of them done twice, as after a power cut. */
function folded(pieces: readonly (readonly AccountingRecord[])[]): unknown[] {
  const db = openDb(':memory:', { durability: 'volatile', migrations: ACCOUNTING_MIGRATIONS })
  for (const piece of [...pieces, pieces.at(-1) ?? []]) {
    const all = new Map<string, SessionTotals>()
    for (const one of piece) addRecord(all, { ...one, key: `${one.nas}/${one.session}` })
    for (const { sql, values } of [...all.values()].map(upsertStatement)) db.prepare(sql).run(...values)
  }
  const rows = db.prepare('select * from accounting_session order by client, nas, session').all()
  db.close()
  return rows
}

test('a session comes to the same, however its reports are ordered, divided among passes and repeated', () => {
  assert(
    property(shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], { minLength: 12 }), nat(12), reports, (order, at, all) => {
      const mixed = order.flatMap((index) => all[index] ?? [])
      expect(folded([mixed.slice(0, at), mixed.slice(at)])).toEqual(folded([all]))
    }),
    { numRuns: 60 },
  )
})

test('the first Stop stands, in one pass as in several, and counters grow beyond it', () => {
  const stop = { status: 2, cause: 4, minute: 10, heardMinute: 10, seconds: 5, inputOctets: 5, outputOctets: 0, inputPackets: 0, outputPackets: 0, client: 'ap', nas: 'n', session: 's', user: '' }
  const later = { ...stop, cause: 1, minute: 11, heardMinute: 11, inputOctets: 9 }
  const expected = [{ stop_minute: 10, cause: 4, last_minute: 11, input_octets: 9 }]
  expect(folded([[stop, later]])).toMatchObject(expected)
  expect(folded([[stop], [later]])).toMatchObject(expected)
})
