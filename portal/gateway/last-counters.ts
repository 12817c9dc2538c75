import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'
import { NO_USAGE, type Usage } from './enforcer.ts'
import { parseCounter, probeLine, readUsageLines, usage } from './elements.ts'
import type { NftWriter } from './nft-writer.ts'
import { start } from './programs.ts'

/** The kernel tells within a millisecond; a usage that does not come was lost with a helper that died. */
const PATIENCE_MS = 1_000
/**
 * nft monitor reads all that exists before it listens, and begins again when something changes meanwhile: whoever asks too
 * often whether it is there keeps it from coming.
 */
const PROBE_AFTER_MS = [20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120] as const
const RESTART_AFTER_MS = 1_000
/** What `nft monitor` says of an element that goes: its counter's last word. */
const GONE = /^delete element inet parvis (up|down) \{ 0x([0-9a-f]+) counter packets (\d+) bytes (\d+)/

type Expected = { up?: Usage; down?: Usage; readonly tell: (usage: Usage) => void }

export type LastCounters = {
  /** Begins to listen; until it hears, counters are asked for. */
  start(): void
  /** Runs `forget`, which deletes the elements of `mark`. @returns what they had counted; nothing if the kernel does not tell within a second. */
  of(mark: number, forget: () => Promise<void>): Promise<Usage>
  stop(): Promise<void>
}

/**
 * Hears each session's last counters from one `nft monitor` child. Asking nft for one element makes it read all elements of
 * all sets first (0.2 s among 10,000 clients), so that is the way only while the child does not listen.
 */
export function createLastCounters({ clock, log, metrics }: Effects, writer: NftWriter): LastCounters {
  const restarts = metrics.counter('parvis_gateway_restarts_total', 'Helper programs of the gateway that died and were started anew', { program: 'nft monitor' })
  const lost = metrics.counter('parvis_gateway_counters_lost_total', 'Sessions whose last counters the kernel did not tell in time')
  const expected = new Map<number, Expected>()
  let child: ChildProcess | undefined
  let stopped = false
  /** Since the child was started it has told us something. */
  let hearing = false
  let cancelRestart: Cancel | undefined

  function hear(line: string): void {
    const [, set, hex = '', packets, bytes] = GONE.exec(line) ?? []
    const mark = Number.parseInt(hex, 16)
    if (set !== undefined) hearing = true
    const one = expected.get(mark)
    if (!one) return
    if (set === 'up') one.up = { ...NO_USAGE, upPackets: Number(packets), upBytes: Number(bytes) }
    else one.down = { ...NO_USAGE, downPackets: Number(packets), downBytes: Number(bytes) }
    if (one.up && one.down) one.tell({ ...one.down, upPackets: one.up.upPackets, upBytes: one.up.upBytes })
  }

  async function probe(): Promise<void> {
    for (const ms of PROBE_AFTER_MS) {
      await new Promise<void>((resolve) => clock.after(ms, resolve))
      if (hearing || stopped) return
      await writer.run(probeLine())
    }
    if (!stopped && !hearing) throw new UnavailableError('enforcer', 'nft monitor does not tell what happens in the kernel')
  }

  function listen(): void {
    watch().catch((error: unknown) => log.warn('nft-monitor-silent', { why: reason(error) }))
  }

  async function watch(): Promise<void> {
    hearing = false
    const fresh = start('nft', ['monitor', 'destroy', 'elements'])
    child = fresh
    if (fresh.stdout) createInterface({ input: fresh.stdout }).on('line', hear)
    fresh.stderr?.resume()
    let over = false
    const again = () => {
      if (over || stopped) return
      over = true
      hearing = false
      restarts()
      log.warn('nft-monitor-lost')
      cancelRestart = clock.after(RESTART_AFTER_MS, listen)
    }
    fresh.once('error', again)
    fresh.once('close', again)
    await probe()
  }

  /** Slow among many, and a packet may slip in between; but it needs no listener. */
  async function ask(mark: number): Promise<Usage> {
    const [up = '', down = ''] = await Promise.all(readUsageLines(mark).map((line) => writer.run(line).catch(() => '')))
    return usage(parseCounter(up), parseCounter(down))
  }

  function farewell(mark: number): { usage: Promise<Usage>; giveUp: () => void } {
    const { promise, resolve } = Promise.withResolvers<Usage>()
    const cancel = clock.after(PATIENCE_MS, () => {
      lost()
      tell(NO_USAGE)
    })
    function tell(usage: Usage): void {
      cancel()
      expected.delete(mark)
      resolve(usage)
    }
    expected.set(mark, { tell })
    return { usage: promise, giveUp: () => tell(NO_USAGE) }
  }

  return {
    start: listen,
    async of(mark, forget) {
      if (!hearing) {
        const last = await ask(mark)
        await forget()
        return last
      }
      const { usage, giveUp } = farewell(mark)
      await forget().catch((error: unknown) => {
        giveUp()
        throw error
      })
      return usage
    },
    async stop() {
      stopped = true
      cancelRestart?.()
      const last = child
      if (!last || last.exitCode !== null || last.signalCode !== null) return
      const ended = new Promise((resolve) => last.once('close', resolve))
      last.kill()
      await ended
    },
  }
}
