import { median } from '../figure.ts'
import type { Generator, Load, LoadResult } from './load.ts'
import { processorSeconds } from './process.ts'

export type Measured = { readonly pid: number; readonly load: Load }
/** One run: what came back, and the server's processor time for each reply. */
export type Run = { readonly load: LoadResult; readonly microseconds: number }

export async function measuredRun(generator: Generator, { pid, load }: Measured): Promise<Run> {
  const before = processorSeconds(pid)
  const result = await generator.send(load)
  return { load: result, microseconds: ((processorSeconds(pid) - before) * 1e6) / result.replies }
}

/** Each of `sides` in turn, `rounds` times, after one run each that is not counted: whatever else the machine does meets all alike. */
export async function alternate(generator: Generator, rounds: number, sides: readonly Measured[]): Promise<Run[][]> {
  const runs: Run[][] = sides.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, side] of sides.entries()) {
      const run = await measuredRun(generator, side)
      if (round > 0) runs[index]?.push(run)
    }
  }
  return runs
}

export function costText(runs: readonly Run[]): string {
  return `${median(runs.map((run) => run.microseconds)).toFixed(1)} µs`
}
