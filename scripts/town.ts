// npm run town [-- OPTIONS]: simulated citizens over real HTTP and RADIUS, and what was released beside what they did.
import { randomInt } from 'node:crypto'
import { ParvisError, UsageError } from '#shared/errors.ts'
import { parseOrder, type TownOrder } from './town/order.ts'
import { accent, noiseWords, siteTable, summary, type Out } from './town/screen.ts'
import { driveRunning, liveThrough, type TownResult } from './town/town.ts'

const out: Out = {
  write: (text) => void process.stdout.write(text),
  terminal: process.stdout.isTTY,
  colour: process.stdout.isTTY && !process.env['NO_COLOR'],
}

const interrupted = new AbortController()
// Once is enough, and npm sends it twice: what the town started is stopped and its folders are removed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())

function live(order: TownOrder): Promise<TownResult> {
  const { running } = order
  const common = { nowMs: Date.now(), signal: interrupted.signal }
  if (running) return driveRunning({ ...order, running }, out, { ...common, env: process.env })
  return liveThrough(order, out, { ...common, complain: (line) => void process.stderr.write(line) })
}

async function main(): Promise<number> {
  const order = parseOrder(process.argv.slice(2), () => randomInt(2 ** 32 - 1))
  if ('help' in order) {
    out.write(`${order.help}\n`)
    return 0
  }
  const { rate, visits, days, seed, running } = order
  out.write(`\n  ${accent('Town', out)}  ${running ? `${visits} visits through ${running.portal}` : `${days === 1 ? 'one day' : `${days} days`}, about ${visits} visits a day`}, ${rate} acts a second, seed ${seed}\n\n`)
  const { done, sites } = await live(order)
  for (const site of sites) out.write(siteTable(site, out))
  if (sites.length > 0) out.write(`\n${noiseWords(sites)}`)
  out.write(summary(done, out))
  if (interrupted.signal.aborted) out.write('    stopped before its end\n')
  return done.failures === 0 && !interrupted.signal.aborted ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`town: ${error instanceof ParvisError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return error instanceof UsageError ? 2 : 1
})
