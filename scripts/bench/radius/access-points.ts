// The generator's own process: reads Streams on standard input, sends them at the same time, prints a LoadResult for each.
import { json } from 'node:stream/consumers'
import { CODES } from '#radius/packet.ts'
import { quantile } from '../figure.ts'
import { LATE_MS, type LoadResult } from './load.ts'
import { BUILD } from './questions.ts'
import { identifierOf, openSender, type Sender } from './sender.ts'
import { MOST_PACKETS, type Stream } from './streams.ts'

const WINDOW = 128
/** Questions built ahead for a second of a closed loop. */
const FASTEST = 60_000
const PACE_MS = 1
const LOOK_MS = 10

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until `done`, at most for `ms`. */
async function until(done: () => boolean, ms: number): Promise<void> {
  const endMs = performance.now() + ms
  while (!done() && performance.now() < endMs) await wait(LOOK_MS)
}

/** How many may have been sent by now, and how many may be under way. */
function allowance({ rate, window = WINDOW }: Stream, startMs: number): (nowMs: number) => { due: number; most: number } {
  if (rate === undefined) return () => ({ due: Infinity, most: window })
  return (nowMs) => ({ due: ((nowMs - startMs) / 1000) * rate, most: Infinity })
}

function result(sender: Sender, replies: number, seconds: number): LoadResult {
  if (sender.disbelieved > 0) throw new Error(`${sender.disbelieved} replies are not believed`)
  return {
    sent: sender.sent, replies, perSecond: replies / seconds, lost: sender.lost + sender.inFlight,
    accepted: sender.answers(CODES.accessAccept), rejected: sender.answers(CODES.accessReject),
    p50: quantile(sender.took, 0.5), p99: quantile(sender.took, 0.99),
  }
}

async function run(stream: Stream): Promise<LoadResult> {
  const total = Math.min(MOST_PACKETS, stream.questions ?? Math.ceil((stream.rate ?? FASTEST) * stream.seconds))
  const build = BUILD[stream.kind]
  const questions = Array.from({ length: total }, (_, index) => build(index, identifierOf(index), stream))
  const sender = await openSender(stream.port, questions, () => void (stream.rate === undefined && fill()))
  const startMs = performance.now()
  const endMs = startMs + stream.seconds * 1000
  const allowed = allowance(stream, startMs)

  function fill(): void {
    const nowMs = performance.now()
    if (nowMs >= endMs) return
    const { due, most } = allowed(nowMs)
    while (sender.sent < due && sender.inFlight < most && sender.sendNext(nowMs)) continue
  }

  const pace = setInterval(fill, PACE_MS)
  await until(() => sender.sent === total, stream.seconds * 1000)
  clearInterval(pace)
  // The last ones may still be answered: their time counts, they themselves do not.
  const replies = sender.took.length
  const seconds = (performance.now() - startMs) / 1000
  await until(() => sender.inFlight === 0, LATE_MS)
  sender.close()
  return result(sender, replies, seconds)
}

const streams = (await json(process.stdin)) as readonly Stream[]
process.stdout.write(JSON.stringify(await Promise.all(streams.map(run))))
