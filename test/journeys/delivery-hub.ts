// A hub as a process of its own, to be killed: node delivery-hub.ts DIR PORT. Prints its origin when it listens, and on port 0,
// which is the first start, a code for one gateway.
import { randomBytes } from 'node:crypto'
import { systemClock } from '#shared/clock.ts'
import { silentLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'
import { townHub } from './delivery-parts.ts'

const [dir = '', port = '0'] = process.argv.slice(2)
const hub = await townHub(dir, { clock: systemClock(), random: randomBytes, log: silentLog(), metrics: createMetrics() }, Number(port))
if (hub.firstRunCode === undefined) throw new Error('this hub has staff')
const code = port === '0' ? (await hub.mintCode('spoken')).code : ''
process.stdout.write(`${hub.origin} ${code}\n`)
