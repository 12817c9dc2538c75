// `parvis run` on a clock of which the best part of a session goes by at each SIGUSR2, and `LATER` is said: for pictures of what comes later.
import { randomBytes } from 'node:crypto'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { parseArguments } from '../commands/arguments.ts'
import type { Io } from '../commands/command.ts'
import { run, serve } from '../commands/run.ts'
import { leapingClock } from '../town/clock.ts'
import { LATER } from './stages.ts'

/** Of the two hours that a tap gives. */
const LEAP_MS = 95 * 60_000

const clock = leapingClock(Date.now())
const io: Io = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text), env: process.env, colour: false }
process.on('SIGUSR2', () => void clock.leap(LEAP_MS).then(() => io.err(`${LATER}\n`)))

const [, ...rest] = process.argv.slice(2)
process.exitCode = await serve(parseArguments(rest, run), io, { clock, random: randomBytes, log: jsonLog(io.err, clock.now), metrics: createMetrics() })
