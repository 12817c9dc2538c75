/** What gateway and hub say to each other about a certificate (`protocols.md` §12). */
import * as v from 'valibot'

/** The gateway's question: `POST /v1/certificate`, a JWS by its device key. */
export const CERTIFICATE_TYP = 'parvis-certificate+jws'
/** The hub's answer, a JWS by the hub's key. */
export const CERTIFIED_TYP = 'parvis-certified+jws'

/** A request for one name and a P-256 key takes 250 bytes. */
const LONGEST_CSR = 4_096
const LONGEST_CHAIN = 64 * 1024

export const certificateQuestion = v.object({
  /** A nonce of `GET /v1/enrol/challenge`, spent by this question. */
  nonce: v.pipe(v.string(), v.maxLength(128)),
  /** The origin of the hub. */
  aud: v.pipe(v.string(), v.maxLength(256)),
  /** PKCS #10 (RFC 2986), DER in base64url; without it the hub only tells the name. */
  csr: v.optional(v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(LONGEST_CSR))),
})
export type CertificateQuestion = v.InferOutput<typeof certificateQuestion>

export const CERTIFICATE_STATES = ['none', 'pending', 'issued', 'failed'] as const

export const certificateAnswer = v.object({
  nonce: v.string(),
  /** The one name that this gateway may have a certificate for. */
  name: v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])$/), v.maxLength(253)),
  state: v.picklist(CERTIFICATE_STATES),
  /** With `issued`: PEM, leaf first (RFC 8555 §9.1). */
  chain: v.optional(v.pipe(v.string(), v.maxLength(LONGEST_CHAIN))),
  /** With `failed`: why, for the log. */
  reason: v.optional(v.pipe(v.string(), v.maxLength(400))),
})
export type CertificateAnswer = v.InferOutput<typeof certificateAnswer>
