/**
 * What a gateway gives on its own account while the hub that holds the balances is out of reach: half an hour a day to each voucher,
 * and to twenty at a time. So nobody stands before a dead door, and what is given too much has a bound (`protocols.md` §7).
 */
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { COURTESIES, courtesyStatement, type CourtesyRow } from './city-table.ts'
import { MINUTE_MS } from './table.ts'

export const COURTESY_SECONDS = 1_800
export const MOST_COURTESIES = 20
const DAY_MS = 86_400_000

export type Courtesies = {
  /** Seconds of today's window, opened now if there was none; 0 when it is over, or when too many are open. Rejects when the disk refuses. */
  open(id: string): Promise<number>
  secondsLeft(id: string): number
  /** Those of earlier days. */
  over(): string[]
  forget(id: string): void
}

type Window = { readonly day: number; readonly endsMs: number }

export function createCourtesies({ durable, reader, clock }: { readonly durable: Pick<DurableWriter, 'write'>; readonly reader: Db; readonly clock: Pick<Clock, 'now' | 'monotonic'> }): Courtesies {
  // Ends on the clock that does not jump: a wall clock that is set must neither cut short nor lengthen what was given.
  const windows = new Map<string, Window>()
  for (const { voucher, day, ends_minute } of reader.prepare<[], CourtesyRow>(COURTESIES).all()) {
    const leftMs = Math.min(COURTESY_SECONDS * 1_000, Math.max(0, ends_minute * MINUTE_MS - clock.now()))
    windows.set(voucher.toString('hex'), { day, endsMs: clock.monotonic() + leftMs })
  }
  const today = (): number => Math.floor(clock.now() / DAY_MS)
  const leftOf = ({ endsMs }: Window): number => Math.max(0, (endsMs - clock.monotonic()) / 1_000)

  return {
    async open(id) {
      const known = windows.get(id)
      if (known && (leftOf(known) > 0 || known.day >= today())) return leftOf(known)
      if ([...windows.values()].filter((one) => leftOf(one) > 0).length >= MOST_COURTESIES) return 0
      const window = { day: today(), endsMs: clock.monotonic() + COURTESY_SECONDS * 1_000 }
      // Before the disk has it: two that ask at once are one.
      windows.set(id, window)
      await durable.write(courtesyStatement({ voucher: Buffer.from(id, 'hex'), day: window.day, ends_minute: Math.ceil((clock.now() + COURTESY_SECONDS * 1_000) / MINUTE_MS) }))
      return leftOf(window)
    },
    secondsLeft(id) {
      const window = windows.get(id)
      return window ? leftOf(window) : 0
    },
    over: () => [...windows].filter(([, window]) => window.day < today() && leftOf(window) === 0).map(([id]) => id),
    forget: (id) => void windows.delete(id),
  }
}
