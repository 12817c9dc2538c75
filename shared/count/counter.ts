import { hash } from 'node:crypto'
import type { Cancel, Clock } from '../clock.ts'
import type { Db } from '../db/open.ts'
import { macByOpenssl } from '../keyed-mac.ts'
import type { MacAddress } from '../personal.ts'
import { attempt } from './grid-timer.ts'
import type { OpenDay } from './day-store.ts'
import type { Days } from './days.ts'
import type { Observations, SessionSeen } from './observations.ts'
import { ONE_BIN, type Feed, type RunningRelease } from './releases.ts'

/** New devices beyond this are not counted until close: no entry is ever given up for another. */
export const MOST_DEVICES = 65_536
/** Ended ones included, so that a repeated start counts once. */
export const MOST_SESSIONS = 4 * MOST_DEVICES
/** 128 bits of the keyed digest: two devices of a day never meet. */
const DIGEST_BYTES = 16
const DEVICE_LABEL = 'parvis/count/device/1'

type Limits = { readonly devices: number; readonly sessions: number }

/** Under load a transaction takes in what was seen this long: each costs a small device more than what is in it. */
export const GATHER_MS = 50

export type Counter = Observations & {
  /** Writes what is still to be written; must come before a day closes or an hour is drafted. */
  flush(): void
}

/**
 * Turns what is seen into bounded increments of counters that already carry their noise.
 * @param lost Given where observations may wait for each other, up to `GATHER_MS`: hears of one that could not be written. A process
 * that is killed loses those that wait. Without it each is written before its call returns, which throws.
 */
export function createCounter(db: Db, days: Days, clock: Clock, limits: Limits = { devices: MOST_DEVICES, sessions: MOST_SESSIONS }, lost?: (error: unknown) => void): Counter {
  const statements = prepare(db)
  let waiting: (() => void)[] = []
  let cancelFlush: Cancel | undefined
  const together = db.transaction((acts: readonly (() => void)[]) => {
    for (const act of acts) act()
  })

  function flush(): void {
    cancelFlush?.()
    cancelFlush = undefined
    const acts = waiting
    waiting = []
    if (acts.length > 0) together(acts)
  }

  /** One that cannot be written takes none of its neighbours with it. */
  function flushOrTell(tell: (error: unknown) => void): void {
    const acts = waiting
    try {
      flush()
    } catch {
      for (const act of acts) attempt(() => together([act]), tell)
    }
  }

  function soon(act: () => void): void {
    waiting.push(act)
    if (lost) cancelFlush ??= clock.after(GATHER_MS, () => flushOrTell(lost))
    else flush()
  }

  const nowMs = (): number => Math.floor(clock.now())

  /** Hours are found by the event's own time; where that hour is drafted already, by the hour that runs now. */
  function cellStart(release: RunningRelease, day: OpenDay, atMs: number): number | undefined {
    if (release.period === 'day') return day.startsMs
    const hour = day.hours.findLast(({ from, to }) => from <= atMs && atMs < to) ?? day.hours.at(-1)
    return hour?.from
  }

  /** The device-day's `nth` contribution; those beyond a release's Δ are not counted in it. */
  function add(day: OpenDay, feed: Feed, nth: number, atMs: number): void {
    for (const release of day.releases) {
      if (release.feed === feed && nth <= release.delta) statements.add.run(day.id, release.key, cellStart(release, day, atMs), ONE_BIN)
    }
  }

  /** The device's entry for this site-day, made on first sight; undefined when the table is full. */
  function enter(day: OpenDay, address: MacAddress, atMs: number): Buffer | undefined {
    const device = macByOpenssl(day.key, DEVICE_LABEL, address).subarray(0, DIGEST_BYTES)
    if (day.devices >= limits.devices) return statements.known.get(day.id, device) ? device : undefined
    if (statements.enter.run(day.id, device).changes === 0) return device
    day.devices++
    add(day, 'arrival', 1, atMs)
    return device
  }

  /** Once: a start that is told again finds its session. */
  function begin(day: OpenDay, session: Buffer, device: Buffer | undefined, atMs: number): void {
    if (statements.begin.run(session, day.id, device ?? null).changes === 0) return
    day.sessions++
    const nth = device ? statements.connect.get(atMs, day.id, device) : 1
    if (nth !== undefined) add(day, 'session', nth, atMs)
  }

  function start(day: OpenDay, seen: SessionSeen, atMs: number): void {
    if (day.sessions >= limits.sessions) return
    const device = seen.device && enter(day, seen.device, atMs)
    if (seen.device === undefined || device) begin(day, sessionDigest(seen.session), device, atMs)
  }

  function finish(day: OpenDay, session: Buffer, atMs: number): void {
    const ended = statements.end.get(session)
    if (ended?.device) statements.disconnect.run(Math.min(atMs, day.closesMs), day.id, ended.device)
  }

  return {
    flush: lost ? () => flushOrTell(lost) : flush,
    sighted(site, address) {
      const day = days.current(site)
      const atMs = nowMs()
      if (day) soon(() => void enter(day, address, atMs))
    },
    sessionStarted(seen) {
      const day = days.current(seen.site)
      const atMs = Math.min(Math.floor(seen.startedMs), nowMs())
      // An earlier start is that of another site-day, told late or told again after a restart.
      if (day && atMs >= day.countsFromMs) soon(() => start(day, seen, atMs))
    },
    sessionEnded(id, endedMs) {
      // Its start may be among those that wait.
      if (lost) flushOrTell(lost)
      const session = sessionDigest(id)
      const site = statements.session.get(session)
      // `current` may close the day, and with it every session of it: a Stop that comes after finds nothing.
      const day = site === undefined ? undefined : days.current(site)
      const atMs = Number.isFinite(endedMs) ? Math.min(Math.floor(endedMs), nowMs()) : nowMs()
      if (day) soon(() => finish(day, session, atMs))
    },
  }
}

/** Ids are random already; the digest only gives every one the same length. */
function sessionDigest(session: string): Buffer {
  return hash('sha256', session, 'buffer').subarray(0, DIGEST_BYTES)
}

function prepare(db: Db) {
  return {
    known: db.prepare('select 1 from device where site_day = ? and id = ?').pluck(),
    enter: db.prepare('insert into device (site_day, id) values (?, ?) on conflict do nothing'),
    add: db.prepare('update counter set value = value + 1 where site_day = ? and release = ? and from_ms = ? and bin = ?'),
    session: db.prepare<[Buffer], string>('select d.site from session s join site_day d on d.id = s.site_day where s.id = ?').pluck(),
    begin: db.prepare('insert into session values (?, ?, ?, 1) on conflict do nothing'),
    end: db.prepare<[Buffer], { device: Uint8Array | null }>('update session set running = 0 where id = ? and running = 1 returning device'),
    // Connected time is that of the device: sessions side by side, on two access points, do not add up.
    connect: db
      .prepare<[number, number, Buffer], number>(
        'update device set since_ms = iif(running = 0, ?, since_ms), running = running + 1, sessions = sessions + 1 where site_day = ? and id = ? returning sessions',
      )
      .pluck(),
    disconnect: db.prepare(
      'update device set connected_ms = connected_ms + iif(running = 1, max(0, ? - since_ms), 0), running = running - 1 where site_day = ? and id = ? and running > 0',
    ),
  }
}
