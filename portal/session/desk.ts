// What every act on a session needs, handed in once.
import type { Nas } from '#radius/nas.ts'
import type { Observations } from '#shared/count/observations.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { UnavailableError } from '#shared/errors.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { Enforcer } from '../gateway/enforcer.ts'
import type { LegalHook } from '../legal/hook.ts'
import type { Bars } from './bars.ts'
import type { JournalReader } from './journal.ts'
import type { SessionRules } from './rules.ts'
import type { SessionStore } from './store.ts'

/** The arrows of protocols.md §3, in order. A test hears of each and may end the process there. */
export const STEPS = ['accepted', 'written', 'opening', 'added', 'open', 'told', 'closing', 'shut', 'stopped', 'gone', 'acknowledged'] as const
export type Step = (typeof STEPS)[number]

export type Desk = {
  readonly store: SessionStore
  readonly durable: DurableWriter
  readonly journal: JournalReader
  readonly enforcer: Enforcer
  readonly nas: Nas
  readonly observations: Observations
  readonly effects: Effects
  readonly nasIdentifier: string
  readonly rules: SessionRules
  readonly bars: Bars
  /** Where the law asks for a log. */
  readonly legal?: LegalHook
  /** Whole milliseconds since 1970. */
  now(): number
  step(step: Step): void
}

/** What fails is logged under `what`, and tried again in its time: it keeps nothing else from being done. */
export function createAttempt({ log }: Pick<Effects, 'log'>): (what: string, task: () => Promise<unknown>) => Promise<void> {
  return async function attempt(what, task) {
    try {
      await task()
    } catch (error) {
      log.warn(what, { reason: reason(error) })
    }
  }
}

/** A medium that has stalled must not keep a citizen waiting: after this the acknowledgement goes the way of a full disk. */
const DISK_PATIENCE_MS = 2_000

/** As `durable.write`, with an end. What was refused for its time may still be written later: statements bear repetition. */
export function writeInTime({ durable, effects }: Pick<Desk, 'durable' | 'effects'>, statements: Parameters<DurableWriter['write']>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = effects.clock.after(DISK_PATIENCE_MS, () => reject(new UnavailableError('disk_stalled', 'the disk does not answer')))
    durable.write(...statements).then(resolve, reject).finally(cancel)
  })
}
