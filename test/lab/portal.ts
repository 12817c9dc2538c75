// Runs in the gateway's namespace: the real portal role, wired by the very functions that `parvis run` uses, which kills
// itself with SIGKILL at the arrow of the order of effects named by `--die`. The line `list` is answered with what is open.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Observations } from '#shared/count/observations.ts'
import { systemClock } from '#shared/clock.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { deviceKeyPem, generateDeviceKey, parseDeviceKey } from '#shared/sign.ts'
import { openDirectories } from '#scripts/run/directories.ts'
import type { Ground } from '#scripts/run/ground.ts'
import { openPortalBooks, startPortalRole } from '#scripts/run/portal.ts'
import { radiusPeers } from '#scripts/run/radius-peers.ts'
import { keyringOf } from '#scripts/run/radius.ts'
import { readSettings } from '#scripts/settings/read.ts'

const { values } = parseArgs({ options: { config: { type: 'string' }, die: { type: 'string' } } })
const clock = systemClock()
const { settings } = readSettings({ config: values.config, flags: new Map() }, process.env)
const ground: Ground = {
  settings,
  directories: openDirectories(process.env),
  effects: { clock, metrics: createMetrics(), log: jsonLog((line) => process.stderr.write(line), clock.now), random: randomBytes },
  roles: new Set(['portal']),
}
const nobodyCounts: Observations = { sighted() {}, sessionStarted() {}, sessionEnded() {} }

function deviceKey() {
  const path = join(ground.directories.data, 'lab-device.pem')
  if (!existsSync(path)) writeFileSync(path, deviceKeyPem(generateDeviceKey()))
  return parseDeviceKey(readFileSync(path, 'utf8'))
}

const books = await openPortalBooks(ground)
const portal = await startPortalRole(ground, {
  books,
  peers: radiusPeers(ground),
  keyring: keyringOf(ground),
  key: deviceKey(),
  gateway: 'gw-lab',
  observations: nobodyCounts,
  radiusPorts: { auth: 0, acct: 0 },
  servicesUrl: undefined,
  step(step) {
    if (step === values.die) process.kill(process.pid, 'SIGKILL')
  },
})
process.stdout.write('{"ready":true}\n')

async function stop(): Promise<void> {
  await portal.close()
  await books.disk.close()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'list') process.stdout.write(`${JSON.stringify({ open: portal.sessions.list().map(({ mac, mark, site, deadlineMs }) => ({ mac, mark, site, deadlineMs })) })}\n`)
}
