// Between the minutes' rounds: a quota that ran out, a device that has been silent for long enough, a citizen who looks.
import type { Cancel } from '#shared/clock.ts'
import { reason } from '#shared/log.ts'
import type { Turns } from '#shared/turns.ts'
import { MOST_PIECE_BYTES } from '../gateway/policy.ts'
import type { Desk } from './desk.ts'
import { createLooks } from './looks.ts'
import { grantOf } from './opening.ts'
import { SETTLING_MS } from './reconcile.ts'
import { bytesLeft, keyOf, type SessionId } from './session.ts'
import type { Upkeep } from './upkeep.ts'

/** The kernel stops at the first packet that does not fit: what is left then is less than two of the largest. */
const REMAINDER_BYTES = 131_072

export type Watch = {
  /** Counters that are a second old, or as old as many clients make it. */
  fresh(): Promise<void>
  /** A round has looked at all, and had the loop so long. */
  looked(workedMs: number): void
  start(): void
  stop(): Promise<void>
}

/** `end` ends a session in its client's turn. */
export function createWatch(desk: Desk, upkeep: Upkeep, turns: Turns, end: (id: SessionId) => Promise<unknown>): Watch {
  const { store, effects, enforcer, rules } = desk
  const { clock, log } = effects
  let running = false
  let cancelSilence: Cancel = () => {}
  const failed = (error: unknown) => log.warn('the counters could not be read', { reason: reason(error) })

  const looks = createLooks(clock, async () => {
    await upkeep.reconcile(SETTLING_MS)
    armSilence()
  })

  function armSilence(): void {
    cancelSilence()
    const at = running ? upkeep.silentAt() : Infinity
    if (at !== Infinity) cancelSilence = clock.after(Math.max(0, at - clock.monotonic()), () => void looks.next().catch(failed))
  }

  /** In the client's turn: the next piece of a large quota. */
  async function dealOn(mark: number): Promise<void> {
    const row = store.byMark(mark)
    if (row?.kind === 'open') await enforcer.open(grantOf(row, desk.now(), rules.overQuota))
  }

  async function spent(mark: number): Promise<void> {
    const known = store.byMark(mark)
    if (known?.kind !== 'open') return
    const inPieces = (known.limits.quotaBytes ?? 0) > MOST_PIECE_BYTES
    // Slowed down by the kernel, it goes on; or there may be more: the counters say.
    if (inPieces || rules.overQuota !== 'end') await looks.next()
    const session = store.byMark(mark)
    if (session?.kind !== 'open') return
    if (inPieces && (bytesLeft(session) ?? 0) > REMAINDER_BYTES) return turns(keyOf(session), () => dealOn(mark))
    if (rules.overQuota === 'end') await end(session.id)
  }

  enforcer.onRemade?.(() => void (running && upkeep.reconcile(0).catch(failed)))
  enforcer.onSpent?.((mark) => void spent(mark).catch(failed))

  return {
    fresh: () => looks.fresh().catch(failed),
    looked(workedMs) {
      looks.looked(workedMs)
      armSilence()
    },
    start() {
      running = true
      armSilence()
    },
    async stop() {
      running = false
      cancelSilence()
      await looks.settle()
    },
  }
}
