// What an enrolled gateway asks about vouchers, believed: its signature holds, it means this hub, and it was asked lately. Which
// gateway it was is neither stored nor logged: the hub keeps no place of use.
import type { Context, Handler } from 'hono'
import * as v from 'valibot'
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { parseJws, publicKey, signatureHolds, signJws, type DeviceKey } from '#shared/sign.ts'
import { MOST_OFF_MINUTES } from '#shared/voucher-lease.ts'
import { BODY_STATUS, readJwsBody } from '../body.ts'
import type { HubStore } from '../store/store.ts'

const REFUSALS = { malformed: 400, unknown_device: 401, bad_signature: 401, audience: 403, revoked: 403, quarantined: 409, too_many: 429 } as const
export type Refusal = keyof typeof REFUSALS

const MINUTE_MS = 60_000

export type QuestionParts = { readonly store: HubStore; readonly key: DeviceKey; /** Origin that a question must name. */ readonly origin: () => string }
type Asked = { readonly aud: string; readonly minute: number; readonly id: string }

/** @param answer is given the question and the key id of whoever asks, to slow down guessers with. */
export function questionRoute<Question extends Asked>(
  { store, key, origin }: QuestionParts,
  { clock, metrics }: Effects,
  typs: { readonly asked: string; readonly told: string; readonly schema: v.GenericSchema<unknown, Question> },
  answer: (question: Question, kid: string) => Promise<object | Refusal>,
): Handler {
  function refused(c: Context, refusal: Refusal): Response {
    metrics.counter('parvis_hub_refused_leases_total', 'Questions about vouchers refused, by reason', { reason: refusal })()
    if (refusal === 'too_many') c.header('retry-after', '60')
    return c.json({ code: refusal }, REFUSALS[refusal])
  }

  async function answerTo(text: string): Promise<object | Refusal> {
    const jws = parseJws(text.trim(), typs.asked)
    const device = await store.devices.find(jws.header.kid ?? '')
    if (!device) return 'unknown_device'
    if (!signatureHolds(jws, publicKey(device.jwk).key)) return 'bad_signature'
    if (device.state !== 'active') return device.state
    const question = v.safeParse(typs.schema, JSON.parse(jws.payload.toString('utf8')))
    if (!question.success) return 'malformed'
    const { aud, minute, id } = question.output
    if (aud !== origin()) return 'audience'
    const now = Math.floor(clock.now() / MINUTE_MS)
    return Math.abs(minute - now) > MOST_OFF_MINUTES ? { state: 'clock', id, minute: now } : answer(question.output, device.kid)
  }

  return async function ask(c) {
    try {
      const told = await answerTo((await readJwsBody(c.req.raw)).text)
      if (typeof told === 'string') return refused(c, told)
      return c.body(await signJws(key, typs.told, JSON.stringify(told)), 200, { 'content-type': 'application/jose', 'cache-control': 'no-store' })
    } catch (error) {
      if (error instanceof MalformedError) return c.json({ code: error.code }, BODY_STATUS[error.code] ?? 400)
      if (error instanceof SyntaxError) return refused(c, 'malformed')
      throw error
    }
  }
}
