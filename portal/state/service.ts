// What is known of the service now, and what follows from it: what a page says, and whether a tap can be taken at all.
import type { Nas } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import { every } from '#shared/clock.ts'
import { reason } from '#shared/log.ts'
import type { MacAddress } from '#shared/personal.ts'
import { CONDITION_IDS, CONDITIONS, type ConditionId, type Held } from './conditions.ts'
import type { Connect } from '../login/connect.ts'
import type { Failure } from '../pages/failure.ts'
import { withGrace, type Grace } from './grace.ts'
import { phaseOf, type Maintenance } from './maintenance.ts'
import { createMemory } from './memory.ts'
import type { Uplink, UplinkState } from './uplink.ts'

/** What the kernel's sets hold is 65,536; the rest is for sessions that are being ended. */
export const MOST_SESSIONS = 60_000
/** So that nobody has to look for a fault to be timed, logged and over. */
const LOOK_EVERY_MS = 10_000
/** Somebody else may open or end sessions too, so a count holds no longer. */
const COUNTED_FOR_MS = 5_000
/** While there is none, those who try again must not make us count for each of them. */
const FULL_FOR_MS = 250

/** What goes with a page: what holds now, and the works it is about. */
export type Told = { readonly held: readonly Held[]; readonly line: UplinkState; readonly maintenance?: Maintenance | undefined; readonly nowMs: number }

export type ServiceParts = {
  readonly uplink?: Uplink | undefined
  /** Whether the RADIUS server was silent, the gate unreachable, the disk unwilling. */
  silent(): boolean
  gateBroken(): boolean
  diskRefuses(): boolean
  poolNearlyFull(): boolean
  clockWrong(): boolean
  maintenance(): Maintenance | undefined
  readonly grace?: Grace | undefined
  /** How many sessions are open, and how many may be. */
  openSessions(): number
  readonly mostSessions: number
  /** The tap went through. */
  opened(device: MacAddress): void
  readonly effects: Effects
}

export type Service = {
  /** Resolves within a second, when what is told of the line is no older than that. */
  fresh(): Promise<void>
  told(): Told
  holds(id: ConditionId): boolean
  /** A tap that cannot be taken is refused before anyone is asked. */
  guarded(connect: Connect): Connect
  /** The RADIUS client, with grace where it is silent. */
  graced(nas: Nas): Nas
  close(): void
}

/** Whether one more may be let in. Counting reads every session, so it is done only when it could matter. */
function createRoom(openSessions: () => number, most: number, nowMs: () => number) {
  let counted = 0
  let since = 0
  let countedMs = -Infinity
  return {
    full(): boolean {
      const age = nowMs() - countedMs
      if (counted + since < most && age < COUNTED_FOR_MS) return false
      if (counted >= most && age < FULL_FOR_MS) return true
      counted = openSessions()
      since = 0
      countedMs = nowMs()
      return counted >= most
    },
    taken: () => void since++,
  }
}

export function createService(parts: ServiceParts): Service {
  const { uplink, grace, effects } = parts
  const { clock, metrics } = effects
  const log = effects.log.scoped('service')
  const room = createRoom(parts.openSessions, parts.mostSessions, () => clock.monotonic())
  const phase = () => {
    const works = parts.maintenance()
    return works && phaseOf(works, clock.now())
  }
  const holds: Readonly<Record<ConditionId, () => boolean>> = {
    maintenance: () => phase() === 'now',
    uplink: () => uplink?.state() === 'dead',
    gate: parts.gateBroken,
    radius: () => grace === undefined && parts.silent(),
    full: room.full,
    grace: () => grace !== undefined && parts.silent(),
    pool: parts.poolNearlyFull,
    clock: parts.clockWrong,
    receipts: parts.diskRefuses,
    planned: () => phase() === 'planned',
  }
  /** A page must come, whatever is broken: what cannot be told is not told. */
  function holdsNow(id: ConditionId): boolean {
    try {
      return holds[id]()
    } catch {
      return false
    }
  }
  const held = createMemory(holdsNow, clock, (id, now) => (CONDITIONS[id].level === 'works' ? undefined : log[now ? 'warn' : 'info'](now ? 'trouble began' : 'trouble is over', { condition: id })))
  for (const id of CONDITION_IDS) metrics.gauge('portal_condition', 'Whether something is the matter with the service (portal/state).', () => Number(holdsNow(id)), { condition: id })
  const cancel = every(clock, LOOK_EVERY_MS, () => void held(), (error) => log.error('the state of the service is not known', { reason: reason(error) }))

  function refusal(): Failure | undefined {
    if (holds.maintenance()) return 'maintenance'
    return room.full() ? 'full' : undefined
  }

  return {
    fresh: () => uplink?.fresh() ?? Promise.resolve(),
    told: () => ({ held: held(), line: uplink?.state() ?? 'unknown', maintenance: parts.maintenance(), nowMs: clock.now() }),
    holds: holdsNow,
    guarded: (connect) => async (tap) => {
      const failure = refusal()
      if (failure !== undefined) return { kind: 'failed', failure }
      const connected = await connect(tap)
      if (connected.kind === 'opened') {
        room.taken()
        parts.opened(tap.mac)
      }
      return connected
    },
    graced: (nas) => withGrace(nas, grace, parts.silent, clock),
    close() {
      cancel()
      uplink?.close()
    },
  }
}
