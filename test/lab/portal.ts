// Runs in the gateway's namespace: the portal role as `parvis run` starts it, which kills itself with SIGKILL at the arrow of
// the order of effects named by `--die`, on a clock that is `--ahead` ms of the machine's. The line `list` is answered with what the session store holds open.
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { systemEffects } from '#scripts/commands/run.ts'
import { openDirectories } from '#scripts/run/directories.ts'
import { start } from '#scripts/run/start.ts'
import { readSettings } from '#scripts/settings/read.ts'
import { clockAhead } from './clock-ahead.ts'

const { values } = parseArgs({ options: { config: { type: 'string' }, die: { type: 'string' }, ahead: { type: 'string' } } })
const { settings } = readSettings({ config: values.config, flags: new Map() }, process.env)
const machine = systemEffects({ out() {}, err: (text) => void process.stderr.write(text), env: process.env, colour: false })
const effects = { ...machine, clock: clockAhead(Number(values.ahead ?? 0)) }

const parvis = await start({
  settings,
  directories: openDirectories(process.env),
  effects,
  roles: new Set(['portal']),
  code: {
    step(step) {
      if (step === values.die) process.kill(process.pid, 'SIGKILL')
    },
  },
})
process.stdout.write('{"ready":true}\n')
process.once('SIGTERM', () => void parvis.close().then(() => process.exit(0)))
for await (const line of createInterface({ input: process.stdin })) {
  const open = parvis.portal?.sessions.list().map(({ mac, mark, site }) => ({ mac, mark, site }))
  if (line === 'list') process.stdout.write(`${JSON.stringify({ open })}\n`)
}
