import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { run } from './programs.ts'

/** Each is a process that reads the kernel's table of flows once. */
const MOST_AT_ONCE = 4

export type Conntrack = {
  /** Forgets the flows that carry `mark`. They were cut off already, so a failure is logged and counted, never thrown. */
  flush(mark: number): Promise<void>
}

export function createConntrack({ log, metrics }: Pick<Effects, 'log' | 'metrics'>): Conntrack {
  const failures = metrics.counter('parvis_gateway_flush_failures_total', 'Times that the flows of an ended session could not be forgotten')
  const queue: (() => void)[] = []
  let busy = 0

  async function turn(): Promise<void> {
    if (busy >= MOST_AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
    else busy++
  }
  function done(): void {
    const next = queue.shift()
    if (next) next()
    else busy--
  }

  return {
    async flush(mark) {
      await turn()
      try {
        // Exit code 1 means that there was nothing to forget.
        const { code, stderr } = await run('conntrack', ['-D', '--mark', String(mark)])
        if (code !== 0 && code !== 1) throw new Error(stderr)
        if (code === 1 && !stderr.includes(' 0 flow entries')) throw new Error(stderr)
      } catch (error) {
        failures()
        log.warn('flush-failed', { why: reason(error) })
      } finally {
        done()
      }
    },
  }
}
