// Runs in the gateway's namespace: the portal's announcements alone, FOLDER INTERFACE; each line on standard input is the address of
// the API to tell from now on, an empty one takes it back.
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { createAdvertiser } from '#portal/gateway/network/advertiser.ts'
import { createAnnouncements } from '#portal/gateway/network/announcements.ts'
import { networkFiles } from '#portal/gateway/network/dnsmasq.ts'
import { systemClock } from '#shared/clock.ts'
import { jsonLog } from '#shared/log.ts'
import { createMetrics } from '#shared/metrics.ts'

const [folder = '', lan = '', name = '', ...addresses] = process.argv.slice(2)
const clock = systemClock()
const log = jsonLog((line) => process.stderr.write(line), clock.now)
const advertiser = createAdvertiser([lan], { clock, log, random: randomBytes, metrics: createMetrics() })
const announcements = createAnnouncements(networkFiles(folder), advertiser, { log })
announcements.name([name], addresses)
for await (const line of createInterface({ input: process.stdin })) {
  announcements.announce(line === '' ? undefined : line)
  process.stdout.write(`told ${line}\n`)
}
await announcements.close()
