/**
 * The sessions that access servers have now, in memory: who holds them (Simultaneous-Use), what they have used, and by which names
 * their access server knows them (Disconnect-Request). Nothing of it reaches a disk; `accounting/live-store.ts` keeps it over a restart.
 */
import type { Clock } from '#shared/clock.ts'
import { silentLog, type Log } from '#shared/log.ts'
import { parseMacAddress } from '#shared/personal.ts'
import type { AccountingReport, Origin } from './nas.ts'

/** A session that has said nothing for this long is over: its Stop was lost with its NAS. */
export const SILENT_MS = 6 * 3_600_000
/** One whose reports come at regular intervals is over when it has missed three. */
const MISSED_REPORTS = 3
/** RFC 2869 §5.16: what comes sooner has another occasion. */
const LEAST_INTERVAL_MS = 60_000
/** Two intervals that differ by no more are regular. */
const REGULAR_WITHIN = 0.2
/** From Access-Accept to the Start that must follow; until then the session counts as begun. */
export const OPENING_MS = 60_000
/** Sessions, and openings, beyond these are not followed: they are neither counted nor ended by us. */
const MOST_SESSIONS = 262_144
/** One client whose access server has gone mad, or over, must not take the place of all others. */
const MOST_OF_CLIENT = MOST_SESSIONS / 2
/** More than an account or a voucher can allow. A look at one of them is a look at all: else one access server could hold up everybody. */
const MOST_OF_HOLDER = 1_024
const MOST_OPENINGS = 65_536
/** Stops remembered, so that a report that was overtaken by its Stop wakes nothing: at least as many, at most twice. */
const STOPS_REMEMBERED = 16_384
/** Nothing that names a session stays for longer than that, however few there are: at least as long, at most twice. */
const STOPS_REMEMBERED_MS = SILENT_MS
/** How long a Start may be under way without saying so (Acct-Delay-Time, Event-Timestamp): what begins later is another session. */
const OVERTAKING_SECONDS = 60

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
  /** Octets of the holder's other sessions that ended while this one went on. */
  earlierOctets: number
  /** When it was last heard, on the clock that does not jump. */
  heardMs: number
  /** Its place among its holder's, kept here so that it leaves them without a search. */
  place: number
  /** Between its last two reports; 0 before the second. */
  gapMs: number
  /** Of its regular reports; 0 while none is known. */
  intervalMs: number
  /** What the accounting store calls it and its user; undefined until it was asked. */
  stored?: { readonly session: string; readonly user: string }
}

export type LiveSessions = {
  /**
   * Takes in a report; a Stop, On or Off takes sessions out. `holderOf` is asked once a session. Returns the session that the report
   * is about, also when it is over and not followed; undefined for On and Off.
   */
  heard(origin: Origin, report: AccountingReport, holderOf: HolderOf): LiveSession | undefined
  /** An Accept was given: until its Start comes, or 60 s have passed, it counts as a session of the holder at this station. */
  opening(holder: Holder, station: string | undefined): void
  /** Sessions of a holder, begun or opening, at other stations than this one: a device that asks again is the same session. */
  inUse(holder: Holder, station: string | undefined): number
  of(holder: Holder): readonly LiveSession[]
  /** Octets in both directions of a holder's sessions, those included that ended while another went on; 0 when none is live. */
  octetsOf(holder: Holder): number
  all(): Iterable<LiveSession>
  /** Takes out what has fallen silent and returns it. */
  expire(): LiveSession[]
}

/** Hears what changes, so that it can be kept. */
export type LiveKeeper = { load(): Iterable<LiveSession>; changed(session: LiveSession): void; gone(session: LiveSession): void }

type Opening = { readonly station: string | undefined; readonly atMs: number }
/** An access server, its sessions by Acct-Session-Id, and when those stopped that have lately, by its own clock. */
type AccessServer = { readonly origin: Origin; readonly sessions: Map<string, LiveSession>; stopped: Map<string, number>; stoppedBefore: Map<string, number> }

const NONE: readonly LiveSession[] = []

/** One station in one spelling: access servers may write it differently in Access- and Accounting-Requests. */
function canonicalStation(station: string): string {
  return parseMacAddress(station) ?? station
}
function elsewhere(at: string | undefined, station: string | undefined): boolean {
  return station === undefined || at === undefined || canonicalStation(at) !== canonicalStation(station)
}
/** Whether an access server that forgot this session at a restart has given its id to somebody else. Not saying who is no difference. */
function isAnother({ userName, callingStationId, holder }: LiveSession, report: AccountingReport, holderOf: HolderOf): boolean {
  const station = report.callingStationId
  if (station !== callingStationId && station !== undefined && callingStationId !== undefined && elsewhere(callingStationId, station)) return true
  if (report.userName === userName || report.userName === '') return false
  const now = holderOf(report.userName)
  return now !== undefined && now !== holder
}
function silentAfterMs({ intervalMs }: LiveSession): number {
  return intervalMs === 0 ? SILENT_MS : Math.min(SILENT_MS, MISSED_REPORTS * intervalMs)
}

/** What the access server says, else two equal gaps; a longer gap than known makes it unknown again. */
function learnInterval(one: LiveSession, said: number | undefined, gapMs: number): void {
  const regular = Math.abs(gapMs - one.gapMs) <= REGULAR_WITHIN * one.gapMs
  if (said !== undefined && said * 1000 >= LEAST_INTERVAL_MS) one.intervalMs = said * 1000
  else if (gapMs < LEAST_INTERVAL_MS) return
  else if (regular) one.intervalMs = Math.max(gapMs, one.gapMs)
  else if (gapMs > one.intervalMs) one.intervalMs = 0
  one.gapMs = gapMs
}

/** When its session began, by its access server's clock; undefined where it does not say. */
function begunSeconds({ status, eventSeconds, sessionSeconds }: Pick<AccountingReport, 'status' | 'eventSeconds' | 'sessionSeconds'>): number | undefined {
  if (status === 'start') return eventSeconds
  return sessionSeconds === undefined ? undefined : eventSeconds - sessionSeconds
}

function update(one: LiveSession, report: AccountingReport, nowMs: number, heardMs: number): void {
  if (report.status === 'interim') learnInterval(one, report.interimSeconds, heardMs - one.heardMs)
  one.heardMs = heardMs
  one.lastMs = nowMs
  one.seconds = Math.max(one.seconds, report.sessionSeconds ?? 0)
  one.octets = Math.max(one.octets, (report.inputOctets ?? 0) + (report.outputOctets ?? 0))
}

const SHARED_NAMES = 'two addresses report one session: give each access server a NAS-Identifier of its own, or their sessions become one'

/**
 * @param keeper keeps the sessions over a restart; they are taken up from it at once.
 * @param log hears, once a client, that two of its access servers cannot be told apart.
 */
export function createLiveSessions(clock: Pick<Clock, 'now' | 'monotonic'>, keeper?: LiveKeeper, log: Pick<Log, 'warn'> = silentLog()): LiveSessions {
  const clients = new Map<string, Map<string, AccessServer>>()
  const holders = new Map<Holder, LiveSession[]>()
  const openings = new Map<Holder, Opening[]>()
  const countOf = new Map<string, number>()
  const sharing = new Set<string>()
  // Before this we were not there to hear anybody: that is nobody's silence but ours.
  const listeningSinceMs = clock.monotonic()
  let count = 0
  let stops = 0
  let stopsSinceMs = listeningSinceMs
  for (const one of keeper?.load() ?? []) follow(one)

  function accessServer(origin: Origin, nas: string): AccessServer {
    let ofClient = clients.get(origin.client)
    if (!ofClient) clients.set(origin.client, (ofClient = new Map()))
    let server = ofClient.get(nas)
    if (!server) ofClient.set(nas, (server = { origin, sessions: new Map(), stopped: new Map(), stoppedBefore: new Map() }))
    return server
  }

  function forgetEarlierStops(): void {
    stops = 0
    stopsSinceMs = clock.monotonic()
    for (const ofClient of clients.values()) {
      for (const [nas, server] of ofClient) {
        server.stoppedBefore = server.stopped
        server.stopped = new Map()
        if (server.sessions.size === 0 && server.stoppedBefore.size === 0) ofClient.delete(nas)
      }
    }
  }
  function rememberStop({ origin, nasIdentifier, acctSessionId }: LiveSession, { eventSeconds }: AccountingReport): void {
    if (stops++ >= STOPS_REMEMBERED) forgetEarlierStops()
    accessServer(origin, nasIdentifier).stopped.set(acctSessionId, eventSeconds)
  }
  /** Whether a report was overtaken by its session's Stop. An access server that has restarted may count its sessions from one again. */
  function isOvertaken({ client }: Origin, { nasIdentifier, acctSessionId, ...report }: AccountingReport): boolean {
    const server = clients.get(client)?.get(nasIdentifier)
    const stopSeconds = server?.stopped.get(acctSessionId) ?? server?.stoppedBefore.get(acctSessionId)
    return stopSeconds !== undefined && (begunSeconds(report) ?? 0) <= stopSeconds + OVERTAKING_SECONDS
  }

  function counted({ client }: Origin, by: number): void {
    count += by
    countOf.set(client, (countOf.get(client) ?? 0) + by)
  }
  function hasRoom({ origin, holder }: LiveSession): boolean {
    if (count >= MOST_SESSIONS || (countOf.get(origin.client) ?? 0) >= MOST_OF_CLIENT) return false
    return holder === undefined || (holders.get(holder)?.length ?? 0) < MOST_OF_HOLDER
  }

  function follow(one: LiveSession): void {
    accessServer(one.origin, one.nasIdentifier).sessions.set(one.acctSessionId, one)
    counted(one.origin, 1)
    if (one.holder === undefined) return
    const ofHolder = holders.get(one.holder)
    if (ofHolder) one.place = ofHolder.push(one) - 1
    else holders.set(one.holder, [one])
  }

  function leaveHolder(one: LiveSession): void {
    const ofHolder = one.holder === undefined ? undefined : holders.get(one.holder)
    const last = ofHolder?.pop()
    if (one.holder === undefined || !ofHolder || !last) return
    if (last !== one) {
      last.place = one.place
      ofHolder[one.place] = last
    }
    const [heir] = ofHolder
    if (!heir) return void holders.delete(one.holder)
    heir.earlierOctets = Math.min(heir.earlierOctets + one.earlierOctets + one.octets, Number.MAX_SAFE_INTEGER)
    keeper?.changed(heir)
  }

  function leave(one: LiveSession): void {
    const ofClient = clients.get(one.origin.client)
    const server = ofClient?.get(one.nasIdentifier)
    if (!server?.sessions.delete(one.acctSessionId)) return
    // A client may call itself by another name each time: without sessions and stops there is nothing to know of it.
    if (server.sessions.size + server.stopped.size + server.stoppedBefore.size === 0) ofClient?.delete(one.nasIdentifier)
    counted(one.origin, -1)
    leaveHolder(one)
    keeper?.gone(one)
  }

  /** What was heard of after the access server's start has begun since: its On waited, or was repeated. */
  function leaveAll(client: string, nas: string, delaySeconds: number): void {
    const server = clients.get(client)?.get(nas)
    const startMs = clock.monotonic() - delaySeconds * 1000
    for (const one of server?.sessions.values() ?? []) if (one.heardMs <= startMs) leave(one)
    // It may number its sessions from one again.
    if (server?.sessions.size === 0) clients.get(client)?.delete(nas)
  }

  /** The Start of a session that an Accept opened; a session without a station may be any of them. */
  function begun(holder: Holder, station: string | undefined): void {
    const left = openings.get(holder)?.filter((one) => elsewhere(one.station, station) && one.station !== undefined && station !== undefined)
    if (left && left.length > 0) openings.set(holder, left)
    else openings.delete(holder)
  }

  function make(origin: Origin, report: AccountingReport, holder: Holder | undefined): LiveSession {
    const { nasIdentifier, acctSessionId, userName, callingStationId } = report
    const seconds = report.sessionSeconds ?? 0
    const nowMs = clock.now()
    return {
      origin, nasIdentifier, acctSessionId, holder, userName, callingStationId, sinceMs: nowMs - seconds * 1000, lastMs: nowMs, seconds,
      octets: (report.inputOctets ?? 0) + (report.outputOctets ?? 0), earlierOctets: 0,
      heardMs: clock.monotonic(), place: 0, gapMs: 0, intervalMs: 0,
    }
  }

  function firstHeard(origin: Origin, report: AccountingReport, holderOf: HolderOf): LiveSession {
    const known = clients.get(origin.client)?.get(report.nasIdentifier)?.origin
    const one = make(known?.address === origin.address ? known : origin, report, holderOf(report.userName))
    if (report.status === 'stop') rememberStop(one, report)
    else if (hasRoom(one) && !isOvertaken(origin, report)) {
      follow(one)
      if (one.holder !== undefined) begun(one.holder, one.callingStationId)
      keeper?.changed(one)
    }
    return one
  }

  function isSilent(one: LiveSession, nowMs: number): boolean {
    return nowMs - Math.max(one.heardMs, listeningSinceMs) > silentAfterMs(one)
  }

  /** Two devices with the name they were delivered with (MikroTik), whose ids both begin at the same number. */
  function noteSharedNames(known: LiveSession, { client, address }: Origin): void {
    if (known.origin.address === address || sharing.has(client) || isSilent(known, clock.monotonic())) return
    sharing.add(client)
    log.warn(SHARED_NAMES, { client })
  }

  function forgetOpenings(nowMs: number): void {
    for (const [holder, some] of openings) if (some.every((one) => nowMs - one.atMs > OPENING_MS)) openings.delete(holder)
  }

  return {
    heard(origin, report, holderOf) {
      const { nasIdentifier, status } = report
      if (status === 'on' || status === 'off') return void leaveAll(origin.client, nasIdentifier, report.delaySeconds ?? 0)
      const known = clients.get(origin.client)?.get(nasIdentifier)?.sessions.get(report.acctSessionId)
      if (known) noteSharedNames(known, origin)
      const another = known && isAnother(known, report, holderOf)
      if (another) leave(known)
      if (!known || another) return firstHeard(origin, report, holderOf)
      update(known, report, clock.now(), clock.monotonic())
      if (status === 'stop') {
        leave(known)
        rememberStop(known, report)
      } else keeper?.changed(known)
      return known
    },
    opening(holder, station) {
      const nowMs = clock.monotonic()
      if (openings.size >= MOST_OPENINGS) forgetOpenings(nowMs)
      if (openings.size >= MOST_OPENINGS) return
      const others = (openings.get(holder) ?? []).filter((one) => one.station !== station && nowMs - one.atMs <= OPENING_MS)
      openings.set(holder, [...others, { station, atMs: nowMs }])
    },
    inUse(holder, station) {
      const nowMs = clock.monotonic()
      const sessions = (holders.get(holder) ?? NONE).filter((one) => !isSilent(one, nowMs) && elsewhere(one.callingStationId, station))
      const soon = (openings.get(holder) ?? []).filter((one) => nowMs - one.atMs <= OPENING_MS && elsewhere(one.station, station))
      return sessions.length + soon.length
    },
    of(holder) {
      const nowMs = clock.monotonic()
      return (holders.get(holder) ?? NONE).filter((one) => !isSilent(one, nowMs))
    },
    octetsOf(holder) {
      let octets = 0
      for (const one of holders.get(holder) ?? NONE) octets += one.octets + one.earlierOctets
      return octets
    },
    *all() {
      for (const ofClient of clients.values()) for (const server of ofClient.values()) yield* server.sessions.values()
    },
    expire() {
      const nowMs = clock.monotonic()
      forgetOpenings(nowMs)
      if (nowMs - stopsSinceMs > STOPS_REMEMBERED_MS) forgetEarlierStops()
      const silent: LiveSession[] = []
      for (const one of this.all()) if (isSilent(one, nowMs)) silent.push(one)
      silent.forEach(leave)
      return silent
    },
  }
}
