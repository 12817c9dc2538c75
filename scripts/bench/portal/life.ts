// Runs in the gateway's namespace: portal and RADIUS server in one process as `parvis run` starts them, with nftables.
// `fill N`: opens N sessions, says so, and waits to be killed. `restart ROUNDS`: takes up what is there, and does the minute's
// work so many times. Each tells by a line of JSON when it is ready.
import { encodeBase32 } from '#shared/base32.ts'
import type { MacAddress } from '#shared/personal.ts'
import { systemEffects } from '#scripts/commands/run.ts'
import { openDirectories } from '#scripts/run/directories.ts'
import { start } from '#scripts/run/start.ts'
import { ownThrift } from '#scripts/run/thrift.ts'
import { readSettings } from '#scripts/settings/read.ts'

const AT_ONCE = 100
const [config = '', mode = '', count = '0'] = process.argv.slice(2)
const { settings } = readSettings({ config, flags: new Map() }, process.env)
const effects = systemEffects({ out() {}, err: (text) => void process.stderr.write(text), env: process.env, colour: false })
const say = (line: Readonly<Record<string, number>>) => process.stdout.write(`${JSON.stringify(line)}\n`)

const parvis = await start({ settings, directories: openDirectories(process.env), effects, roles: new Set(['portal', 'radius']) })
const sessions = parvis.portal?.sessions
if (!sessions) throw new Error('no portal')
say({ ready: sessions.list().length })

async function openOne(number: number): Promise<void> {
  // As long as the names that the portal's tokens have, and unknown to anybody.
  const [user, nonce] = [encodeBase32(effects.random(15)), effects.random(8).toString('hex')]
  const mac = `02${number.toString(16).padStart(10, '0')}` as MacAddress
  await sessions?.open({ mac, site: 'default', language: 'fr', method: 'click', user, nonce, seconds: 7_200, limits: { interimSeconds: 300, idleSeconds: 3_600 } })
}

if (mode === 'fill') {
  for (let from = 1; from <= Number(count); from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - from + 1) }, (_, index) => openOne(from + index)))
  }
  await sessions.round()
  say({ filled: sessions.list().length })
} else {
  for (let round = 0; round < Number(count); round++) await sessions.round()
  say({ rounds: sessions.list().length })
}
// As `parvis run` does.
ownThrift(effects.clock)
setInterval(() => {}, 1_000)
