import { randomBytes } from 'node:crypto'
import type { Clock } from '#shared/clock.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { parseArguments } from '../commands/arguments.ts'
import type { Io } from '../commands/command.ts'
import { run, serve } from '../commands/run.ts'

export const ownIo: Io = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text), env: process.env, colour: false }

/** `parvis run` with this process's arguments, on another clock than the machine's. */
export async function runOn(clock: Clock): Promise<void> {
  const [, ...rest] = process.argv.slice(2)
  process.exitCode = await serve(parseArguments(rest, run), ownIo, { clock, random: randomBytes, log: jsonLog(ownIo.err, clock.now), metrics: createMetrics() })
}
