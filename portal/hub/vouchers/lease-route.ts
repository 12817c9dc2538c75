import type { Handler } from 'hono'
import type { Effects } from '#shared/effects.ts'
import { leaseQuestion, MARKED_TYP, MARKS_TYP, marksQuestion, VOUCHER_TYP, VOUCHERED_TYP } from '#shared/voucher-lease.ts'
import type { Pool } from './pool.ts'
import { questionRoute, type QuestionParts } from './question.ts'

const MINUTE_MS = 60_000
/**
 * Codes that nobody made. A gateway lets through a hundred wrong ones a second itself (`radius/vouchers/tries.ts`), and must not lose its
 * hub to whoever guesses there; one that was taken over knows no such bound.
 */
const MOST_WRONG_PER_MINUTE = 6_600

export type LeaseRouteParts = QuestionParts & { readonly pool: Pool }

/** `POST /v1/vouchers`: a gateway asks for a part of a voucher, or gives back what it did not need. */
export function leaseRoute({ pool, ...parts }: LeaseRouteParts, effects: Effects): Handler {
  let [minute, wrong] = [0, new Map<string, number>()]

  function wrongCodes(kid: string): number {
    const now = Math.floor(effects.clock.monotonic() / MINUTE_MS)
    if (now !== minute) [minute, wrong] = [now, new Map()]
    return wrong.get(kid) ?? 0
  }

  return questionRoute(parts, effects, { asked: VOUCHER_TYP, told: VOUCHERED_TYP, schema: leaseQuestion }, async (question, kid) => {
    // Either the code or the lease before says which voucher.
    if ((question.code === undefined) === (question.renews === undefined)) return 'malformed'
    if (question.code !== undefined && wrongCodes(kid) >= MOST_WRONG_PER_MINUTE) return 'too_many'
    const answer = await pool.lease(question)
    if (answer.state === 'refused' && answer.reason === 'unknown') wrong.set(kid, wrongCodes(kid) + 1)
    return answer
  })
}

/** `POST /v1/voucher-marks`: what a gateway may know of vouchers that nobody has brought it yet. */
export function marksRoute({ pool, ...parts }: LeaseRouteParts, effects: Effects): Handler {
  return questionRoute(parts, effects, { asked: MARKS_TYP, told: MARKED_TYP, schema: marksQuestion }, async ({ id, have }) => {
    const marks = await pool.marks()
    return marks.sum === have ? { state: 'same', id } : { state: 'marks', id, ...marks }
  })
}
