/**
 * The sessions that access servers have now, in memory: who holds them (Simultaneous-Use), what they have used, and by which names
 * their access server knows them (Disconnect-Request). Nothing of it reaches a disk.
 */
import type { Clock } from '#shared/clock.ts'
import type { AccountingReport, Origin } from './nas.ts'

/** A session that has said nothing for this long is over: its Stop was lost with its NAS. */
export const SILENT_MS = 6 * 3_600_000
/** From Access-Accept to the Start that must follow; until then the session counts as begun. */
export const OPENING_MS = 60_000

/** Who holds a session: `token:<nonce>`, `voucher:<id>`, `account:<key>`; made by a source's `holderOf`. */
export type Holder = string
/** Undefined when no source knows the name. */
export type HolderOf = (userName: string) => Holder | undefined

export type LiveSession = {
  readonly origin: Origin
  readonly nasIdentifier: string
  /** As the access server calls it. */
  readonly acctSessionId: string
  readonly holder: Holder | undefined
  readonly userName: string
  readonly callingStationId: string | undefined
  /** Wall clock, milliseconds. */
  readonly sinceMs: number
  lastMs: number
  seconds: number
  octets: number
}

export type LiveSessions = {
  /** Takes in a report that was stored; a Stop, On or Off takes sessions out. `holderOf` is asked once a session. */
  heard(origin: Origin, report: AccountingReport, holderOf: HolderOf): void
  /** An Accept was given: until its Start comes, or 60 s have passed, it counts as a session of the holder at this station. */
  opening(holder: Holder, station: string | undefined): void
  /** Sessions of a holder, begun or opening, at other stations than this one: a device that asks again is the same session. */
  inUse(holder: Holder, station: string | undefined): number
  of(holder: Holder): readonly LiveSession[]
  all(): Iterable<LiveSession>
}

export function createLiveSessions(clock: Pick<Clock, 'now'>): LiveSessions {
  const sessions = new Map<string, LiveSession>()
  const openings = new Map<Holder, { station: string | undefined; atMs: number }[]>()
  const keyOf = (origin: Origin, nas: string, id: string): string => `${origin.client}\0${nas}\0${id}`

  function of(holder: Holder): LiveSession[] {
    const nowMs = clock.now()
    return [...sessions.values()].filter((one) => one.holder === holder && nowMs - one.lastMs <= SILENT_MS)
  }

  return {
    heard(origin, report, holderOf) {
      const { nasIdentifier, acctSessionId, status } = report
      if (status === 'on' || status === 'off') {
        for (const [key, one] of sessions) if (one.origin.client === origin.client && one.nasIdentifier === nasIdentifier) sessions.delete(key)
        return
      }
      const key = keyOf(origin, nasIdentifier, acctSessionId)
      if (status === 'stop') return void sessions.delete(key)
      const nowMs = clock.now()
      const known = sessions.get(key)
      const octets = (report.inputOctets ?? 0) + (report.outputOctets ?? 0)
      if (known) {
        known.lastMs = nowMs
        known.seconds = Math.max(known.seconds, report.sessionSeconds ?? 0)
        known.octets = Math.max(known.octets, octets)
        return
      }
      const { userName, callingStationId } = report
      const holder = holderOf(userName)
      const since = nowMs - (report.sessionSeconds ?? 0) * 1000
      sessions.set(key, { origin, nasIdentifier, acctSessionId, holder, userName, callingStationId, sinceMs: since, lastMs: nowMs, seconds: report.sessionSeconds ?? 0, octets })
      if (holder !== undefined) openings.delete(holder)
    },
    opening(holder, station) {
      const others = (openings.get(holder) ?? []).filter((one) => one.station !== station)
      openings.set(holder, [...others, { station, atMs: clock.now() }])
    },
    inUse(holder, station) {
      const nowMs = clock.now()
      const begun = of(holder).filter((one) => station === undefined || one.callingStationId !== station)
      const soon = (openings.get(holder) ?? []).filter((one) => nowMs - one.atMs <= OPENING_MS && (station === undefined || one.station !== station))
      return begun.length + soon.length
    },
    of,
    all: () => sessions.values(),
  }
}
