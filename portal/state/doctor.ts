// Probe doctor: whether phones of each system find their way through this portal. In RAM, on this gateway only, in words and never in
// numbers (privacy.md): a device is followed for some minutes, added to the day's tally, and its address forgotten.
import { siteDayAt } from '#shared/site-day.ts'
import type { Clock } from '#shared/clock.ts'
import { mac, secretKey } from '#shared/keyed-mac.ts'
import type { IpAddress, MacAddress } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import type { Asker } from '../gateway/enforcer.ts'

export const VERDICTS = ['works', 'stalls', 'unseen'] as const
export type Verdict = (typeof VERDICTS)[number]
export type Diagnosis = { readonly system: string; readonly verdict: Verdict }

/** Fewer devices in a day say nothing about a system, and might say something about somebody. */
const LEAST_DEVICES = 20
/** Whoever has not pressed by then has put the phone away. */
const FOLLOWED_MS = 10 * 60_000
/** Devices followed at once, by address and by MAC; more go unseen. */
const MOST_FOLLOWED = 4_096
const MOST_A_DAY = 65_536
/** A phone that asks again after so long asks again, and does not merely repeat itself. */
const APART_MS = 20_000
const PERSISTENT = 3
/** Some systems take that long to believe that they are through. */
const BELIEVES_AFTER_MS = 60_000
/** A storm of probes is answered, not watched: its own phones would be the first to wait for us. */
const LOOK_EVERY_MS = 5
const DIGEST_BYTES = 12
const LABEL = 'parvis/doctor/1'

type Trial = {
  system: string
  readonly firstMs: number
  askedMs: number
  asks: number
  shown: boolean
  openedMs: number | undefined
  /** Let through, and captive all the same. */
  stuck: boolean
  device: MacAddress | undefined
}
type Tally = { through: number; stuck: number; unshown: number }

export type Doctor = {
  /** A captive answer went to this address; `system` is read only when somebody is looked at. */
  probed(address: IpAddress, system: () => string | undefined): void
  /** Whether the next probe is to be looked at. */
  looks(): boolean
  shown(device: MacAddress): void
  opened(device: MacAddress): void
  /** As of the last close. */
  diagnoses(): readonly Diagnosis[]
  /** Once a minute: lets go of those who were followed long enough, and closes the day. */
  round(): void
}

/** What a day's devices of one system add up to. */
function verdictOf({ through, stuck, unshown }: Tally): Verdict {
  const decided = through + stuck
  if (decided >= LEAST_DEVICES) return stuck * 2 > decided ? 'stalls' : 'works'
  // Phones in pockets ask and are shown nothing; but where nobody at all is ever shown a page, no page opens.
  return decided === 0 && unshown >= LEAST_DEVICES ? 'stalls' : 'unseen'
}

export type DoctorParts = {
  readonly systems: readonly string[]
  readonly site: Pick<Site, 'timezone' | 'closeAt'>
  readonly clock: Clock
  random(length: number): Buffer
  asker(address: IpAddress): Promise<Asker>
}

export function createDoctor({ systems, site, clock, random, asker }: DoctorParts): Doctor {
  const byAddress = new Map<IpAddress, Trial>()
  const byDevice = new Map<MacAddress, Trial>()
  const freshTallies = () => new Map<string, Tally>(systems.map((system) => [system, { through: 0, stuck: 0, unshown: 0 }]))
  const closesAt = () => siteDayAt(clock.now(), site.timezone, site.closeAt).closesMs
  const freshKey = () => secretKey(random(32))
  let tallies = freshTallies()
  let seen = new Set<string>()
  let key = freshKey()
  let closesMs = closesAt()
  let diagnosed: readonly Diagnosis[] = systems.map((system) => ({ system, verdict: 'unseen' }))
  let lookedMs = -Infinity

  function asks(trial: Trial, now: number): void {
    if (trial.openedMs !== undefined && now - trial.openedMs > BELIEVES_AFTER_MS) trial.stuck = true
    if (now - trial.askedMs < APART_MS) return
    trial.askedMs = now
    trial.asks++
  }
  /** A device has addresses of both families: what one of them asked, the other may show. */
  async function join(address: IpAddress, trial: Trial): Promise<void> {
    const who = await asker(address)
    if (who.kind !== 'client' || who.contested) return void byAddress.delete(address)
    const known = byDevice.get(who.mac)
    if (known) return void byAddress.set(address, known)
    trial.device = who.mac
    byDevice.set(who.mac, trial)
  }
  function end(trial: Trial): void {
    const { device } = trial
    if (device === undefined) return
    byDevice.delete(device)
    const digest = mac(key, LABEL, device).subarray(0, DIGEST_BYTES).toString('latin1')
    if (seen.has(digest) || seen.size >= MOST_A_DAY) return
    seen.add(digest)
    const tally = tallies.get(trial.system)
    if (!tally) return
    if (trial.openedMs !== undefined) tally[trial.stuck ? 'stuck' : 'through']++
    else if (!trial.shown && trial.asks >= PERSISTENT) tally.unshown++
  }
  function close(): void {
    diagnosed = [...tallies].map(([system, tally]) => ({ system, verdict: verdictOf(tally) }))
    tallies = freshTallies()
    seen = new Set()
    key = freshKey()
    closesMs = closesAt()
  }

  return {
    looks: () => clock.monotonic() - lookedMs >= LOOK_EVERY_MS,
    probed(address, systemOf) {
      const now = clock.monotonic()
      lookedMs = now
      const known = byAddress.get(address)
      if (known) return asks(known, now)
      const system = byAddress.size < MOST_FOLLOWED ? systemOf() : undefined
      if (system === undefined) return
      const trial: Trial = { system, firstMs: now, askedMs: now, asks: 1, shown: false, openedMs: undefined, stuck: false, device: undefined }
      byAddress.set(address, trial)
      void join(address, trial).catch(() => byAddress.delete(address))
    },
    shown(device) {
      const trial = byDevice.get(device)
      if (trial) trial.shown = true
    },
    opened(device) {
      const trial = byDevice.get(device)
      if (trial) trial.openedMs ??= clock.monotonic()
    },
    diagnoses: () => diagnosed,
    round() {
      const now = clock.monotonic()
      const over = (trial: Trial) => now - (trial.openedMs ?? trial.firstMs) >= FOLLOWED_MS
      for (const trial of [...byDevice.values()].filter(over)) end(trial)
      for (const [address, trial] of byAddress) if (over(trial)) byAddress.delete(address)
      if (clock.now() >= closesMs) close()
    },
  }
}
