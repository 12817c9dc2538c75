// portal.open: from the tap on the button to the world's first answer, with nftables, in the namespace laboratory.
import { openSquare } from '#test/lab/square.ts'
import { urlOf } from '#test/lab/curl.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { namespacesForbidden } from '#test/support/peer.ts'
import { quantile, type Benchmark, type Figure } from './figure.ts'

const TAPS = 200
const WARM_UP = 20

/** Milliseconds of each tap, one phone after another, the first ones left out. */
export async function tapsToOpen(taps: number): Promise<readonly number[]> {
  const square = await openSquare([{ name: 'phone', lan: 'lan0' }])
  try {
    const town = await square.town()
    const phone = square.lab.spawn('phone', [process.execPath, 'test/lab/tapper.ts', square.url, urlOf(UPSTREAM.v4), String(taps + WARM_UP)])
    const { stdout, stderr } = await phone.ended
    if (!stdout.endsWith('done\n')) throw new Error(`the phone gave up: ${stderr}`)
    await town.kill()
    return stdout.split('\n').slice(WARM_UP, WARM_UP + taps).map(Number)
  } finally {
    await square.close()
  }
}

export const open: Benchmark = {
  area: 'portal',
  names: ['portal.open'],
  async measure() {
    if (namespacesForbidden()) throw new Error('no network namespaces here')
    const taps = await tapsToOpen(TAPS)
    const setup = `tap → RADIUS, receipt on disk, nftables → the world answers; p50 ${quantile(taps, 0.5).toFixed(1)} ms, slowest ${Math.max(...taps).toFixed(1)} ms`
    return [{ name: 'portal.open', value: quantile(taps, 0.95), unit: 'ms', n: taps.length, setup }] satisfies Figure[]
  },
}
