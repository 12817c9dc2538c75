import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { canonicalIp } from '#shared/personal.ts'
import type { Asker, Neighbours } from './enforcer.ts'
import { createNeighbourTable, parseNeighbour } from './neighbour-table.ts'
import type { Pairs } from './pairs.ts'
import { run, start } from './programs.ts'
import { createSightings } from './sightings.ts'

/** No phone calls from there, and nobody has to be asked about it: health checks do. */
const OWN = /^(?:127\.|::1$)/
/** An address that nobody knows costs one process; a thousand such requests in this time cost one together. */
const ASK_EVERY_MS = 250
const RESTART_AFTER_MS = 1_000
const UNKNOWN: Asker = { kind: 'unknown' }

/**
 * Knows the devices on the interfaces `lan` by one `ip monitor neigh` child. Needs no rights.
 * @param pairs Tells contested addresses; without it none is.
 */
export function lanNeighbours(lan: readonly string[], effects: Effects, pairs?: Pairs): Neighbours {
  const { clock, log, metrics } = effects
  const restarts = metrics.counter('parvis_gateway_restarts_total', 'Helper programs of the gateway that died and were started anew', { program: 'ip' })
  const contested = metrics.counter('parvis_gateway_contested_total', 'Requests from an address that two devices claim')
  const table = createNeighbourTable(lan)
  const sightings = createSightings(clock)
  let monitor: ChildProcess | undefined
  let stopped = false
  let cancelRestart: Cancel | undefined
  let asking: Promise<void> | undefined
  let askedAt = -Infinity

  /** A line of the monitor is news; the table as it stood at the start is not, except for those who answer just now. */
  function take(line: string, news: boolean): void {
    const neighbour = parseNeighbour(line)
    if (!neighbour || !lan.includes(neighbour.device)) return
    const appeared = table.put(neighbour)
    if (neighbour.mac !== undefined && (neighbour.present || (news && appeared))) sightings.seen(neighbour.mac, neighbour.device)
  }

  async function readTable(): Promise<void> {
    const { stdout } = await run('ip', ['neigh', 'show'])
    for (const line of stdout.split('\n')) take(line, false)
  }

  /** Asks the kernel once for all who wait, no sooner than `ASK_EVERY_MS` after the last time. */
  function askKernel(): Promise<void> {
    asking ??= new Promise<void>((resolve) => clock.after(askedAt + ASK_EVERY_MS - clock.monotonic(), resolve))
      .then(readTable)
      .catch((error: unknown) => log.warn('neighbours-unread', { why: reason(error) }))
      .finally(() => {
        askedAt = clock.monotonic()
        asking = undefined
      })
    return asking
  }

  function watch(): void {
    const child = start('ip', ['monitor', 'neigh'])
    monitor = child
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => take(line, true))
    // It says so when the kernel had more to tell than it could hear: then the table is read whole.
    child.stderr?.on('data', () => void askKernel())
    let over = false
    const again = () => {
      if (over || stopped) return
      over = true
      restarts()
      log.warn('neighbours-lost')
      table.clear()
      cancelRestart = clock.after(RESTART_AFTER_MS, watch)
    }
    child.once('error', again)
    child.once('close', again)
    void askKernel()
  }

  async function asker(address: string): Promise<Asker> {
    const canonical = canonicalIp(address)
    if (OWN.test(canonical)) return UNKNOWN
    const zone = address.split('%')[1]
    const look = () => [...table.at(canonical)].filter(([device]) => zone === undefined || device === zone)
    let found = look()
    if (found.length === 0) {
      await askKernel()
      found = look()
    }
    const [owner] = found
    if (!owner) return UNKNOWN
    const [device, mac] = owner
    // Without an nft that answers nothing can be opened either, and the pages that only read stay.
    const claimants = await pairs?.claimants(canonical).catch(() => undefined)
    const doubted = found.some(([, other]) => other !== mac) || (claimants !== undefined && claimants.size > 0 && !(claimants.size === 1 && claimants.has(mac)))
    if (doubted) contested()
    return { kind: 'client', mac, contested: doubted, interface: device }
  }

  return {
    async start() {
      watch()
      await askKernel()
    },
    asker,
    addressesOf: table.of,
    onSighting: sightings.onSighting,
    async stop() {
      stopped = true
      cancelRestart?.()
      const last = monitor
      if (!last || last.exitCode !== null || last.signalCode !== null) return
      const ended = new Promise((resolve) => last.once('close', resolve))
      last.kill()
      await ended
    },
  }
}
