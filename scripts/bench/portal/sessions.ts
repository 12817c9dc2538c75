// portal.reconcile and portal.sessions: ten thousand sessions, taken up again after a kill, and held.
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { median, type Benchmark, type Figure } from '../figure.ts'
import { residentBytes } from '../memory.ts'
import { openGateway, type LivedGateway } from './gateway.ts'

const SESSIONS = 10_000
const RESTARTS = 3
/** Minutes, each with a look at all counters: more than the five between two accounting reports of a session, so that all of them fall due once. */
const ROUNDS = 6
/** Until garbage is given back after the longest rush (scripts/run/thrift.ts), and a little. */
const SETTLE_MS = 64_000
const MIB = 2 ** 20

async function restarts(gateway: LivedGateway, forget: boolean): Promise<readonly number[]> {
  const took: number[] = []
  for (let run = 0; run < RESTARTS; run++) {
    if (forget) await gateway.forgetKernel()
    const life = gateway.live('restart', 0)
    took.push(await life.said('ready'))
    await life.kill()
  }
  return took
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS))

async function held(gateway: LivedGateway): Promise<number> {
  const life = gateway.live('restart', ROUNDS)
  await life.said('rounds')
  await settled()
  const bytes = residentBytes(life.pid())
  await life.kill()
  return bytes / MIB
}

export const sessionsHeld: Benchmark = {
  area: 'portal',
  names: ['portal.reconcile', 'portal.sessions'],
  async measure() {
    if (namespacesForbidden() || absent('nft', 'conntrack')) throw new Error('no network namespaces, nft or conntrack here')
    const gateway = await openGateway()
    try {
      const first = gateway.live('fill', SESSIONS)
      await first.said('filled')
      const most = residentBytes(first.pid()) / MIB
      await settled()
      const filled = residentBytes(first.pid()) / MIB
      await first.kill()
      const kept = await restarts(gateway, false)
      const lost = await restarts(gateway, true)
      const rss = await held(gateway)
      const place = `${SESSIONS} sessions, portal + RADIUS in one process, nftables in a namespace`
      return [
        { name: 'portal.reconcile', value: median(kept), unit: 'ms', n: RESTARTS, setup: `${place}: kill -9, then from the start of the process until it serves; with a kernel that forgot everybody ${median(lost).toFixed(0)} ms` },
        { name: 'portal.sessions', value: Math.max(rss, filled), unit: 'MB', n: 2, setup: `${place}, each told to accounting; resident ${most.toFixed(0)} MB at the end of opening them all within seconds, ${filled.toFixed(0)} MB held, after a restart and ${ROUNDS} minutes in which each was reported once ${rss.toFixed(0)} MB` },
      ] satisfies Figure[]
    } finally {
      await gateway.close()
    }
  },
}
