// Runs in the gateway's namespace: the real nftables enforcer, which opens the gate for a hundred phones at once, again and
// again, among a thousand that are open already. Prints, as JSON, the milliseconds until the kernel had confirmed each.
import { randomBytes } from 'node:crypto'
import { createGateway } from '#portal/gateway/gateways.ts'
import { systemClock } from '#shared/clock.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import type { MacAddress } from '#shared/personal.ts'

const [held = 1_000, atOnce = 100, rounds = 20] = process.argv.slice(2).map(Number)
const clock = systemClock()
const { enforcer } = createGateway({ kind: 'nftables', lan: ['lan0'], wan: ['wan0'], portalPort: 8080, onPortalLoss: 'keep' }, { clock, metrics: createMetrics(), log: silentLog(), random: randomBytes })
/** Locally administered addresses, one a mark. */
const macOf = (mark: number) => `02${mark.toString(16).padStart(10, '0')}` as MacAddress
const open = (mark: number) => enforcer.open({ mac: macOf(mark), mark, seconds: 7_200, downKbps: 20_000, upKbps: 5_000 })
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

await enforcer.start()
for (const mark of range(1, held)) await open(mark)
const took: number[] = []
for (let round = 0; round < rounds; round++) {
  const marks = range(1 + held + round * atOnce, atOnce)
  const began = performance.now()
  await Promise.all(marks.map(async (mark) => {
    await open(mark)
    took.push(performance.now() - began)
  }))
  await Promise.all(marks.map((mark) => enforcer.close(macOf(mark))))
}
await enforcer.stop()
process.stdout.write(JSON.stringify(took))
