import { every, type Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'
import type { MacAddress } from '#shared/personal.ts'
import { createTurns } from '#shared/turns.ts'
import { createConntrack } from './conntrack.ts'
import { addLine, ALL_SETS, createReading, forgetLine, listLine, openElements, READ_SETS, READ_SPENT, shutLine } from './elements.ts'
import { NO_USAGE, type Enforcer, type Grant, type OpenClient, type Usage } from './enforcer.ts'
import { createLastCounters } from './last-counters.ts'
import { createNftWriter, type NftWriter } from './nft-writer.ts'
import { createOpenings } from './openings.ts'
import { checkGrant, type NftablesSettings } from './policy.ts'
import { run } from './programs.ts'
import { ruleset, TABLE } from './ruleset.ts'
import { createShaping } from './shaping.ts'
import { createSpent } from './spent.ts'

/** With `on_portal_loss = close` the kernel waits this long for a sign of life. */
const ALIVE_SECONDS = 15
const ALIVE_EVERY_MS = 5_000
const MAPS: ReadonlySet<string> = new Set(['client', 'share'])
const SAY_ALIVE = ['ipv4', 'ipv6'].map((family) => `add element ${TABLE} alive { ${family} timeout 1s }; delete element ${TABLE} alive { ${family} }; add element ${TABLE} alive { ${family} timeout ${ALIVE_SECONDS}s }`).join('; ')
const EMPTY_ALL = ALL_SETS.map((set) => `flush ${MAPS.has(set) ? 'map' : 'set'} ${TABLE} ${set}`).join('; ')

/** What nft says of a table that is not there, and of an element. */
const NOT_THERE = 'No such file or directory'
const saysNotThere = (error: unknown): boolean => error instanceof UnavailableError && String(error.data['said'] ?? '').startsWith(NOT_THERE)

async function writeTable(settings: NftablesSettings): Promise<void> {
  const { code, stderr } = await run('nft', ['-f', '-'], ruleset(settings))
  if (code === 0) return
  const said = stderr.split('\n')[0] ?? ''
  throw new UnavailableError('enforcer', `nft did not take the table of the gateway (is CAP_NET_ADMIN there?): ${said}`, { data: { said } })
}

/**
 * Lets phones through this machine's kernel: see README.md. Needs CAP_NET_ADMIN, nft ≥ 1.0.6 and conntrack.
 * @param reader Listings take a while among many clients, so they go another way than changes; shared with the neighbours,
 * which read the pairs that the kernel saw.
 */
export function nftablesEnforcer(settings: NftablesSettings, effects: Effects, reader: NftWriter = createNftWriter(effects)): Enforcer {
  const writer = createNftWriter(effects)
  const letThrough = createOpenings(writer)
  const conntrack = createConntrack(effects)
  const lastCounters = createLastCounters(effects, writer)
  const spent = createSpent(reader, effects)
  const shaping = createShaping(settings, reader)
  const marks = new Map<MacAddress, number>()
  // Two changes of one device follow each other; different devices do not wait.
  const inTurn = createTurns()
  const listeners: (() => void)[] = []
  let remaking: Promise<void> | undefined
  let stopAlive: Cancel | undefined

  async function readAll(): Promise<readonly OpenClient[]> {
    const reading = createReading()
    for (const set of READ_SETS) await reader.read(listLine(set), reading.of(set))
    const { open, remembered } = reading.known()
    // What we know already may be newer than this answer; an old mark too many does no harm, it is made and deleted.
    for (const { mac, mark } of remembered) if (!marks.has(mac)) marks.set(mac, mark)
    return open
  }

  /** Another program's `flush ruleset` takes our table too. What we knew of its elements went with it. */
  async function remake(): Promise<void> {
    effects.log.error('table-gone', { why: 'another program removed the rules of the gateway; they are made anew' })
    const lost = [...marks]
    await writeTable(settings)
    for (const [mac, mark] of lost) {
      if (marks.get(mac) === mark) marks.delete(mac)
      spent.forget(mark)
      shaping.forget(mark)
    }
    if (settings.onPortalLoss === 'close') await sayAlive()
    for (const listener of listeners) listener()
  }

  /** By one of its small sets: a bare table of this name may be of the machine's own rules (`setup/nat.nft`). */
  function isThere(): Promise<boolean> {
    return reader.run(READ_SPENT).then(() => true, () => false)
  }

  /** What needs the table, with a table. */
  async function withTable<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (!saysNotThere(error) || (await isThere())) throw error
      remaking ??= remake().finally(() => (remaking = undefined))
      await remaking
      return act()
    }
  }

  /** Deletes what the kernel still knows of a session. @returns its last counters. */
  async function forget(mac: MacAddress, mark: number): Promise<Usage> {
    const last = await lastCounters.of(mark, async () => void (await writer.run(forgetLine(mac, mark, shaping.held(mark)))))
    marks.delete(mac)
    spent.forget(mark)
    shaping.forget(mark)
    return last
  }

  async function openNow(grant: Grant): Promise<void> {
    checkGrant(grant)
    const before = marks.get(grant.mac)
    // Not every kernel takes a new time-out for an element that exists: it goes and comes again, a millisecond later. Another
    // mark is another session, and what that one used is not this one's.
    const known = before === undefined ? NO_USAGE : await forget(grant.mac, before)
    const used = before === grant.mark ? known : (grant.used ?? NO_USAGE)
    const elements = openElements(grant, used, shaping.classFor(grant.mark))
    if (before === undefined) await letThrough(elements)
    else await writer.run(`${shutLine(before)}; ${addLine(elements)}`)
    marks.set(grant.mac, grant.mark)
    if (grant.quotaBytes !== undefined) spent.watch(grant.mark)
    if (before !== undefined && before !== grant.mark) await conntrack.flush(before)
  }

  async function closeNow(mac: MacAddress): Promise<Usage> {
    const mark = marks.get(mac)
    if (mark === undefined) return NO_USAGE
    // The client is forgotten after its flows: its next packet would take the mark off the one that it belongs to, and that
    // flow could not be found any more.
    await writer.run(shutLine(mark))
    await conntrack.flush(mark)
    return forget(mac, mark)
  }

  async function sayAlive(): Promise<void> {
    await writer.run(SAY_ALIVE)
  }

  return {
    name: 'nftables',
    async start() {
      await writeTable(settings)
      lastCounters.start()
      await readAll()
      await spent.start()
      await shaping.start()
      if (settings.onPortalLoss !== 'close') return
      await sayAlive()
      stopAlive = every(effects.clock, ALIVE_EVERY_MS, () => void sayAlive().catch((error: unknown) => effects.log.warn('alive-failed', { why: reason(error) })), () => {})
    },
    open: (grant) => inTurn(grant.mac, () => withTable(() => openNow(grant))),
    close: (mac) => inTurn(mac, () => closeNow(mac)),
    onSpent: spent.onSpent,
    onRemade: (listener) => void listeners.push(listener),
    list: () => withTable(readAll),
    async stop() {
      stopAlive?.()
      spent.stop()
      if (settings.onPortalLoss === 'close') await writer.run(EMPTY_ALL).catch((error: unknown) => effects.log.error('not-emptied', { why: reason(error) }))
      await lastCounters.stop()
      await Promise.all([writer.stop(), reader.stop()])
    },
  }
}
