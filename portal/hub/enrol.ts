import { createHash } from 'node:crypto'
import type { Context, Handler } from 'hono'
import * as v from 'valibot'
import { canonicalBase32, encodeBase32 } from '#shared/base32.ts'
import type { Effects } from '#shared/effects.ts'
import { ENROL_TYP, ENROLLED_TYP } from '#shared/enrolment.ts'
import { MalformedError, UnavailableError } from '#shared/errors.ts'
import { openJws, parseJws, publicKey, signJws, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import type { Challenges } from './challenges.ts'
import { BODY_STATUS, readJwsBody } from './body.ts'
import { remoteAddress } from './remote-address.ts'
import type { HubStore } from './store/store.ts'

/** How a code reaches the device: read aloud, or in a file on its card (`protocols.md` §8). */
export const CODE_KINDS = {
  spoken: { digits: 8, lifeMs: 15 * 60_000 },
  file: { digits: 26, lifeMs: 30 * 24 * 60 * 60_000 },
} as const
export type CodeKind = keyof typeof CODE_KINDS
const MOST_LIVE_CODES = 100
/** With 2⁴⁰ codes of which 100 live, 600 guesses a minute find one in 15 minutes with probability 8·10⁻⁷. */
const MOST_GUESSES_PER_MINUTE = 600
const MINUTE_MS = 60_000
const NEXT_BYTES = 16

const claimSchema = v.object({
  code: v.pipe(v.string(), v.maxLength(64)),
  nonce: v.pipe(v.string(), v.maxLength(128)),
  aud: v.pipe(v.string(), v.maxLength(256)),
  gateway: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  epoch: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  model: v.pipe(v.string(), v.maxLength(120), v.check((text) => text.isWellFormed())),
})
type Claim = v.InferOutput<typeof claimSchema>

function codeHash(code: string): Buffer {
  return createHash('sha256').update(`parvis/enrol/1\0${canonicalBase32(code)}`).digest()
}

/** A new enrolment code, shown once and kept only as a hash. @throws UnavailableError `enrol_codes` when 100 are live. */
export async function mintCode(store: HubStore, effects: Effects, kind: CodeKind): Promise<{ code: string; expiresMs: number }> {
  const { digits, lifeMs } = CODE_KINDS[kind]
  const code = encodeBase32(effects.random(Math.ceil((digits * 5) / 8))).slice(0, digits)
  const nowMs = effects.clock.now()
  const expiresMs = nowMs + lifeMs
  if (await store.codes.add(codeHash(code), expiresMs, nowMs, MOST_LIVE_CODES)) return { code, expiresMs }
  throw new UnavailableError('enrol_codes', `${MOST_LIVE_CODES} codes wait to be used; let some expire`)
}

export type EnrolParts = { readonly store: HubStore; readonly key: DeviceKey; readonly challenges: Challenges; /** Origin that a claim must name. */ readonly origin: () => string }

/** Puts a key on the list whose owner is known by other means: the hub's own gateway, or one whose code was right. */
export async function enrolDevice(store: HubStore, effects: Effects, device: { key: PublicKey; gateway: string; epoch: string; model: string }): Promise<{ next: string } | undefined> {
  const next = effects.random(NEXT_BYTES).toString('base64url')
  const { key, gateway, epoch, model } = device
  const added = await store.devices.enrol({ kid: key.kid, jwk: key.jwk, gateway, epoch, model, enrolledMs: effects.clock.now(), next })
  return added ? { next } : undefined
}

type Refusal = { readonly status: 400 | 403 | 409 | 413 | 415 | 429; readonly code: string }

/** `GET /v1/enrol/challenge` and `POST /v1/enrol`. */
export function enrolment(parts: EnrolParts, effects: Effects): { challenge: Handler; enrol: Handler } {
  const { challenges } = parts
  let minute = { startMs: Number.NEGATIVE_INFINITY, guesses: 0 }

  function mayGuess(): boolean {
    const now = effects.clock.monotonic()
    if (now - minute.startMs >= MINUTE_MS) minute = { startMs: now, guesses: 0 }
    return ++minute.guesses <= MOST_GUESSES_PER_MINUTE
  }
  function refused(c: Context, { status, code }: Refusal): Response {
    effects.metrics.counter('parvis_hub_refused_enrolments_total', 'Enrolments refused, by reason', { reason: code })()
    if (status === 429) c.header('retry-after', '60')
    return c.json({ code }, status)
  }

  /** The same answer to a wrong, an expired and a used code: a guesser learns nothing. */
  async function admit(key: PublicKey, claim: Claim): Promise<{ next: string } | Refusal> {
    if (claim.aud !== parts.origin()) return { status: 403, code: 'audience' }
    if (!challenges.take(claim.nonce)) return { status: 403, code: 'nonce' }
    if (!mayGuess()) return { status: 429, code: 'too_many' }
    // A copied card holds the key and the code that was used: asking again must not lead it past whoever looks into the two.
    const known = await parts.store.devices.find(key.kid)
    if (known && known.state !== 'active') return { status: 409, code: known.state }
    if (!(await parts.store.codes.use(codeHash(claim.code), key.kid, effects.clock.now()))) return { status: 403, code: 'code' }
    return (await enrolDevice(parts.store, effects, { key, ...claim })) ?? { status: 409, code: 'gateway_name' }
  }

  return {
    async challenge(c) {
      c.header('cache-control', 'no-store')
      const nonce = challenges.give(remoteAddress(c))
      return nonce === undefined ? refused(c, { status: 429, code: 'too_many' }) : c.json({ nonce })
    },
    async enrol(c) {
      try {
        const { text } = await readJwsBody(c.req.raw)
        const key = publicKey(parseJws(text, ENROL_TYP).header['jwk'])
        const claim = v.safeParse(claimSchema, JSON.parse(openJws(text, ENROL_TYP, key).toString('utf8')))
        if (!claim.success) return refused(c, { status: 400, code: 'malformed' })
        const outcome = await admit(key, claim.output)
        if ('status' in outcome) return refused(c, outcome)
        effects.log.info('device_enrolled', { gateway: claim.output.gateway, kid: key.kid })
        const answer = JSON.stringify({ gateway: claim.output.gateway, kid: key.kid, nonce: claim.output.nonce, next: outcome.next })
        return c.body(await signJws(parts.key, ENROLLED_TYP, answer, { named: 'jwk' }), 200, { 'content-type': 'application/jose' })
      } catch (error) {
        if (error instanceof MalformedError || error instanceof SyntaxError) {
          const code = error instanceof MalformedError ? error.code : 'malformed'
          return refused(c, { status: BODY_STATUS[code] ?? 400, code })
        }
        throw error
      }
    },
  }
}
