// portal.release.p95: from a hundred grants at once until the kernel has confirmed each.
import { createLab } from '#test/lab/lab.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { quantile, type Benchmark, type Figure } from '../figure.ts'

const HELD = 1_000
const AT_ONCE = 100
const ROUNDS = 20

export const release: Benchmark = {
  area: 'portal',
  names: ['portal.release.p95'],
  async measure() {
    if (namespacesForbidden() || absent('nft', 'conntrack')) throw new Error('no network namespaces, nft or conntrack here')
    const lab = await createLab([{ name: 'phone', lan: 'lan0' }])
    try {
      const { ended } = lab.spawn('gateway', [process.execPath, 'scripts/bench/portal/releases.ts', ...[HELD, AT_ONCE, ROUNDS].map(String)])
      const { code, stdout, stderr } = await ended
      if (code !== 0) throw new Error(stderr)
      // Our own child's numbers.
      const took = JSON.parse(stdout) as readonly number[]
      const setup = `nftables in a namespace, ${AT_ONCE} grants with a pace each way at once among ${HELD} open, ${ROUNDS} rounds; p50 ${quantile(took, 0.5).toFixed(1)} ms, last ${Math.max(...took).toFixed(1)} ms`
      return [{ name: 'portal.release.p95', value: quantile(took, 0.95), unit: 'ms', n: took.length, setup }] satisfies Figure[]
    } finally {
      await lab.close()
    }
  },
}
