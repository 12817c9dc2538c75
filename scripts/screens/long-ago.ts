// `parvis run` on a machine that has no battery for its clock: it woke on the first of January 1970.
import { leapingClock } from '../town/clock.ts'
import { runOn } from './run-on.ts'

await runOn(leapingClock(0))
