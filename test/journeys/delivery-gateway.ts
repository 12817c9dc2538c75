// A gateway as a process of its own, to be killed: node delivery-gateway.ts DIR ORIGIN CODE. Each line on stdin raises the
// number of batches it shall have made; it makes and pushes them at the same time.
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '#shared/clock.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { enrol } from '#portal/sync/enrol.ts'
import { createPush } from '#portal/sync/push.ts'
import { draft, gateway } from './delivery-parts.ts'

const [dir = '', origin = '', code = ''] = process.argv.slice(2)
const clock = systemClock()
const gw = gateway(dir)
const parts = { ...gw, fetch, clock }
if (gw.waiting.next() === undefined) await enrol({ url: origin, code, gateway: gw.name, epoch: gw.epoch, model: 'test' }, parts)
const push = createPush({ url: origin }, { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }, parts)
const made = gw.reader.prepare('select next_seq - 1 from outbox_origin').pluck()
let target = 0
createInterface(process.stdin).on('line', (line) => (target = Number(line)))

async function makeForever(): Promise<never> {
  for (;;) {
    const n = Number(made.get()) + 1
    if (n <= target) await gw.put(draft(n))
    else process.stdout.write(`${n - 1} ${gw.waiting.size().batches}\n`)
    await wait(1)
  }
}
async function pushForever(): Promise<never> {
  for (;;) if ((await push.once()).kind !== 'sent') await wait(2)
}
process.stdout.write('ready\n')
await Promise.all([makeForever(), pushForever()])
