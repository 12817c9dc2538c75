import { flushCompileCache } from 'node:module'
import { systemClock } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { UsageError } from '#shared/errors.ts'
import { jsonLog, reason } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { pooledRandom } from '#shared/random.ts'
import { banner } from '../run/banner.ts'
import { openDirectories } from '../run/directories.ts'
import { ROLES, type Role } from '../run/ground.ts'
import { terminalLine } from '../run/terminal.ts'
import { ownThrift } from '../run/thrift.ts'
import { start, type Parvis, type StartOptions } from '../run/start.ts'
import { readSettings } from '../settings/read.ts'
import type { Settings } from '../settings/schema.ts'
import type { Command, Invocation, Io } from './command.ts'

function rolesOf(option: string | true | undefined): ReadonlySet<Role> {
  if (typeof option !== 'string') return new Set(ROLES)
  return new Set(
    option.split(',').map((name) => {
      const role = ROLES.find((one) => one === name.trim())
      if (!role) throw new UsageError('usage', `unknown role "${name}"; there are ${ROLES.join(', ')}`)
      return role
    }),
  )
}

export function systemEffects(io: Io): Effects {
  const clock = systemClock()
  // A terminal gets lines for people; a service manager gets JSON.
  const terminal = process.stderr.isTTY
  const log = jsonLog((line) => io.err(terminal ? terminalLine(line, io.colour) : line), clock.now, terminal ? 'warn' : 'info')
  return { clock, random: pooledRandom(), log, metrics: createMetrics() }
}

/** A terminal that goes away takes its programs along; a service manager's SIGHUP means "read your settings again". */
function interactive(): boolean {
  return process.stdin.isTTY || process.stdout.isTTY
}

function readAgain({ reload }: Parvis, { log }: Effects): void {
  try {
    reload?.()
  } catch (error) {
    log.error('settings not read again: the ones before stay in force', { reason: reason(error) })
  }
}

/** The life of a server: starts, says where it is, ends on the first signal and ignores the second (npm sends Ctrl-C twice). */
export async function serve(invocation: Invocation, io: Io, effects: Effects, code?: StartOptions['code']): Promise<number> {
  const reread = (): Settings => readSettings(invocation, io.env).settings
  const settings = reread()
  const directories = openDirectories(io.env)
  const ended = Promise.withResolvers<NodeJS.Signals>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.resolve(signal))
  const parvis = await start({ settings, directories, effects, roles: rolesOf(invocation.options.get('role')), reread, ...(code === undefined ? {} : { code }) })
  if (invocation.options.has('json')) {
    const { urls, ports, staffCode } = parvis
    io.out(`${JSON.stringify({ urls, ports, pid: process.pid, ...(staffCode === undefined ? {} : { staffCode }) })}\n`)
  } else io.out(banner(parvis, directories, io))
  process.on('SIGHUP', () => (interactive() ? ended.resolve('SIGHUP') : readAgain(parvis, effects)))
  // The listeners' own handles are unreferenced timers and sockets: this one keeps the process alive until a signal.
  const alive = setInterval(() => undefined, 2 ** 30)
  // Else it is written at an orderly end alone, and a gateway mostly starts after a power cut.
  flushCompileCache()
  const cancelThrift = ownThrift(effects.clock)
  await ended.promise
  cancelThrift()
  clearInterval(alive)
  if (!invocation.options.has('json')) io.out('\nStopping …\n')
  await parvis.close()
  return 0
}

export const run: Command = {
  help: `parvis run [--role ${ROLES.join(',')}] [--config FILE] [--<table>.<key>=<value> …] [--json]

Starts the roles in one process (default: all) and runs until SIGINT or SIGTERM. --json prints one line with the addresses
instead of the summary. Settings come from the file, then PARVIS_<TABLE>_<KEY>, then flags such as --portal.port=8081.
PARVIS_DATA is the data directory (default ./var), PARVIS_RUNTIME the volatile one.`,
  options: { role: 'value', json: 'flag' },
  run: (invocation, io) => serve(invocation, io, systemEffects(io)),
}
