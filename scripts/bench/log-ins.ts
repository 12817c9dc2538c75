// portal.login.rate: whole log-ins with a durable receipt, each from an address of its own: page, tap, RADIUS, receipt, grant, Start.
import { startInstance } from '../instance.ts'
import { median, quantile, type Benchmark, type Figure } from './figure.ts'
import { runSwarm } from './swarm.ts'

const ROUNDS = 5
const LOG_INS = 2_000
const AT_ONCE = 32

export const logIns: Benchmark = {
  area: 'portal',
  names: ['portal.login.rate'],
  async measure() {
    const rates: number[] = []
    const taps: number[] = []
    const instance = await startInstance({ prefix: ['taskset', '-c', '0'], args: ['--role', 'portal,radius'] })
    try {
      // The first addresses warm the code up and are not counted.
      for (let round = 0; round <= ROUNDS; round++) {
        const swarm = await runSwarm({ portal: instance.urls['portal'] ?? '', logIns: LOG_INS, atOnce: AT_ONCE, network: 32 + round })
        if (swarm.failed > 0) throw new Error(`${swarm.failed} of ${LOG_INS} log-ins failed: ${swarm.firstFailure}`)
        if (round > 0) {
          rates.push(swarm.logIns / swarm.seconds)
          taps.push(...swarm.tapMs)
        }
      }
    } finally {
      await instance.stop()
    }
    const setup = `portal + RADIUS on core 0, generator on core 1, ${AT_ONCE} phones at once, receipt fsynced, median of ${ROUNDS} × ${LOG_INS}; tap p50 ${quantile(taps, 0.5).toFixed(1)} ms, p95 ${quantile(taps, 0.95).toFixed(1)} ms`
    return [{ name: 'portal.login.rate', value: median(rates), unit: '/s', n: ROUNDS * LOG_INS, setup }] satisfies Figure[]
  },
}
