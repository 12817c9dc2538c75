// `POST /v1/certificate`: an enrolled gateway learns its name, hands in a request, and fetches the chain.
import type { Context, Handler } from 'hono'
import * as v from 'valibot'
import { encodeBase32 } from '#shared/base32.ts'
import { CERTIFICATE_TYP, certificateQuestion, CERTIFIED_TYP, type CertificateAnswer } from '#shared/certificate.ts'
import { derivedKey } from '#shared/derived-key.ts'
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { mac, secretKey } from '#shared/keyed-mac.ts'
import { parseJws, publicKey, signatureHolds, signJws, type DeviceKey } from '#shared/sign.ts'
import { BODY_STATUS, readJwsBody } from '../body.ts'
import type { Challenges } from '../challenges.ts'
import type { HubStore } from '../store/store.ts'
import type { Orders } from './orders.ts'

/** 60 bits: nobody counts gateways by guessing names, and no two of a city meet. */
const LABEL_DIGITS = 12
const LABEL_BYTES = 8
const REFUSALS = { malformed: 400, unknown_device: 401, bad_signature: 401, audience: 403, nonce: 403, revoked: 403, quarantined: 409, not_here: 404 } as const
type Refusal = keyof typeof REFUSALS

export type CertificateParts = {
  readonly store: HubStore
  readonly key: DeviceKey
  readonly challenges: Challenges
  /** Origin that a question must name. */
  readonly origin: () => string
  /** Undefined: this hub gives no certificates. */
  readonly certificates: { readonly domain: string; readonly orders: Orders } | undefined
}

/** Certificates are public (RFC 9162 logs): a name says neither city, place nor number, and is the same at every renewal. */
export function gatewayNames(hub: DeviceKey, domain: string): (kid: string) => string {
  const names = secretKey(derivedKey(hub, 'parvis/certificate-name/1'))
  return (kid) => `${encodeBase32(mac(names, 'parvis/certificate-name/1', kid).subarray(0, LABEL_BYTES)).slice(0, LABEL_DIGITS)}.${domain}`
}

export function certificateRoute({ store, key, challenges, origin, certificates }: CertificateParts, effects: Effects): Handler {
  const nameOf = gatewayNames(key, certificates?.domain ?? '')

  function refused(c: Context, refusal: Refusal): Response {
    effects.metrics.counter('parvis_hub_refused_certificates_total', 'Questions about certificates refused, by reason', { reason: refusal })()
    return c.json({ code: refusal }, REFUSALS[refusal])
  }

  async function answerTo(text: string): Promise<CertificateAnswer | Refusal> {
    if (!certificates) return 'not_here'
    const jws = parseJws(text.trim(), CERTIFICATE_TYP)
    const device = await store.devices.find(jws.header.kid ?? '')
    if (!device) return 'unknown_device'
    if (!signatureHolds(jws, publicKey(device.jwk).key)) return 'bad_signature'
    if (device.state !== 'active') return device.state
    const question = v.safeParse(certificateQuestion, JSON.parse(jws.payload.toString('utf8')))
    if (!question.success) return 'malformed'
    const { aud, nonce, csr } = question.output
    if (aud !== origin()) return 'audience'
    if (!challenges.take(nonce)) return 'nonce'
    const name = nameOf(device.kid)
    // Which name is asked for in the request is the CA's to compare with the order (RFC 8555 §7.4): the order is for this name only.
    return { nonce, name, ...(csr === undefined ? { state: 'none' } : certificates.orders.progress(device.kid, name, Buffer.from(csr, 'base64url'))) }
  }

  return async function tellCertificate(c) {
    try {
      const answer = await answerTo((await readJwsBody(c.req.raw)).text)
      if (typeof answer === 'string') return refused(c, answer)
      return c.body(await signJws(key, CERTIFIED_TYP, JSON.stringify(answer)), 200, { 'content-type': 'application/jose', 'cache-control': 'no-store' })
    } catch (error) {
      if (error instanceof MalformedError) return c.json({ code: error.code }, BODY_STATUS[error.code] ?? 400)
      if (error instanceof SyntaxError) return refused(c, 'malformed')
      throw error
    }
  }
}
