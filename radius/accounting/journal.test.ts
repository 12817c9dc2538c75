import { expect, test } from 'vitest'
import { manualClock } from '#shared/clock.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import { createJournal } from './journal.ts'
import { readRecords, type AccountingRecord } from './record.ts'

function report(serial: number, status = 3): AccountingRecord {
  return {
    status, cause: 0, minute: serial, heardMinute: serial, seconds: 0, inputOctets: 0, outputOctets: 0, inputPackets: 0, outputPackets: 0,
    client: 'ap', nas: 'ap-1', session: `s${serial}`, user: '',
  }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A disk that the test holds up, lets go, or breaks. */
function disk() {
  const rows: number[][] = []
  let commits = 0
  let held: { resolve(): void; reject(error: Error): void } | undefined
  let holding = false
  const journal = createJournal(
    {
      async write(...statements: Statement[]) {
        commits++
        const fresh = statements.map(({ values }) => readRecords(Buffer.from(values[0] as Uint8Array)).map(({ minute }) => minute))
        if (holding) await new Promise<void>((resolve, reject) => (held = { resolve, reject }))
        rows.push(...fresh)
      },
    },
    manualClock(0),
    () => undefined,
  )
  return {
    journal, rows,
    commits: () => commits,
    hold: () => void (holding = true),
    release() {
      holding = false
      held?.resolve()
    },
    fail: () => held?.reject(new Error('the disk is broken')),
  }
}

test('reports that come in one turn of the loop are one row and one commit, and are told together', async () => {
  const { journal, rows, commits } = disk()
  const stored = [0, 1, 2].map((serial) => journal.append(report(serial)))
  await Promise.all(stored)
  expect([rows, commits(), new Set(stored).size]).toEqual([[[0, 1, 2]], 1, 1])
})

test('a group waits for a turn of the loop that brings nothing, but not beyond 1,024', async () => {
  const { journal, rows } = disk()
  void journal.append(report(0))
  await turn()
  void journal.append(report(1))
  expect(rows).toEqual([])
  await turn()
  await turn()
  await turn()
  expect(rows).toEqual([[0, 1]])
  await Promise.all(Array.from({ length: 2_500 }, (_, serial) => journal.append(report(serial))))
  expect(rows.map(({ length }) => length)).toEqual([2, 1_024, 1_024, 452])
})

test('what an access server says of all its sessions has a row of its own, in its place', async () => {
  const { journal, rows } = disk()
  await Promise.all([journal.append(report(0)), journal.append(report(1, 7)), journal.append(report(2)), journal.append(report(3, 8))])
  expect(rows).toEqual([[0], [1], [2], [3]])
})

test('a stalled disk lets reports queue, tells none of them, and refuses only beyond 50,000', async () => {
  const { journal, rows, hold, release } = disk()
  hold()
  let told = 0
  const stored = Array.from({ length: 50_000 }, (_, serial) => journal.append(report(serial)))
  for (const one of stored) void one.then(() => told++)
  await expect(journal.append(report(50_000))).rejects.toThrow(/does not keep up/)
  for (let n = 0; n < 20; n++) await turn()
  expect([told, rows]).toEqual([0, []])
  release()
  await Promise.all(stored)
  expect(rows.flat()).toEqual(Array.from({ length: 50_000 }, (_, serial) => serial))
  await journal.append(report(50_000))
  expect(told).toBe(50_000)
})

test('a commit that fails is told to those in it and to no others', async () => {
  const { journal, rows, hold, fail, release } = disk()
  hold()
  const lost = journal.append(report(0))
  for (let n = 0; n < 5; n++) await turn()
  const kept = journal.append(report(1))
  fail()
  await expect(lost).rejects.toThrow(/broken/)
  await turn()
  release()
  await kept
  expect(rows).toEqual([[1]])
})
