// Runs in the gateway's namespace: the real enforcer and neighbours, told what to do line by line, and in place of the
// portal a STUB that answers every request with one sentence.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { nftablesEnforcer } from '#portal/gateway/nftables.ts'
import type { NftablesSettings } from '#portal/gateway/policy.ts'
import { systemClock } from '#shared/clock.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Grant } from '#portal/gateway/enforcer.ts'

export type Order =
  | { readonly act: 'open'; readonly grant: Grant }
  | { readonly act: 'close'; readonly mac: MacAddress }
  | { readonly act: 'list' | 'stop' | 'metrics' }

const settings = JSON.parse(process.argv[2] ?? '{}') as NftablesSettings
const clock = systemClock()
const metrics = createMetrics()
const log = jsonLog((line) => process.stderr.write(line), clock.now)
const enforcer = nftablesEnforcer(settings, { clock, metrics, log, random: randomBytes })

async function obey(order: Order): Promise<unknown> {
  if (order.act === 'open') return enforcer.open(order.grant)
  if (order.act === 'close') return enforcer.close(order.mac)
  if (order.act === 'list') return enforcer.list()
  if (order.act === 'metrics') return metrics.text()
  return enforcer.stop()
}

for (const host of ['0.0.0.0', '::']) {
  createServer((_request, response) => {
    response.writeHead(302, { location: 'http://stub.portal/', connection: 'close', 'cache-control': 'no-store' }).end('stub portal')
  }).listen({ host, port: settings.portalPort, ipv6Only: true })
}

await enforcer.start()
process.stdout.write('{"ready":true}\n')
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order
  const answer = await obey(order).then((value) => ({ value: value ?? null }), (error: unknown) => ({ error: String(error) }))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
  if (order.act === 'stop') process.exit(0)
}
