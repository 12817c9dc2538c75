// A gateway's counting on real files under a clock that the test moves; used by the tests of this folder only.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BATCH_EVERY_MS, type BatchClock, type BatchDraft } from '../../batch.ts'
import type { Cell } from '../../cell.ts'
import { manualClock, type ManualClock } from '../../clock.ts'
import { inlineWriter, type DurableWriter } from '../../db/durable-writer.ts'
import { openDb, type Db, type OpenOptions } from '../../db/open.ts'
import { jsonLog } from '../../log.ts'
import { createMetrics } from '../../metrics.ts'
import type { MacAddress } from '../../personal.ts'
import type { Site } from '../../place.ts'
import { countMigrations } from '../ledger.ts'
import { createCounts, type Counts, type CountsParts } from '../main.ts'
import type { Outbox } from '../outbox-seam.ts'
import type { Profile } from '../releases.ts'
import type { Draw } from '../sampler.ts'
import { VOLATILE_COUNT_OPTIONS } from '../volatile.ts'
import { seededBits } from './seeded-bits.ts'

export const GATEWAY = 'gw-test'
export const NO_NOISE: Draw = () => 0

/** The smallest thing that has the outbox's form: drafts in order, numbered by SQL. */
export const testOutbox: Outbox = {
  statements: (draft) => [{ sql: 'insert into outbox select coalesce(max(seq), 0) + 1, ? from outbox', values: [JSON.stringify(draft)] }],
}
export const DURABLE: OpenOptions = { durability: 'relaxed', migrations: [...countMigrations, 'create table outbox (seq integer primary key, draft text not null) strict'] }

export function site(siteClass: Site['class'], over: Partial<Site> = {}): Site {
  return { id: siteClass, name: `Site ${siteClass}`, class: siteClass, timezone: 'Europe/Paris', closeAt: '04:00', languages: ['fr'], match: {}, ...over }
}

/** Repeatable bytes for keys and ids. */
export function testRandom(seed: string): (length: number) => Buffer {
  const bits = seededBits(seed)
  return (length) => Buffer.from(bits(length))
}

/** A device of the scripted town: addresses differ for different numbers and hold no run of zeros that a file has anyway. */
export function phone(number: number): MacAddress {
  const spread = (BigInt(number + 1) * 0x9e_37_79_b9_7fn) & 0xff_ff_ff_ff_ffn
  return `02${spread.toString(16).padStart(10, '0')}` as MacAddress
}

export type RigOptions = {
  sites: readonly Site[]
  start: string
  draw?: Draw
  profile?: Profile
  batchClock?: () => BatchClock
  /** Stands between the counter and the file, to fail as files do. */
  through?: (writer: DurableWriter) => DurableWriter
  volatilePath?: string
  demo?: boolean
}

export type Rig = {
  readonly dir: string
  readonly clock: ManualClock
  readonly counts: Counts
  readonly reader: Db
  readonly volatile: Db
  /** Moves the clock to the instant, with a round at each quarter of an hour on the way. */
  until(instant: string | number): Promise<void>
  /** Abandons the process as kill -9 does and starts another on the same files. */
  restart(options?: { through?: RigOptions['through']; draw?: Draw }): void
  /** The same, but the volatile store is lost. */
  reboot(options?: { batchClock?: () => BatchClock }): void
  drafts(): BatchDraft[]
  cells(): Cell[]
  logged(): { event: string }[]
  /** Every byte in the directory's files of such names, as Latin-1 text. */
  bytes(names?: RegExp): string
  close(): void
}

export function createRig(options: RigOptions): Rig {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-count-'))
  const clock = manualClock(Date.parse(options.start))
  const lines: string[] = []
  const log = jsonLog((line) => void lines.push(line), clock.now)
  let boots = 0
  let opened: { volatile: Db; reader: Db; writer: DurableWriter; counts: Counts }
  const path = join(dir, 'counts.db')

  function start(through = options.through, draw = options.draw ?? NO_NOISE, batchClock = options.batchClock): void {
    const volatile = openDb(options.volatilePath ?? join(dir, `volatile-${boots}.db`), VOLATILE_COUNT_OPTIONS)
    const writer = inlineWriter(path, DURABLE)
    const reader = openDb(path, DURABLE)
    const parts: CountsParts = { volatile, reader, durable: through ? through(writer) : writer, draw, outbox: testOutbox, batchClock: batchClock ?? (() => ({ sync: 'system', offset_ms: 0 })) }
    const settings = { gateway: GATEWAY, profile: options.profile ?? 'standard', sites: options.sites, demo: options.demo ?? false }
    const counts = createCounts(settings, { clock, random: randomBytes, log, metrics: createMetrics() }, parts)
    opened = { volatile, reader, writer, counts }
  }

  function drafts(): BatchDraft[] {
    return opened.reader.prepare<[], { draft: string }>('select draft from outbox order by seq').all().map(({ draft }) => JSON.parse(draft))
  }

  function stop(): void {
    opened.volatile.close()
    opened.reader.close()
    void opened.writer.close()
  }

  start()
  return {
    dir,
    clock,
    get counts() {
      return opened.counts
    },
    get reader() {
      return opened.reader
    },
    get volatile() {
      return opened.volatile
    },
    async until(instant) {
      const end = typeof instant === 'number' ? instant : Date.parse(instant)
      while (clock.now() < end) {
        const quarter = (Math.floor(clock.now() / BATCH_EVERY_MS) + 1) * BATCH_EVERY_MS
        clock.advance(Math.min(quarter, end) - clock.now())
        if (clock.now() === quarter) await opened.counts.tick()
      }
    },
    restart({ through, draw } = {}) {
      stop()
      start(through, draw)
    },
    reboot({ batchClock } = {}) {
      stop()
      boots++
      start(undefined, undefined, batchClock)
    },
    drafts,
    cells: () => drafts().flatMap(({ data }) => data.cells),
    logged: () => lines.map((line) => JSON.parse(line)),
    bytes: (names = /./) => readdirSync(dir).filter((name) => names.test(name)).map((name) => readFileSync(join(dir, name), 'latin1')).join('\n'),
    close() {
      stop()
      rmSync(dir, { recursive: true })
    },
  }
}
