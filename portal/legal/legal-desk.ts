// Sessions on their way into the sealed log, and the blocks of ports that make the log answer. Made only where a profile keeps one.
import { isIPv6 } from 'node:net'
import type { Db } from '#shared/db/open.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { colonMac, type IpAddress, type MacAddress } from '#shared/personal.ts'
import type { PortBlocks } from '../gateway/port-blocks.ts'
import type { Alarms } from './alarms.ts'
import type { LegalHook, LegalSession } from './hook.ts'
import { createLiveSessions, NOT_OURS, type LiveSession } from './live-sessions.ts'
import { createPortPool } from './port-pool.ts'
import type { LegalProfile } from './profile.ts'
import type { LegalRecord, OpenRecord } from './record.ts'
import { dayOf, type SealedLog } from './sealed-log.ts'

/** A medium that has stalled keeps no citizen waiting; the record is written when it answers again. */
const DISK_PATIENCE_MS = 2_000

export type LegalDesk = LegalHook & {
  /** Before sessions begin: takes up those that a restart left, and says that whatever another boot left open has ended. */
  start(isLive: (id: string) => boolean): Promise<void>
  /** Gives every session its block again: another program removed the kernel's rules. */
  giveAll(): Promise<void>
  /** Every minute: new addresses, a new day. */
  tick(): Promise<void>
  close(): Promise<void>
}

export type LegalDeskParts = {
  readonly profile: LegalProfile
  readonly log: SealedLog
  readonly blocks: PortBlocks
  /** Of each block. */
  readonly ports: number
  /** All addresses that a device has now. */
  addressesOf(mac: MacAddress): readonly IpAddress[]
  /** The IPv4 address that the world sees. */
  publicAddress(): string | undefined
  readonly volatile: Db
  readonly effects: Effects
  readonly alarms: Alarms
  /** Of this boot: a restart has the same. */
  readonly boot: string
}

export function createLegalDesk(parts: LegalDeskParts): LegalDesk {
  const { profile, log, blocks, effects, alarms, boot } = parts
  const { clock } = effects
  const live = createLiveSessions(parts.volatile)
  const pool = createPortPool(parts.ports, () => clock.monotonic())
  const named = new Set<string>(profile.logFields)
  let day = dayOf(clock.now())
  /** Ended, and not yet on the medium: their rows stay until they are, for the next life of this process. */
  const ending = new Set<string>()
  /** The kernel did not take a block. */
  let refused = false

  /** Only what the profile names. */
  function recordOf(session: LiveSession): OpenRecord {
    const { id, startedMs, from } = session
    const whole: Record<string, unknown> = {
      terminal_mac: colonMac(session.mac), lan_v4: session.v4, lan_v6: session.v6, public_addr: session.publicAddress,
      ...(from !== NOT_OURS && { port_from: from, port_to: from + parts.ports - 1 }), site: session.site,
    }
    const kept = Object.fromEntries(Object.entries(whole).filter(([field, value]) => named.has(field) && value !== undefined))
    return { kind: 'open', id, boot, start: Math.floor(startedMs), ...kept }
  }

  /**
   * Adds what is new: an address that a device once had in this session stays in its record. Behind somebody else's gateway the MAC is
   * theirs to name: a device here that has it too may be another, and its addresses are of another session.
   */
  function withAddresses(session: LiveSession): LiveSession {
    if (session.from === NOT_OURS) return session
    const now = parts.addressesOf(session.mac)
    const v6 = [...new Set([...session.v6, ...now.filter((address) => isIPv6(address) && !address.startsWith('fe80'))])].sort()
    return { ...session, v4: session.v4 ?? now.find((address) => !isIPv6(address)), v6 }
  }

  async function attempt(what: string, task: () => Promise<unknown>): Promise<void> {
    try {
      await task()
    } catch (error) {
      effects.log.error(what, { reason: reason(error) })
    }
  }

  function patiently(written: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(DISK_PATIENCE_MS, resolve)
      void written.then(() => {
        cancel()
        resolve()
      })
    })
  }

  function begin(session: LegalSession): LiveSession {
    const { id, mac, mark, site, startedMs, behind } = session
    const block = behind === undefined ? pool.take() : undefined
    if (block?.shared) alarms.set('ports', true)
    const whole = withAddresses({ id, mac, mark, site, startedMs, from: block?.from ?? NOT_OURS, v4: undefined, v6: [], publicAddress: block && parts.publicAddress() })
    live.put(whole)
    return whole
  }

  /** Told, and tried again each minute: a record that names ports which its session did not have would lead to somebody else. */
  function setRefused(now: boolean): void {
    refused = now
    alarms.set('blocks', refused)
  }
  async function give({ mark, from }: LiveSession): Promise<void> {
    if (from === NOT_OURS) return
    await attempt('a block of ports was not given', async () => blocks.give(mark, from).catch((error: unknown) => {
      setRefused(true)
      throw error
    }))
  }
  async function giveAll(): Promise<void> {
    setRefused(true)
    await attempt('the blocks of ports were not made anew', async () => {
      await blocks.start()
      for (const { id, mark, from } of live.all()) if (from !== NOT_OURS && !ending.has(id)) await blocks.give(mark, from)
      setRefused(false)
    })
  }

  function finish(session: LiveSession, endedMs: number): void {
    const { id } = session
    ending.add(id)
    void log.append({ ...recordOf(session), kind: 'closed', end: Math.floor(endedMs) }).then(() => {
      live.drop(id)
      ending.delete(id)
    })
  }
  async function takeBack({ mark, from }: LiveSession): Promise<void> {
    if (from !== NOT_OURS) await attempt('a block of ports was not taken back', () => blocks.take(mark, from))
  }

  return {
    async start(isLive) {
      await blocks.start()
      const records: LegalRecord[] = [{ kind: 'up', boot, at: Math.floor(clock.now()) }]
      for (const session of live.all()) {
        if (!isLive(session.id)) {
          // Killed before its end was on the medium: it has ended by now.
          finish(session, clock.now())
          await takeBack(session)
          continue
        }
        if (session.from !== NOT_OURS) pool.hold(session.from)
        records.push(recordOf(session))
        await give(session)
      }
      await patiently(Promise.all(records.map((record) => log.append(record))).then(() => undefined))
    },
    async started(session) {
      const known = live.get(session.id)
      const one = known ?? begin(session)
      await give(one)
      if (!known) await patiently(log.append(recordOf(one)))
    },
    async ended({ id }, endedMs) {
      const before = live.get(id)
      if (!before || ending.has(id)) return
      finish(withAddresses(before), endedMs)
      await takeBack(before)
      if (before.from !== NOT_OURS) pool.free(before.from)
    },
    giveAll,
    async tick() {
      const today = dayOf(clock.now())
      // Not with each session: that would be a diary of who came while it lasted.
      if (refused) await giveAll()
      alarms.set('ports', pool.crowded())
      for (const before of live.all()) {
        if (ending.has(before.id)) continue
        const session = withAddresses(before)
        const moved = session.v4 !== before.v4 || session.v6.length !== before.v6.length
        if (moved) live.put(session)
        // Each day's file answers for its day alone.
        if (moved || today !== day) void log.append(recordOf(session))
      }
      day = today
      await log.tick()
    },
    async close() {
      await log.close()
      await blocks.stop()
    },
  }
}
