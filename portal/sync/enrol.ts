import * as v from 'valibot'
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import { UnavailableError } from '#shared/errors.ts'
import { canonicalBase32 } from '#shared/base32.ts'
import { ENROL_TYP, ENROLLED_TYP } from '#shared/enrolment.ts'
import { openJws, parseJws, publicKey, signJws, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import { askHub, type HubFetch, type HubReply } from './hub-fetch.ts'
import { outboxWrites } from './outbox.ts'

export type Enrolment = {
  /** Origin of the hub. */
  readonly url: string
  /** What `parvis device code` printed: 8 digits of base 32 for 15 minutes or 26 for 30 days. */
  readonly code: string
  readonly gateway: string
  readonly epoch: string
  readonly model: string
  /** From the image or a QR code; without it the first answer's key is trusted once, over WebPKI, and pinned. */
  readonly pinned?: PublicKey
}
export type EnrolParts = { readonly key: DeviceKey; readonly durable: DurableWriter; readonly fetch: HubFetch; readonly clock: Clock }

const challengeSchema = v.object({ nonce: v.pipe(v.string(), v.regex(/^[\w-]{16,128}$/)) })
const enrolledSchema = v.object({ gateway: v.string(), kid: v.string(), nonce: v.string(), next: v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/)) })

/**
 * Makes this gateway known to a hub, headless (`protocols.md` §8), and keeps the hub's key and the first `next` in counts.db.
 * @throws UnavailableError `enrol_refused` with the hub's answer, `enrol_forged` when the answer is not the pinned hub's, `hub_silent`.
 */
export async function enrol(enrolment: Enrolment, parts: EnrolParts): Promise<PublicKey> {
  const { url, gateway, epoch, model } = enrolment
  const challenge = await askHub(parts.fetch, parts.clock, new URL('/v1/enrol/challenge', url).href, 'GET')
  const { nonce } = accepted(challengeSchema, json(challenge))
  const claim = JSON.stringify({ code: canonicalBase32(enrolment.code), nonce, aud: new URL(url).origin, gateway, epoch, model })
  const jws = await signJws(parts.key, ENROL_TYP, claim, { named: 'jwk' })
  const reply = await askHub(parts.fetch, parts.clock, new URL('/v1/enrol', url).href, 'POST', { 'content-type': 'application/jose' }, Buffer.from(jws))
  if (reply.status !== 200) throw refused(reply)
  const { hub, answer } = openAnswer(reply.text, enrolment.pinned)
  if (answer.nonce !== nonce || answer.kid !== parts.key.kid || answer.gateway !== gateway) throw forged('it answers another device')
  await parts.durable.write(...outboxWrites.enrolled(JSON.stringify(hub.jwk), answer.next))
  return hub
}

function openAnswer(text: string, pinned: PublicKey | undefined): { hub: PublicKey; answer: v.InferOutput<typeof enrolledSchema> } {
  try {
    const hub = pinned ?? publicKey(parseJws(text, ENROLLED_TYP).header['jwk'])
    return { hub, answer: v.parse(enrolledSchema, JSON.parse(openJws(text, ENROLLED_TYP, hub).toString('utf8'))) }
  } catch (cause) {
    throw forged('it is not signed by the pinned key', cause)
  }
}

function json(reply: HubReply): unknown {
  if (reply.status !== 200) throw refused(reply)
  try {
    return JSON.parse(reply.text)
  } catch {
    return undefined
  }
}

function accepted<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> {
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) throw new UnavailableError('enrol_refused', 'this address does not answer as a Parvis hub')
  return parsed.output
}

function refused(reply: HubReply): UnavailableError {
  return new UnavailableError('enrol_refused', `the hub refused (${reply.status}): ${reply.text.slice(0, 200)}`, { data: { status: reply.status } })
}

function forged(why: string, cause?: unknown): UnavailableError {
  return new UnavailableError('enrol_forged', `the answer is not the hub's: ${why}`, { cause })
}
