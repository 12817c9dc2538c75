/** What passes, for whoever watches: `parvis radius watch`. Costs one comparison a packet while nobody does. */
import type { Clock } from '#shared/clock.ts'
import type { Packet } from '../packet.ts'
import { sightOf, type Sight } from './sight.ts'

/** More than anyone reads: the rest is counted and told with the next. It also bounds what watching costs in a flood. */
const MOST_TOLD_PER_SECOND = 200

/** One request and what became of it. Neither reply nor reason: the server was asked again and is still deciding. */
export type Passing = {
  /** `auth`, `acct` or `coa`. */
  readonly door: string
  /** The client's configured name; `unknown` for strangers. */
  readonly client: string
  /** Absent when it was not believed: nothing that it says means anything. */
  readonly request?: Packet
  /** Absent when no reply left. */
  readonly reply?: Packet
  /** Why it was refused, with a reply or without. */
  readonly reason?: string
  /** Which source decided. */
  readonly by?: string
  /** The same request has come again and gets the same reply, if there is one. */
  readonly again?: true
}
/** A sight as a watcher gets it. */
export type Told = Sight & {
  /** Wall clock, milliseconds since 1970, to the second: no finer than people see. */
  readonly at: number
  /** How many were left out before this one; absent when none was. */
  readonly untold?: number
}
export type Watch = {
  /** False while nobody watches: whoever tells asks first, and then nothing is made for it. */
  readonly watched: boolean
  tell(passing: Passing): void
  /** The same for what is in words already. */
  show(sight: Sight): void
  /** Hands every sight to `watcher` until the returned function is called. */
  follow(watcher: (told: Told) => void): () => void
}

export function createWatch(clock: Pick<Clock, 'now' | 'monotonic'>): Watch {
  const watchers = new Set<(told: Told) => void>()
  let sinceMs = -Infinity
  let lines = 0
  let untold = 0

  function pass(makeSight: () => Sight): void {
    const nowMs = clock.monotonic()
    if (nowMs - sinceMs >= 1000) [sinceMs, lines] = [nowMs, 0]
    if (lines >= MOST_TOLD_PER_SECOND) return void untold++
    lines++
    const told: Told = { at: Math.floor(clock.now() / 1000) * 1000, ...makeSight(), ...(untold > 0 && { untold }) }
    untold = 0
    for (const watcher of watchers) watcher(told)
  }

  return {
    get watched() {
      return watchers.size > 0
    },
    tell: (passing) => pass(() => sightOf(passing)),
    show: (sight) => pass(() => sight),
    follow(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }
}
