// Runs in the gateway's namespace: portal and RADIUS server in one process as `parvis run` starts them, with nftables.
// `fill N`: opens N sessions, says so, and waits to be killed. `restart ROUNDS`: takes up what is there, lets so many minutes go by,
// each with its work, and sees that everybody was reported meanwhile. Each tells by a line of JSON when it is ready.
import { encodeBase32 } from '#shared/base32.ts'
import type { MacAddress } from '#shared/personal.ts'
import { systemEffects } from '#scripts/commands/run.ts'
import { openDirectories } from '#scripts/run/directories.ts'
import { INTERIM_SECONDS } from '#scripts/run/profiles.ts'
import { start } from '#scripts/run/start.ts'
import { ownThrift } from '#scripts/run/thrift.ts'
import { readSettings } from '#scripts/settings/read.ts'
import { leapingClock } from '#scripts/town/clock.ts'

const AT_ONCE = 100
const MINUTE_MS = 60_000
const REPORTED_WITHIN_MS = 60_000
/**
 * These sessions are opened without asking RADIUS, so they are given what it answers where nothing else is set. With another
 * interval the memory would be that of a town that reports more, or less, than ours.
 */
const LIMITS = { interimSeconds: INTERIM_SECONDS, idleSeconds: 3_600 } as const
const [config = '', mode = '', count = '0'] = process.argv.slice(2)
const { settings } = readSettings({ config, flags: new Map() }, process.env)
const clock = leapingClock(Date.now())
const effects = { ...systemEffects({ out() {}, err: (text) => void process.stderr.write(text), env: process.env, colour: false }), clock }
const say = (line: Readonly<Record<string, number>>) => process.stdout.write(`${JSON.stringify(line)}\n`)

const parvis = await start({ settings, directories: openDirectories(process.env), effects, roles: new Set(['portal', 'radius']) })
const sessions = parvis.portal?.sessions
if (!sessions) throw new Error('no portal')
say({ ready: sessions.list().length })

async function openOne(number: number): Promise<void> {
  // As long as the names that the portal's tokens have, and unknown to anybody.
  const [user, nonce] = [encodeBase32(effects.random(15)), effects.random(8).toString('hex')]
  const mac = `02${number.toString(16).padStart(10, '0')}` as MacAddress
  await sessions?.open({ mac, site: 'default', language: 'fr', method: 'click', user, nonce, seconds: 7_200, limits: LIMITS })
}

const interims = (): number => Number(/parvis_radius_accounting_total\{status="interim"\} (\d+)/.exec(effects.metrics.text())?.[1])

/** Long enough for the report of each session to fall due once. @throws Error when some were not told. */
async function goBy(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await clock.leap(MINUTE_MS)
    await sessions?.round()
  }
  const due = minutes * MINUTE_MS > INTERIM_SECONDS * 1_000 ? (sessions?.list().length ?? 0) : 0
  const until = performance.now() + REPORTED_WITHIN_MS
  while (interims() < due && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
  if (interims() < due) throw new Error(`${due} sessions, but ${interims()} reports of where they stand`)
}

if (mode === 'fill') {
  for (let from = 1; from <= Number(count); from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - from + 1) }, (_, index) => openOne(from + index)))
  }
  await sessions.round()
  say({ filled: sessions.list().length })
} else {
  await goBy(Number(count))
  say({ rounds: sessions.list().length })
}
// As `parvis run` does.
ownThrift(effects.clock)
setInterval(() => {}, 1_000)
