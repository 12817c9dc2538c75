// portal.captive.opennds: the first probe of a phone behind a gateway, ours with nftables and Debian's openNDS, each in a laboratory of
// its own with the same phone, path and load; whatever answers, and whatever it starts, is on core 0.
import { openNdsTown } from '#test/lab/opennds.ts'
import { urlOf } from '#test/lab/curl.ts'
import type { Lab } from '#test/lab/lab.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { openSquare } from '#test/lab/square.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { CONNECTIONS, PROBE } from './captive.ts'
import { median, type Benchmark, type Figure } from './figure.ts'
import { SERVER_CORE, twoCores } from './radius/process.ts'
import { wrk, type Load } from './wrk.ts'

const ROUNDS = 3
const SECONDS = 3
/** It answers one in 24 ms: fewer rounds, each long enough for some hundred. */
const THEIR_SECONDS = 10
const WARM_UP_SECONDS = 2

const drive = (lab: Lab, seconds: number): Promise<Load> =>
  wrk({ url: urlOf(UPSTREAM.v4, `/${PROBE.path}`), host: PROBE.host, connections: CONNECTIONS, seconds, run: async (command) => (await lab.in('phone', command)).stdout })

/** All threads of the process of that name in the gateway; what it starts later inherits. */
async function pin(lab: Lab, processes: readonly string[]): Promise<void> {
  for (const pid of processes) await lab.in('gateway', ['taskset', '-a', '-p', '-c', SERVER_CORE, pid])
}
async function pidsOf(lab: Lab, ...pattern: readonly string[]): Promise<readonly string[]> {
  return (await lab.in('gateway', ['pgrep', ...pattern])).stdout.split('\n').filter((line) => line !== '')
}

async function ours(): Promise<readonly Load[]> {
  const square = await openSquare([{ name: 'phone', lan: 'lan0' }])
  try {
    await square.town()
    await pin(square.lab, await pidsOf(square.lab, '-f', 'scripts/main.ts run'))
    await drive(square.lab, WARM_UP_SECONDS)
    const loads: Load[] = []
    for (let round = 0; round < ROUNDS; round++) loads.push(await drive(square.lab, SECONDS))
    return loads
  } finally {
    await square.close()
  }
}

async function theirs(): Promise<readonly Load[]> {
  const town = await openNdsTown({ nds: 1, portal: 1 })
  try {
    await pin(town.lab, await pidsOf(town.lab, '-x', 'opennds'))
    const loads: Load[] = []
    for (let round = 0; round < ROUNDS; round++) loads.push(await drive(town.lab, THEIR_SECONDS))
    return loads
  } finally {
    await town.close()
  }
}

export const captiveOpennds: Benchmark = {
  area: 'portal',
  names: ['portal.captive.opennds'],
  async measure() {
    twoCores()
    if (namespacesForbidden() || absent('opennds', 'iptables-legacy', 'wrk')) throw new Error('opennds, iptables, wrk and network namespaces are needed')
    const [mine, nds] = [await ours(), await theirs()]
    const rate = (loads: readonly Load[]): number => median(loads.map((load) => load.rate))
    const sum = (loads: readonly Load[], of: (load: Load) => number): number => loads.reduce((total, load) => total + of(load), 0)
    const p95 = (loads: readonly Load[]): string => median(loads.map((load) => load.p95)).toFixed(0)
    const setup = [
      `${CONNECTIONS} connections of one phone in a namespace, through the gateway's redirect, all of the server on core 0, wrk on core 1`,
      `ours ${ROUNDS} × ${SECONDS} s, ${sum(mine, (load) => load.errors)} errors, p95 ${p95(mine)} ms`,
      `openNDS ${ROUNDS} × ${THEIR_SECONDS} s, ${rate(nds).toFixed(1)}/s, ${sum(nds, (load) => load.errors)} errors, p95 ${p95(nds)} ms`,
    ].join('; ')
    return [{ name: 'portal.captive.opennds', value: rate(mine), unit: '/s', n: sum(mine, (load) => load.requests), setup, peer: 'openNDS 9.10', ratio: rate(mine) / rate(nds) }] satisfies Figure[]
  },
}
