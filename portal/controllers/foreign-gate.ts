import type { Authorisation } from '#radius/nas.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Grant, OpenClient, Usage } from '../gateway/enforcer.ts'
import type { Arrival } from './controller.ts'
import { isMereClaim } from './own-session.ts'

/** One foreign controller as an enforcer: what it can be told, and what it tells us. */
export type ForeignGate = {
  /** Without the limits that this controller cannot hold, so that nobody is promised, or cut off by, what nothing measures. */
  holdable(limits: Authorisation): Authorisation
  /** Before anyone is let in: whether this MAC is there and waiting, as far as the controller can be asked. */
  admits(arrival: Arrival): Promise<boolean>
  /** @throws UnavailableError `enforcer` when the controller does not confirm. */
  open(grant: Grant): Promise<void>
  /** @throws UnavailableError `enforcer` */
  close(mac: MacAddress): Promise<Usage>
  /** What we opened and is still open. */
  list(): Promise<readonly OpenClient[]>
  /**
   * How many sessions of claimed MACs are over here and go on there, because this controller can only let in. Each keeps its place until
   * its time is up: else whoever claims one MAC after another, and leaves, would be let in without end, and each time be written down.
   */
  readonly lingering?: () => number
  /** After a restart of ours: open, as the session store has it. */
  takeUp(grant: Grant): void
  /** A question of the controller itself; undefined for those that never ask. */
  readonly asked?: (form: (name: string) => string | undefined) => string | undefined
  stop(): void
}

type Entry = { readonly grant: Grant; readonly endsAt: number }

/** What was opened at a controller, until its time is up: the part that all of them share. */
export type Ledger = {
  set(grant: Grant): void
  delete(mac: MacAddress): void
  /** The same, where the controller goes on. */
  leave(mac: MacAddress): void
  lingering(): number
  has(mac: MacAddress): boolean
  clients(usageOf: (mac: MacAddress) => Usage): OpenClient[]
}

export function createLedger(controller: string, monotonic: () => number): Ledger {
  const open = new Map<MacAddress, Entry>()
  /** Until when each place is taken: whose it was is nobody's business any more. */
  let left: number[] = []
  const msLeft = ({ endsAt }: Entry) => endsAt - monotonic()
  function forgetExpired(): void {
    for (const [mac, one] of open) if (msLeft(one) <= 0) open.delete(mac)
  }
  return {
    set: (grant) => void open.set(grant.mac, { grant, endsAt: monotonic() + grant.seconds * 1000 }),
    delete: (mac) => void open.delete(mac),
    leave(mac) {
      const one = open.get(mac)
      open.delete(mac)
      if (one && isMereClaim(one.grant.behind)) left.push(one.endsAt)
    },
    lingering() {
      left = left.filter((endsAt) => endsAt > monotonic())
      return left.length
    },
    has: (mac) => open.has(mac),
    clients(usageOf) {
      forgetExpired()
      return [...open.values()].map((one) => ({ controller, mac: one.grant.mac, mark: one.grant.mark, secondsLeft: Math.ceil(msLeft(one) / 1000), usage: usageOf(one.grant.mac) }))
    },
  }
}
