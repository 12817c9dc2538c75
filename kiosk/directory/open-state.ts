import { holdsOn, type Hours } from './hours.ts'
import { clockText, dateOf, type LocalMoment, MINUTES_PER_DAY } from './local-time.ts'

/** Far enough to find the next day of a monthly offer. */
const LOOK_AHEAD_DAYS = 62

/** Minutes since local midnight of the day it belongs to; `closes` may be past 1440. */
export type Slot = { readonly opens: number; readonly closes: number }

/** The three answers that exist. Times are `HH:MM`, dates `YYYY-MM-DD`, all of the town's wall clock. */
export type OpenState =
  | { readonly kind: 'open'; readonly until: string; readonly minutesLeft: number; readonly allDay: boolean }
  | { readonly kind: 'closed'; readonly opens?: { readonly at: string; readonly date: string; readonly inDays: number } }
  | { readonly kind: 'unknown' }

/** Slots that begin on that day, in order, those that touch or overlap joined. */
export function slotsOn(hours: Hours, day: number): Slot[] {
  const slots = hours.rules
    .filter((rule) => holdsOn(rule, day))
    .map(({ opens, closes }) => ({ opens, closes }))
    .sort((a, b) => a.opens - b.opens || a.closes - b.closes)
  const joined: { opens: number; closes: number }[] = []
  for (const slot of slots) {
    const last = joined.at(-1)
    if (last && slot.opens <= last.closes) last.closes = Math.max(last.closes, slot.closes)
    else joined.push({ ...slot })
  }
  return joined
}

/** Minutes after midnight of `now.day` at which the time now spent open ends; undefined when not open. */
function openUntil(hours: Hours, now: LocalMoment): number | undefined {
  let until: number | undefined
  // Yesterday's slot may reach into today, and today's midnight may be where tomorrow's begins.
  for (const ahead of [-1, 0, 1]) {
    const shift = ahead * MINUTES_PER_DAY
    for (const { opens, closes } of slotsOn(hours, now.day + ahead)) {
      const from = opens + shift
      if (from <= (until ?? now.minute) && closes + shift > (until ?? now.minute)) until = closes + shift
    }
  }
  return until
}

function nextOpening(hours: Hours, now: LocalMoment): { at: string; date: string; inDays: number } | undefined {
  for (let ahead = 0; ahead <= LOOK_AHEAD_DAYS; ahead++) {
    const slot = slotsOn(hours, now.day + ahead).find(({ opens }) => ahead > 0 || opens > now.minute)
    if (slot) return { at: clockText(slot.opens), date: dateOf(now.day + ahead), inDays: ahead }
  }
  return undefined
}

/** Open until …, closed (opens …), or hours unknown: what cannot be read is never called closed. */
export function openState(hours: Hours, now: LocalMoment): OpenState {
  const until = openUntil(hours, now)
  if (until !== undefined) {
    const minutesLeft = until - now.minute
    return { kind: 'open', until: clockText(until), minutesLeft, allDay: minutesLeft > MINUTES_PER_DAY }
  }
  if (hours.incomplete) return { kind: 'unknown' }
  const opens = nextOpening(hours, now)
  return opens ? { kind: 'closed', opens } : { kind: 'closed' }
}
