// What a storm left on the disk: a journey that was timed and whose receipt or accounting got lost would make the fastest portal of all.
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { GATEWAY_MIGRATIONS } from '#portal/migrations.ts'
import { openDb } from '#shared/db/open.ts'

/** Each commit to them is on the medium before its answer goes out (`synchronous=FULL`). */
const TABLES = {
  receipts: 'receipt',
  /** Sessions whose opening outlives a power cut. */
  openings: 'journal',
  /** Sessions of which the RADIUS server stored a Start. */
  starts: 'accounting_session',
} as const
type Kept = Readonly<Record<keyof typeof TABLES, number>>
const KINDS = Object.keys(TABLES) as readonly (keyof typeof TABLES)[]

const LOOK_EVERY_MS = 500
/** A Start may wait for a server that has been at the end of its share. */
const PATIENCE_MS = 30_000

export type Books = {
  /** Once nothing more is being written. */
  settled(): Promise<Kept>
  /** @throws Error unless all of them have grown by `journeys` since `before`. */
  expectGrown(before: Kept, journeys: number): Promise<void>
  close(): void
}

/** @param data directory of a running instance in which portal and RADIUS share a database. */
export function openBooks(data: string): Books {
  const db = openDb(join(data, 'gateway.db'), { durability: 'full', migrations: GATEWAY_MIGRATIONS })
  const rows = (table: string): number => Number(db.prepare(`select count(*) from ${table}`).pluck().get())
  const kept = (): Kept => ({ receipts: rows(TABLES.receipts), openings: rows(TABLES.openings), starts: rows(TABLES.starts) })
  const same = (one: Kept, other: Kept): boolean => KINDS.every((kind) => one[kind] === other[kind])

  /** The last look, when it is as `wanted` says or time is up. */
  async function looked(wanted: (now: Kept, last: Kept | undefined) => boolean): Promise<Kept> {
    const until = performance.now() + PATIENCE_MS
    let last: Kept | undefined
    for (;;) {
      const now = kept()
      if (wanted(now, last) || performance.now() > until) return now
      last = now
      await wait(LOOK_EVERY_MS)
    }
  }

  return {
    settled: () => looked((now, last) => last !== undefined && same(now, last)),
    async expectGrown(before, journeys) {
      const due: Kept = { receipts: before.receipts + journeys, openings: before.openings + journeys, starts: before.starts + journeys }
      const now = await looked((found) => same(found, due))
      if (!same(now, due)) throw new Error(`${journeys} journeys came to their end, and on the disk are ${KINDS.map((kind) => `${now[kind] - before[kind]} ${kind}`).join(', ')}`)
    },
    close: () => db.close(),
  }
}
