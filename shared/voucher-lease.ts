/** What gateway and hub say to each other about a voucher of the city (`protocols.md` §7). */
import * as v from 'valibot'
import { mac, type KeyObject } from './keyed-mac.ts'

/** The gateway's question: `POST /v1/vouchers`, a JWS by its device key. */
export const VOUCHER_TYP = 'parvis-voucher+jws'
/** The hub's answer, a JWS by the hub's key. */
export const VOUCHERED_TYP = 'parvis-vouchered+jws'

/** What is taken out of a voucher in advance; who is cut off goes on for so long, and who is lost has cost its holder so much. */
export const LEASE_SECONDS = 1_800
export const LEASE_OCTETS = 500_000_000
/** A gateway whose clock is further off is told the time instead of an answer. */
export const MOST_OFF_MINUTES = 24 * 60
export const MOST_PLACES = 1_024
const MOST_USED = 2 ** 50

const hex128 = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))
const amount = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most))
const limit = v.optional(amount(Number.MAX_SAFE_INTEGER))

export const leaseQuestion = v.object({
  /** The origin of the hub. */
  aud: v.pipe(v.string(), v.maxLength(256)),
  /** Minutes since 1970, so that nobody who kept a question can ask it a week later. */
  minute: amount(Number.MAX_SAFE_INTEGER),
  /** Random. The same question said twice is answered alike and takes nothing twice. */
  id: hex128,
  /** The voucher, by its code the first time … */
  code: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-z]{13,20}$/))),
  /** … and then by the lease before, which this question gives back. */
  renews: v.optional(hex128),
  /** What was used here since the last lease of this voucher was granted. */
  used: v.object({ seconds: amount(MOST_USED), octets: amount(MOST_USED) }),
  /** Devices that are to be online here; 0: none, only give back. */
  places: amount(MOST_PLACES),
})
export type LeaseQuestion = v.InferOutput<typeof leaseQuestion>

export const LEASE_REFUSALS = ['unknown', 'void', 'expired', 'spent', 'in_use', 'moved'] as const
export type LeaseRefusal = (typeof LEASE_REFUSALS)[number]

const grant = v.object({
  state: v.literal('granted'),
  id: hex128,
  seconds: v.pipe(amount(3_600), v.minValue(1)),
  octets: limit,
  places: v.pipe(amount(MOST_PLACES), v.minValue(1)),
  /** All that is left of it, what this lease takes out included; absent: without that limit. */
  left_seconds: limit,
  left_octets: limit,
  /** Good before this minute. */
  until_minute: limit,
  /** At once, in the whole city; 0: any number. */
  devices: amount(MOST_PLACES),
  down_kbps: limit,
  up_kbps: limit,
})
export const leaseAnswer = v.variant('state', [
  grant,
  v.object({ state: v.literal('returned'), id: hex128 }),
  v.object({ state: v.literal('refused'), id: hex128, reason: v.picklist(LEASE_REFUSALS) }),
  v.object({ state: v.literal('clock'), id: hex128, minute: amount(Number.MAX_SAFE_INTEGER) }),
])
export type LeaseAnswer = v.InferOutput<typeof leaseAnswer>
export type LeaseGrant = v.InferOutput<typeof grant>

/** A gateway asks for the marks of all vouchers that are good: `POST /v1/voucher-marks`. */
export const MARKS_TYP = 'parvis-voucher-marks+jws'
export const MARKED_TYP = 'parvis-voucher-marked+jws'
/** 4 bytes each; an answer of 256 KiB holds no more. */
export const MOST_MARKS = 30_000
const LONGEST_MARKS = 4 * Math.ceil((MOST_MARKS * 4) / 3)

const hex256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
export const marksQuestion = v.object({ aud: v.pipe(v.string(), v.maxLength(256)), minute: amount(Number.MAX_SAFE_INTEGER), id: hex128, /** `sum` of those that it has. */ have: v.optional(hex256) })
export const marksAnswer = v.variant('state', [
  v.object({ state: v.literal('same'), id: hex128 }),
  v.object({
    state: v.literal('marks'), id: hex128,
    /** For `markOf`, base64url. */
    key: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
    /** Ascending, 4 bytes each, base64url. */
    marks: v.pipe(v.string(), v.regex(/^[\w-]*$/), v.maxLength(LONGEST_MARKS)),
    /** SHA-256 of both. */
    sum: hex256,
  }),
  v.object({ state: v.literal('clock'), id: hex128, minute: amount(Number.MAX_SAFE_INTEGER) }),
])
export type MarksAnswer = v.InferOutput<typeof marksAnswer>

const MARK_LABEL = 'parvis/voucher-mark/1'

/**
 * 32 bits of a code, by which a gateway that is cut off can tell that somebody probably made it. Too few to find the code again by
 * trying, however many one tries: of 2⁶⁰ codes 2²⁸ have the same.
 */
export function markOf(key: KeyObject, code: string): number {
  return mac(key, MARK_LABEL, code).readUInt32BE(0)
}
