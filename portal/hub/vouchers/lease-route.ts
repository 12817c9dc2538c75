// `POST /v1/vouchers`: an enrolled gateway asks for a part of a voucher, or gives back what it did not need. Which gateway it was is
// neither stored nor logged: the hub keeps no place of use.
import type { Context, Handler } from 'hono'
import * as v from 'valibot'
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { parseJws, publicKey, signatureHolds, signJws, type DeviceKey, type JwsHeader } from '#shared/sign.ts'
import { leaseQuestion, MOST_OFF_MINUTES, VOUCHER_TYP, VOUCHERED_TYP, type LeaseAnswer, type LeaseQuestion } from '#shared/voucher-lease.ts'
import { BODY_STATUS, readJwsBody } from '../body.ts'
import type { HubStore } from '../store/store.ts'
import type { Pool } from './pool.ts'

const REFUSALS = { malformed: 400, unknown_device: 401, bad_signature: 401, audience: 403, revoked: 403, quarantined: 409, too_many: 429 } as const
type Refusal = keyof typeof REFUSALS

const MINUTE_MS = 60_000
/** Codes that nobody made. A gateway slows its guessers down itself; one that was taken over does not. */
const MOST_WRONG_PER_MINUTE = 1_200

export type LeaseRouteParts = { readonly store: HubStore; readonly key: DeviceKey; readonly pool: Pool; /** Origin that a question must name. */ readonly origin: () => string }

export function leaseRoute({ store, key, pool, origin }: LeaseRouteParts, { clock, metrics }: Effects): Handler {
  let [minute, wrong] = [0, new Map<string, number>()]

  function wrongCodes(kid: string): number {
    const now = Math.floor(clock.monotonic() / MINUTE_MS)
    if (now !== minute) [minute, wrong] = [now, new Map()]
    return wrong.get(kid) ?? 0
  }
  function refused(c: Context, refusal: Refusal): Response {
    metrics.counter('parvis_hub_refused_leases_total', 'Questions about vouchers refused, by reason', { reason: refusal })()
    if (refusal === 'too_many') c.header('retry-after', '60')
    return c.json({ code: refusal }, REFUSALS[refusal])
  }

  async function askerOf(header: JwsHeader, holds: (key: ReturnType<typeof publicKey>) => boolean): Promise<Refusal | undefined> {
    const device = await store.devices.find(header.kid ?? '')
    if (!device) return 'unknown_device'
    if (!holds(publicKey(device.jwk))) return 'bad_signature'
    return device.state === 'active' ? undefined : device.state
  }

  async function ruled(kid: string, question: LeaseQuestion): Promise<LeaseAnswer | Refusal> {
    const now = Math.floor(clock.now() / MINUTE_MS)
    if (Math.abs(question.minute - now) > MOST_OFF_MINUTES) return { state: 'clock', id: question.id, minute: now }
    if (wrongCodes(kid) >= MOST_WRONG_PER_MINUTE) return 'too_many'
    const answer = await pool.lease(question)
    if (answer.state === 'refused' && answer.reason === 'unknown') wrong.set(kid, wrongCodes(kid) + 1)
    return answer
  }

  async function answerTo(text: string): Promise<LeaseAnswer | Refusal> {
    const jws = parseJws(text.trim(), VOUCHER_TYP)
    const refusal = await askerOf(jws.header, ({ key: theirs }) => signatureHolds(jws, theirs))
    if (refusal) return refusal
    const question = v.safeParse(leaseQuestion, JSON.parse(jws.payload.toString('utf8')))
    if (!question.success) return 'malformed'
    const { code, renews, places, aud } = question.output
    if ((code === undefined) === (renews === undefined) || (renews === undefined && places === 0)) return 'malformed'
    return aud === origin() ? ruled(jws.header.kid ?? '', question.output) : 'audience'
  }

  return async function lease(c) {
    try {
      const answer = await answerTo((await readJwsBody(c.req.raw)).text)
      if (typeof answer === 'string') return refused(c, answer)
      return c.body(await signJws(key, VOUCHERED_TYP, JSON.stringify(answer)), 200, { 'content-type': 'application/jose', 'cache-control': 'no-store' })
    } catch (error) {
      if (error instanceof MalformedError) return c.json({ code: error.code }, BODY_STATUS[error.code] ?? 400)
      if (error instanceof SyntaxError) return refused(c, 'malformed')
      throw error
    }
  }
}
