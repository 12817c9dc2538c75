import { every, type Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { parseListing, READ_QUOTAS, READ_SPENT } from './elements.ts'
import type { NftWriter } from './nft-writer.ts'

/** The kernel stops, or slows, on the very packet; the citizen's page and the session's end follow within this. */
const LOOK_EVERY_MS = 1_000

export type Spent = {
  /** Takes up what the kernel holds from before, then looks each second while anybody has a quota. */
  start(): Promise<void>
  watch(mark: number): void
  forget(mark: number): void
  onSpent(listener: (mark: number) => void): void
  stop(): void
}

/**
 * Whose quota has run out. Named quotas of nft would tell by themselves, but nft reads every one of them before each change:
 * 34 ms a change among 10,000. A bucket a session costs nothing, and those that are empty stand in a small set of their own.
 */
export function createSpent(reader: NftWriter, { clock, log }: Pick<Effects, 'clock' | 'log'>): Spent {
  const watched = new Set<number>()
  const listeners: ((mark: number) => void)[] = []
  let cancel: Cancel = () => {}
  let looking = false

  async function look(): Promise<void> {
    const marks = parseListing(await reader.run(READ_SPENT)).map(({ val }) => Number(val))
    // Told once: an element stays while its session is slow.
    for (const mark of marks) if (watched.delete(mark)) for (const listener of listeners) listener(mark)
  }

  function lookAgain(): void {
    if (watched.size === 0 || looking) return
    looking = true
    look()
      .catch((error: unknown) => log.warn('spent-unknown', { why: reason(error) }))
      .finally(() => (looking = false))
  }

  return {
    async start() {
      const listings = await Promise.all(READ_QUOTAS.map((line) => reader.run(line)))
      for (const { val } of listings.flatMap(parseListing)) watched.add(Number(val))
      cancel = every(clock, LOOK_EVERY_MS, lookAgain, () => {})
    },
    watch: (mark) => void watched.add(mark),
    forget: (mark) => void watched.delete(mark),
    onSpent: (listener) => void listeners.push(listener),
    stop: () => cancel(),
  }
}
