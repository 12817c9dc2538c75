/**
 * The slow checks of people's passwords, off the loop and few at a time: each takes a thread and 19 MB for tens of milliseconds, and
 * the threads are those that sync the disk. What could not be answered within three seconds is refused at once.
 */
import type { Clock } from '#shared/clock.ts'
import { createTries, type Tries } from './tries.ts'

/** Half of libuv's threads: the others sync the disk. */
const MOST_AT_ONCE = 2
/** Then a check that waits and its own time stay below the three seconds of a door. */
const LONGEST_WAIT_MS = 2_500
/** One access server must not take the turns of all others. */
const SHARE_OF_CLIENT = 0.5
/** Before anything was measured. */
const USUAL_MS = 30
/** Measured times from which the imitations take theirs. */
const REMEMBERED = 32
const MOST_IMITATIONS = 1_024

export type PasswordChecks = {
  /** Who may have a password checked now. */
  readonly tries: Tries
  /** The answer of `check`, in its turn; undefined, at once, when too many wait, or too many of this client. */
  run(client: string, check: () => Promise<boolean>): Promise<boolean> | undefined
  /**
   * Resolves when a check that was asked for now would have been done, and uses neither a thread nor anyone's turn: by the time of an
   * answer nobody can tell a name that does not exist from a wrong password. Undefined, at once, as for `run`.
   */
  imitate(client: string): Promise<void> | undefined
}

type Turn = { begin(): void }

/** @param processors those that this process may use: one is left to the loop, or portal tokens would wait for passwords. */
export function createPasswordChecks(clock: Pick<Clock, 'monotonic' | 'after'>, processors = 1): PasswordChecks {
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, processors - 1))
  const queue: Turn[] = []
  const times: number[] = []
  // Checks that wait or run, by client.
  const taken = new Map<string, number>()
  let running = 0
  let waiting = 0
  let imitations = 0
  let measured = 0

  const usualMs = (): number => (times.length === 0 ? USUAL_MS : times.reduce((sum, ms) => sum + ms, 0) / times.length)
  const lasts = (checks: number): number => (checks * usualMs()) / atOnce
  // Alike for checks and imitations, or being refused would tell which a name gets.
  const tooLong = (client: string): boolean => lasts(waiting + running) > LONGEST_WAIT_MS || lasts(taken.get(client) ?? 0) > LONGEST_WAIT_MS * SHARE_OF_CLIENT

  function takes(client: string, by: 1 | -1): void {
    const now = (taken.get(client) ?? 0) + by
    if (now > 0) taken.set(client, now)
    else taken.delete(client)
  }

  function measure(ms: number): void {
    times[measured++ % REMEMBERED] = ms
  }

  /** Imitations at the head pass as soon as a check could begin, and take no place. */
  function next(): void {
    for (;;) {
      const turn = running < atOnce ? queue.shift() : undefined
      if (!turn) return
      turn.begin()
    }
  }

  function enter(turn: Turn): void {
    queue.push(turn)
    next()
  }

  async function check(client: string, one: () => Promise<boolean>): Promise<boolean> {
    const beganMs = clock.monotonic()
    try {
      return await one()
    } finally {
      measure(clock.monotonic() - beganMs)
      running--
      takes(client, -1)
      next()
    }
  }

  return {
    tries: createTries(clock),
    run(client, one) {
      if (tooLong(client)) return undefined
      waiting++
      takes(client, 1)
      return new Promise((resolve, reject) => {
        enter({
          begin() {
            waiting--
            running++
            check(client, one).then(resolve, reject)
          },
        })
      })
    },
    imitate(client) {
      if (tooLong(client) || imitations >= MOST_IMITATIONS) return undefined
      imitations++
      return new Promise((resolve) => {
        function done(): void {
          imitations--
          resolve()
        }
        // One of the last times, each in its turn: their spread shows nothing either.
        enter({ begin: () => void clock.after(times[imitations % Math.max(1, times.length)] ?? USUAL_MS, done) })
      })
    },
  }
}
