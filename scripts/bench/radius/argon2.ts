// radius.argon2: people's log-ins, whose passwords take a slow hash, and what the phones beside them notice of it.
import { median, type Benchmark, type Figure } from '../figure.ts'
import type { LoadResult } from './load.ts'
import { startOurs } from './ours.ts'
import { runStreams, type Stream } from './streams.ts'

const ROUNDS = 5
const SECONDS = 5
const PEOPLE = 100
const PEOPLE_AT_ONCE = 8
const TOKENS_PER_SECOND = 1_000

/** Whoever is refused early, because the queue of slow hashes is full, was not let in: only the accepted count. */
const acceptedPerSecond = (result: LoadResult): number => (result.perSecond * result.accepted) / Math.max(1, result.replies)

export const argon2: Benchmark = {
  area: 'radius',
  names: ['radius.argon2', 'radius.argon2.token.p99'],
  async measure() {
    const ours = await startOurs({ people: PEOPLE })
    try {
      const common = { port: ours.auth, wrong: 0, seconds: SECONDS }
      const streams: Stream[] = [
        { ...common, kind: 'person', users: PEOPLE, window: PEOPLE_AT_ONCE },
        { ...common, kind: 'token', users: 0, rate: TOKENS_PER_SECOND, tokenKey: ours.tokenKey },
      ]
      const people: number[] = []
      const alone: number[] = []
      const beside: number[] = []
      let refused = 0
      for (let round = 0; round <= ROUNDS; round++) {
        const [quiet] = await runStreams(streams.slice(1))
        const [person, token] = await runStreams(streams)
        if (!quiet || !person || !token) throw new Error('the generator left a stream out')
        if (token.rejected > 0) throw new Error('a portal token was rejected')
        // The first round warms the code up.
        if (round === 0) continue
        people.push(acceptedPerSecond(person))
        refused += person.rejected
        alone.push(quiet.p99)
        beside.push(token.p99)
      }
      const setup = `${PEOPLE_AT_ONCE} at once (argon2id, 19 MiB, 2 passes) beside ${TOKENS_PER_SECOND} portal tokens/s; server on core 0, own generator on core 1, median of ${ROUNDS} × ${SECONDS} s; ${refused} refused early`
      return [
        { name: 'radius.argon2', value: median(people), unit: '/s', n: ROUNDS, setup },
        { name: 'radius.argon2.token.p99', value: median(beside), unit: 'ms', n: ROUNDS, setup: `the tokens of that run; without people ${median(alone).toFixed(1)} ms` },
      ] satisfies Figure[]
    } finally {
      await ours.stop()
    }
  },
}
