// `parvis run`, whole, on a clock that can leap: the test asks for it on a socket that only this entry has.
import { createServer } from 'node:net'
import { randomBytes } from 'node:crypto'
import { parseArguments } from '#scripts/commands/arguments.ts'
import type { Io } from '#scripts/commands/command.ts'
import { run, serve } from '#scripts/commands/run.ts'
import { leapingClock } from '#scripts/town/clock.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'

const clock = leapingClock(Number(process.env['TOWN_START_MS']))
const io: Io = { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text), env: process.env, colour: false }
// Every line there is: what is not logged by default may be switched on one day.
const log = jsonLog((line) => io.err(line), clock.now, 'debug')

const door = createServer((socket) => {
  socket.on('data', (ms) => void clock.leap(Number(ms.toString())).then(() => socket.end(`${clock.now()}\n`)))
}).listen(process.env['TOWN_LEAP_SOCKET'])

const [, ...rest] = process.argv.slice(2)
process.exitCode = await serve(parseArguments(rest, run), io, { clock, random: randomBytes, log, metrics: createMetrics() }, { demo: false })
door.close()
