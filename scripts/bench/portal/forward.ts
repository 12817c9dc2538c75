// portal.forward: what the gateway forwards with a thousand clients let through, beside the same machine without our table.
import type { MacAddress } from '#shared/personal.ts'
import { startEnforcer, type LabEnforcer } from '#test/lab/enforcer.ts'
import { createLab, type Lab } from '#test/lab/lab.ts'
import { UPSTREAM } from '#test/lab/network.ts'
import { absent, namespacesForbidden } from '#test/support/peer.ts'
import { median, type Benchmark, type Figure } from '../figure.ts'

const CLIENTS = 1_000
const PHONES = ['phone0', 'phone1', 'phone2', 'phone3']
const ROUNDS = 5
const SECONDS = 3
const PORT = 5_201

/** Bits a second that all phones together download. */
async function forwarded(lab: Lab): Promise<number> {
  const servers = PHONES.map((_, index) => lab.spawn('upstream', ['iperf3', '-s', '-1', '--forceflush', '-p', String(PORT + index)]))
  await Promise.all(servers.map((server) => server.says('Server listening')))
  const loads = PHONES.map((phone, index) => lab.in(phone, ['iperf3', '-c', UPSTREAM.v4, '-p', String(PORT + index), '-R', '-t', String(SECONDS), '-J']))
  let sum = 0
  for (const load of loads) {
    const { stdout, stderr } = await load
    // iperf3's own words; a shape that is not theirs throws here.
    const { end } = JSON.parse(stdout || '{}') as { end?: { sum_received?: { bits_per_second?: number } } }
    const bits = end?.sum_received?.bits_per_second
    if (bits === undefined) throw new Error(`iperf3 measured nothing: ${stderr}${stdout.slice(-500)}`)
    sum += bits
  }
  await Promise.all(servers.map(({ ended }) => ended))
  return sum
}

async function letThrough(lab: Lab): Promise<LabEnforcer> {
  const gateway = await startEnforcer(lab)
  for (let mark = 1; mark <= CLIENTS; mark++) {
    const phone = lab.clients[PHONES[mark - 1] ?? '']
    const mac = phone?.mac.replaceAll(':', '') ?? `02${mark.toString(16).padStart(10, '0')}`
    // Twelve hexadecimal digits either way; the quota makes every rule work that a packet may meet.
    await gateway.open({ mac: mac as MacAddress, mark, seconds: 3_600, downKbps: 100_000_000, upKbps: 100_000_000, quotaBytes: 4e12 })
  }
  return gateway
}

export const forward: Benchmark = {
  area: 'portal',
  names: ['portal.forward'],
  async measure() {
    if (namespacesForbidden() || absent('iperf3', 'conntrack')) throw new Error('no network namespaces, iperf3 or conntrack here')
    const lab = await createLab(PHONES.map((name) => ({ name, lan: 'lan0' })))
    try {
      const ours: number[] = []
      const plain: number[] = []
      await forwarded(lab)
      for (let round = 0; round < ROUNDS; round++) {
        plain.push(await forwarded(lab))
        const gateway = await letThrough(lab)
        ours.push(await forwarded(lab))
        await gateway.process.kill('SIGKILL')
        await lab.in('gateway', ['nft', 'delete', 'table', 'inet', 'parvis'])
      }
      const value = median(ours) / 1e6
      const setup = `TCP down through a gateway in a namespace, ${PHONES.length} phones at once among ${CLIENTS} let through, each with paces and a quota, ${ROUNDS} × ${SECONDS} s in turn with a gateway without any rules`
      return [{ name: 'portal.forward', value, unit: 'Mbit/s', n: ROUNDS, setup, peer: 'the same without our table', ratio: value / (median(plain) / 1e6) }] satisfies Figure[]
    } finally {
      await lab.close()
    }
  },
}
