import { BATCH_EVERY_MS, type BatchClock } from '../batch.ts'
import type { DurableWriter } from '../db/durable-writer.ts'
import type { Db } from '../db/open.ts'
import type { Effects } from '../effects.ts'
import { reason } from '../log.ts'
import type { Site, SiteId } from '../place.ts'
import { createCounter } from './counter.ts'
import { openDays, type History } from './days.ts'
import { openDrafts } from './drafts.ts'
import { ledgerReader } from './ledger.ts'
import { attempt, onGrid } from './grid-timer.ts'
import type { Observations } from './observations.ts'
import type { Outbox } from './outbox-seam.ts'
import { createRelease } from './release.ts'
import type { Profile } from './releases.ts'
import type { Draw } from './sampler.ts'

export type CountsSettings = {
  /** The gateway's public name. */
  readonly gateway: string
  readonly profile: Profile
  readonly sites: readonly Site[]
  /** Says in every batch that nothing here was seen in a real place. */
  readonly demo?: boolean
}

export type CountsParts = {
  /** Opened with VOLATILE_COUNT_OPTIONS, in the runtime directory or `:memory:`; nobody else writes to it. */
  readonly volatile: Db
  /** counts.db: the only writer of the ledger (countMigrations) and of the outbox. */
  readonly durable: DurableWriter
  /** A second connection to counts.db, which only reads: what it shows is what the medium holds. */
  readonly reader: Db
  /** `exactDraw(bits)` in every process that serves; a test may hand in another. */
  readonly draw: Draw
  readonly outbox: Outbox
  /** What vouches for the wall clock now; while nothing does (`none`), a reboot opens no counter. */
  readonly batchClock: () => BatchClock
}

export type Counts = Observations & {
  /** One round: closes and opens what is due, and makes each site's batch of this quarter of an hour if it is not made yet. */
  tick(): Promise<void>
  /** Notes that the process counted until now: coverage survives a kill to the last of these. */
  checkpoint(): void
  /** Waits for the round under way. The databases stay open: who opened them closes them. */
  close(): Promise<void>
}

/** Random, but the same until the next start: a batch's instant tells of nothing that happened. */
const SLOT_MS = 60_000
const CHECKPOINT_MS = 60_000

/**
 * The counter without timers, for a virtual clock: its owner calls `tick` each quarter of an hour.
 * @param gather Observations of 50 ms are written together.
 */
export function createCounts(settings: CountsSettings, effects: Effects, parts: CountsParts, gather = false): Counts {
  const log = effects.log.scoped('count')
  const ledger = ledgerReader(parts.reader, settings.gateway)
  const history = rememberedHistory(ledger)
  const clockKnown = (): boolean => parts.batchClock().sync !== 'none'
  let failure: string | undefined
  const lost = (error: unknown): void => void (failure = reason(error))
  const days = openDays(settings, effects, { volatile: parts.volatile, draw: parts.draw, history, clockKnown, beforeClose: () => counter.flush() })
  const counter = createCounter(parts.volatile, days, effects.clock, undefined, gather ? lost : undefined)
  const release = createRelease(settings, { ...effects, log }, { ...parts, drafts: openDrafts(parts.volatile), days, ledger, history })
  let rounds: Promise<void> = Promise.resolve()
  // What may count, counts from the start on, not from the first event or round.
  days.checkpoint()

  /** Counting never fails a log-in. What went wrong is told once a round: a line for each would count visitors. */
  function guarded<Seen extends unknown[]>(observe: (...seen: Seen) => void): (...seen: Seen) => void {
    return (...seen) => {
      try {
        observe(...seen)
      } catch (error) {
        failure = reason(error)
      }
    }
  }

  async function round(): Promise<void> {
    counter.flush()
    if (failure !== undefined) log.error('observations_lost', { reason: failure })
    failure = undefined
    await release()
  }

  return {
    sighted: guarded(counter.sighted),
    sessionStarted: guarded(counter.sessionStarted),
    sessionEnded: guarded(counter.sessionEnded),
    checkpoint() {
      counter.flush()
      days.checkpoint()
    },
    tick: () => (rounds = rounds.catch(() => undefined).then(round)),
    close: () => rounds.catch(() => undefined),
  }
}

/** The counter of a running process: makes its first batches now, then in a slot of its own after each quarter. */
export async function startCounts(settings: CountsSettings, effects: Effects, parts: CountsParts): Promise<Counts> {
  const { clock, log, random } = effects
  const counts = createCounts(settings, effects, parts, true)
  const slotMs = random(2).readUInt16BE() % SLOT_MS
  const complain = (error: unknown): void => log.error('count_round_failed', { reason: reason(error) })
  const cancels = [
    // On the whole minute, where closes and hours lie: the clock opens them, hardly ever an event.
    onGrid(clock, CHECKPOINT_MS, 0, () => attempt(counts.checkpoint, complain)),
    onGrid(clock, BATCH_EVERY_MS, slotMs, () => void counts.tick().catch(complain)),
  ]
  await counts.tick().catch(complain)

  return {
    ...counts,
    async close() {
      for (const cancel of cancels) cancel()
      attempt(counts.checkpoint, complain)
      await counts.close()
    },
  }
}

function rememberedHistory(ledger: History): History & { forget(site: SiteId): void } {
  const openings = new Map<SiteId, ReturnType<History['openings']>>()
  const releasedDays = new Map<SiteId, string | undefined>()
  return {
    openings(site) {
      const known = openings.get(site) ?? ledger.openings(site)
      openings.set(site, known)
      return known
    },
    releasedDay(site) {
      if (!releasedDays.has(site)) releasedDays.set(site, ledger.releasedDay(site))
      return releasedDays.get(site)
    },
    forget(site) {
      openings.delete(site)
      releasedDays.delete(site)
    },
  }
}
