// `parvis run` on a clock of which the best part of a session goes by at each SIGUSR2, and `LATER` is said: for pictures of what comes later.
import { leapingClock } from '../town/clock.ts'
import { ownIo, runOn } from './run-on.ts'
import { LATER } from './stages.ts'

/** Of the two hours that a tap gives. */
const LEAP_MS = 95 * 60_000

const clock = leapingClock(Date.now())
process.on('SIGUSR2', () => void clock.leap(LEAP_MS).then(() => ownIo.err(`${LATER}\n`)))

await runOn(clock)
