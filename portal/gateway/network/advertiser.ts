// When option 37 is said: at once and a few times when it changes, to whoever asks for a router, and every minute.
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { every, type Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { checkInterface } from '../policy.ts'
import { start } from '../programs.ts'
import { ADVERTISED, advertisement } from './router-advertisement.ts'

const SCRIPT = fileURLToPath(new URL('raw-icmp6.pl', import.meta.url))
const ALL_NODES = 'ff02::1'
const UNSPECIFIED = '::'
/** RFC 4861 §10: a changed address is said three times, so that a lost packet does not matter. */
const FIRST_ADVERTISEMENTS = 3
const FIRST_INTERVAL_MS = 16_000
/** RFC 4861 §6.2.6: one for all answers everyone who asked in the meantime. */
const LEAST_BETWEEN_MULTICASTS_MS = 3_000
/** A concert ends and every phone asks; what is beyond is told within the minute. */
const MOST_ANSWERS_A_SECOND = 100
const RESTART_MS = 30_000

/** Says `uri` on every interface of phones from now on; undefined: nothing any more. */
export type Advertiser = { announce(uri: string | undefined): void; close(): Promise<void> }

export function createAdvertiser(interfaces: readonly string[], { clock, metrics, ...effects }: Effects): Advertiser {
  for (const name of interfaces) checkInterface(name)
  const log = effects.log.scoped('network')
  const sent = metrics.counter('parvis_gateway_option37_total', 'Router advertisements sent with the address of the API (RFC 8910).')
  let message: string | undefined
  let child: ChildProcess | undefined
  let ready = false
  let closed = false
  let firstLeft = 0
  let cancelFirst: Cancel = () => {}
  let cancelRestart: Cancel = () => {}
  let answers = { sinceMs: 0, count: 0 }
  const lastMulticastMs = new Map<string, number>()

  function say(name: string, to: string): void {
    if (message === undefined || !ready) return
    if (to === ALL_NODES) lastMulticastMs.set(name, clock.monotonic())
    child?.stdin?.write(`${name} ${to} ${message}\n`)
    sent()
  }
  function sayToAll(): void {
    for (const name of interfaces) say(name, ALL_NODES)
  }
  function sayFirst(): void {
    cancelFirst()
    if (firstLeft-- <= 0) return
    sayToAll()
    cancelFirst = clock.after(FIRST_INTERVAL_MS, sayFirst)
  }

  /** By unicast, so that a phone that sleeps through multicasts hears it, and no other is woken. */
  function answer(name: string, asker: string): void {
    const now = clock.monotonic()
    if (now - answers.sinceMs >= 1_000) answers = { sinceMs: now, count: 0 }
    if (++answers.count > MOST_ANSWERS_A_SECOND) return
    if (asker !== UNSPECIFIED) return say(name, asker)
    if (now - (lastMulticastMs.get(name) ?? Number.NEGATIVE_INFINITY) >= LEAST_BETWEEN_MULTICASTS_MS) say(name, ALL_NODES)
  }

  function hear(line: string): void {
    if (line === 'ready') {
      ready = true
      firstLeft = FIRST_ADVERTISEMENTS
      return sayFirst()
    }
    const [name = '', asker = ''] = line.split(' ')
    if (interfaces.includes(name)) answer(name, asker)
  }

  function run(): void {
    const started = start('perl', [SCRIPT, ...interfaces])
    child = started
    let complaint = ''
    started.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('latin1')).slice(-300)))
    started.stdin?.on('error', () => {})
    if (started.stdout) createInterface({ input: started.stdout }).on('line', hear)
    const gone = (why: string): void => {
      if (child !== started) return
      child = undefined
      ready = false
      if (closed) return
      log.warn('option 37 is not advertised', { why, remedy: 'the portal needs CAP_NET_RAW and perl for it; options 114 and 103 of DHCP go on' })
      cancelRestart = clock.after(RESTART_MS, run)
    }
    started.once('error', (error) => gone(error.message))
    started.once('close', (code) => gone(complaint.trim() || `it ended with ${code}`))
  }

  run()
  const cancel = every(clock, ADVERTISED.intervalSeconds * 1_000, sayToAll, () => {})
  return {
    announce(uri) {
      message = uri === undefined ? undefined : advertisement(uri).toString('hex')
      firstLeft = FIRST_ADVERTISEMENTS
      sayFirst()
    },
    async close() {
      closed = true
      cancel()
      cancelFirst()
      cancelRestart()
      const last = child
      if (!last || last.exitCode !== null) return
      const ended = new Promise<void>((resolve) => last.once('close', () => resolve()))
      last.stdin?.end()
      await ended
    },
  }
}
