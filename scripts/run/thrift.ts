// Memory that a busy hour left behind is given back in a quiet moment: V8 collects when it allocates, and an idle gateway would keep
// the garbage of its last storm, and the emptied pages of it, for hours.
import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { every, type Cancel, type Clock } from '#shared/clock.ts'

const LOOK_EVERY_MS = 1_000
const QUIET_SHARE = 0.1
/**
 * Collecting holds the loop for a tenth of a second, and takes with it most of what V8 has compiled: code dies with the last object of a
 * shape that it was made for, and a storm that follows has half the speed. So a rush must really be over: it has been quiet for as
 * long as it was busy, but for what little a start or a few visitors compile.
 */
const QUIET_LOOKS = { least: 3, most: 60 } as const
const LITTLE_LOOKS = 10
const WORTH_GROWTH = 1.3

export type ThriftParts = {
  readonly clock: Clock
  /** Share of the time since it was last asked in which the loop was busy. */
  busyShare(): number
  heapBytes(): number
  /** Collects and returns what is empty to the kernel. */
  collect(): void
}

export function keepThrift({ clock, busyShare, heapBytes, collect }: ThriftParts): Cancel {
  let kept = 0
  let quiet = 0
  let busy = 0
  const enough = (): number => (busy < LITTLE_LOOKS ? QUIET_LOOKS.least : Math.min(QUIET_LOOKS.most, busy))
  return every(clock, LOOK_EVERY_MS, () => {
    if (busyShare() > QUIET_SHARE) {
      quiet = 0
      busy++
      return
    }
    quiet++
    if (quiet < enough() || heapBytes() < WORTH_GROWTH * kept) return
    collect()
    kept = heapBytes()
    busy = 0
  }, () => undefined)
}

/** Of this process; does nothing where Node was started without `--expose-gc`. */
export function ownThrift(clock: Clock): Cancel {
  const { gc } = globalThis
  if (!gc) return () => {}
  let before = performance.eventLoopUtilization()
  return keepThrift({
    clock,
    busyShare() {
      const { utilization } = performance.eventLoopUtilization(before)
      before = performance.eventLoopUtilization()
      return utilization
    },
    heapBytes: () => getHeapStatistics().total_heap_size,
    // The last resort alone empties V8's own pool of pages.
    collect: () => void gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  })
}
