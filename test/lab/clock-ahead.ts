import { systemClock, type Clock } from '#shared/clock.ts'

/** The machine's clock, ahead of it by `ms`: so that an hour of the day comes while somebody watches. */
export function clockAhead(ms: number): Clock {
  const clock = systemClock()
  return { ...clock, now: () => clock.now() + ms }
}
