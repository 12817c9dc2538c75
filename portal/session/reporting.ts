import { reason } from '#shared/log.ts'
import { createPassingMap } from '#shared/passing-map.ts'
import { colonMac, type MacAddress } from '#shared/personal.ts'
import type { AccountingReport } from '#radius/nas.ts'
import { writeInTime, type Desk } from './desk.ts'
import { journalDone, type JournalStop } from './journal.ts'
import { minuteOf, secondsUsed, type OpenSession, type Session, type SessionId } from './session.ts'
import type { Farewell } from './store.ts'

/** Stops sent in one round after an outage of the server. */
const MOST_STOPS_PER_ROUND = 200
const STOPS_AT_ONCE = 16
/** A server that does not acknowledge Accounting-On for this long (a proxy, for want of a realm in it) hears the rest without it. */
const ANNOUNCE_FOR_MS = 10 * 60_000

/**
 * Tells the RADIUS server. Times are whole minutes, so that neither the wire nor the journal orders two visitors; and a
 * retransmission, even after a restart, says exactly what the first one said. After a boot Accounting-On comes first: a server
 * closes by it what it still believes open (RFC 2866 §5.1), so that sent later it would close what has begun since.
 */
export type Reporting = {
  started(session: OpenSession): Promise<void>
  interim(session: OpenSession): Promise<void>
  /** Sends the Stop that the journal holds; kept there until a server acknowledged it. */
  stopped(id: SessionId): Promise<void>
  /** Everything not acknowledged yet, this boot's Accounting-On before all. */
  retry(): Promise<void>
  /** Waits for what is on its way. */
  settle(): Promise<void>
}

/** `AA-BB-CC-DD-EE-FF` (RFC 3580 §3.21). */
export function callingStation(mac: MacAddress): string {
  return colonMac(mac).replaceAll(':', '-').toUpperCase()
}

export function createReporting(desk: Desk): Reporting {
  const { store, journal, nas, effects } = desk
  const underway = createPassingMap<string, Promise<void>>()

  /** One at a time for each key; a second call joins the first. */
  function once(key: string, task: () => Promise<void>): Promise<void> {
    const known = underway.get(key)
    if (known) return known
    const mine = task()
      .catch((error: unknown) => effects.log.warn('accounting failed', { reason: reason(error) }))
      .finally(() => underway.delete(key))
    underway.set(key, mine)
    return mine
  }

  function base(session: { id: SessionId; user: string; mac?: MacAddress | undefined; class?: Uint8Array | undefined }, minute: number) {
    return {
      nasIdentifier: desk.nasIdentifier,
      acctSessionId: session.id,
      userName: session.user,
      eventSeconds: minute * 60,
      ...(session.mac !== undefined && { callingStationId: callingStation(session.mac) }),
      ...(session.class !== undefined && { class: session.class }),
    }
  }

  async function announce(sinceMs: number): Promise<void> {
    const on: AccountingReport = { status: 'on', nasIdentifier: desk.nasIdentifier, acctSessionId: store.boot, userName: '', eventSeconds: minuteOf(sinceMs) * 60 }
    const heard = await nas.account(on)
    if (heard) return store.setAnnounced()
    if (desk.now() - sinceMs < ANNOUNCE_FOR_MS) return
    effects.log.warn('no server acknowledged Accounting-On; what follows is told without it')
    store.setAnnounced()
  }

  async function announced(): Promise<boolean> {
    const sinceMs = store.unannouncedMs()
    if (sinceMs !== undefined) await once('on', () => announce(sinceMs))
    return store.unannouncedMs() === undefined
  }

  /** True once a server acknowledged: nothing leaves before this boot's Accounting-On. */
  const tell = async (report: AccountingReport): Promise<boolean> => (await announced()) && nas.account(report)

  function startOf(session: Session): AccountingReport {
    return { status: 'start', ...base({ ...session, class: session.limits.class }, minuteOf(session.startedMs)) }
  }

  async function sendStart(id: SessionId, report: AccountingReport): Promise<boolean> {
    if (!(await tell(report))) return false
    store.setStartTold(id)
    desk.step('told')
    return true
  }

  function stopReport(stop: JournalStop, farewell: Farewell | undefined): AccountingReport {
    return {
      status: 'stop',
      ...base({ id: stop.session, user: farewell?.user ?? stop.user, mac: farewell?.mac, class: farewell?.class }, stop.stoppedMinute),
      sessionSeconds: stop.seconds,
      inputOctets: stop.usage.upBytes,
      outputOctets: stop.usage.downBytes,
      inputPackets: stop.usage.upPackets,
      outputPackets: stop.usage.downPackets,
      terminateCause: stop.cause,
    }
  }

  async function sendStop(stop: JournalStop): Promise<void> {
    await underway.get(`start ${stop.session}`)
    const farewell = store.farewell(stop.session)
    if (farewell && !farewell.startTold) {
      // A server that never heard of a session must not hear of its end first.
      const start = base({ id: stop.session, user: farewell.user ?? stop.user, mac: farewell.mac, class: farewell.class }, minuteOf(farewell.startedMs))
      if (!(await sendStart(stop.session, { status: 'start', ...start }))) return
    }
    if (!(await tell(stopReport(stop, farewell)))) return
    desk.step('acknowledged')
    await writeInTime(desk, [journalDone(stop.session)])
    store.dropFarewell(stop.session)
  }

  const stopOnce = (stop: JournalStop) => once(`stop ${stop.session}`, () => sendStop(stop))

  async function retryStops(): Promise<void> {
    const stops = journal.stops(MOST_STOPS_PER_ROUND)
    for (let at = 0; at < stops.length; at += STOPS_AT_ONCE) {
      const few = stops.slice(at, at + STOPS_AT_ONCE)
      await Promise.all(few.map(stopOnce))
      // The server is silent again: the rest would only wait for the same time-out.
      if (few.every((stop) => journal.stop(stop.session) !== undefined)) return
    }
  }

  const started = (session: OpenSession) => once(`start ${session.id}`, async () => void (await sendStart(session.id, startOf(session))))

  return {
    started,
    interim: (session) =>
      once(`interim ${session.id}`, async () => {
        const now = desk.now()
        store.setInterim(session.id, now)
        const { upBytes, downBytes, upPackets, downPackets } = session.usage
        await tell({
          status: 'interim',
          ...base({ ...session, class: session.limits.class }, minuteOf(now)),
          sessionSeconds: secondsUsed(session, now),
          inputOctets: upBytes, outputOctets: downBytes, inputPackets: upPackets, outputPackets: downPackets,
        })
      }),
    async stopped(id) {
      const stop = journal.stop(id)
      if (stop) await stopOnce(stop)
    },
    async retry() {
      if (!(await announced())) return
      await Promise.all(store.untold(MOST_STOPS_PER_ROUND).map(started))
      await once('stops', retryStops)
    },
    async settle() {
      await Promise.all(underway.values())
    },
  }
}
