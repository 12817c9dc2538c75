import type { Ranges } from './batch.ts'

/** Inclusive ranges of the given numbers, in order. */
export function toRanges(numbers: Iterable<number>): Ranges {
  const ranges: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && number <= last[1] + 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges
}

export function inRanges(ranges: Ranges, number: number): boolean {
  return ranges.some(([first, last]) => number >= first && number <= last)
}
