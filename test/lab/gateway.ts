// Runs in the gateway's namespace: the real enforcer and neighbours, told what to do line by line, and in place of the
// portal a STUB that answers every request with one sentence.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { createGateway } from '#portal/gateway/gateways.ts'
import type { NftablesSettings } from '#portal/gateway/policy.ts'
import { systemClock } from '#shared/clock.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Grant } from '#portal/gateway/enforcer.ts'

export type Order =
  | { readonly act: 'open'; readonly grant: Grant }
  | { readonly act: 'close'; readonly mac: MacAddress }
  | { readonly act: 'askers'; readonly addresses: readonly string[] }
  | { readonly act: 'list' | 'stop' | 'metrics' | 'sightings' | 'spent' }

const settings = JSON.parse(process.argv[2] ?? '{}') as NftablesSettings
const clock = systemClock()
const metrics = createMetrics()
const log = jsonLog((line) => process.stderr.write(line), clock.now)
const { enforcer, neighbours } = createGateway({ kind: 'nftables', ...settings }, { clock, metrics, log, random: randomBytes })
const sightings: MacAddress[] = []
const spent: number[] = []
enforcer.onSpent?.((mark) => void spent.push(mark))
neighbours.onSighting((mac) => sightings.push(mac))

async function obey(order: Order): Promise<unknown> {
  if (order.act === 'open') return enforcer.open(order.grant)
  if (order.act === 'close') return enforcer.close(order.mac)
  if (order.act === 'list') return enforcer.list()
  if (order.act === 'metrics') return metrics.text()
  if (order.act === 'sightings') return sightings
  if (order.act === 'spent') return spent
  if (order.act === 'askers') return Promise.all(order.addresses.map((address) => neighbours.asker(address)))
  await neighbours.stop()
  return enforcer.stop()
}

for (const host of ['0.0.0.0', '::']) {
  createServer((_request, response) => {
    response.writeHead(302, { location: 'http://stub.portal/', connection: 'close', 'cache-control': 'no-store' }).end('stub portal')
  }).listen({ host, port: settings.portalPort, ipv6Only: true })
}

await enforcer.start()
await neighbours.start()
process.stdout.write('{"ready":true}\n')
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order
  const answer = await obey(order).then((value) => ({ value: value ?? null }), (error: unknown) => ({ error: String(error) }))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if (order.act === 'stop') process.exit(0)
}
