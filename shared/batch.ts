/**
 * The one thing that gateway and hub have in common: a batch is one CloudEvents 1.0 event; a POST is 1–96 batches
 * as a JSON array, signed whole as one compact JWS (Ed25519).
 */
import * as v from 'valibot'
import type { Cell } from './cell.ts'

export const MOST_BATCHES_PER_POST = 96
export const MOST_POST_BYTES = 64 * 1024
export const MOST_INFLATED_BYTES = 2 ** 20
export const BATCH_EVERY_MS = 15 * 60_000
export const POST_TYP = 'parvis-batches+jws'

export const BATCH_TYPES = ['org.parvis.heartbeat.v1', 'org.parvis.cells.v1', 'org.parvis.receipt-head.v1'] as const
export type BatchType = (typeof BATCH_TYPES)[number]

/** Who signs: `gateway` is the device's public name, `epoch` (16 hex digits) was made with its database. */
export type BatchOrigin = { readonly gateway: string; readonly epoch: string }

/** What vouches for the times of a batch: the hub's signed word, nothing that speaks against them, or nothing at all; how far ahead of the hub. */
export type BatchClock = { readonly sync: 'hub' | 'system' | 'none'; readonly offset_ms: number }

/** A site of the demonstration says so in every batch, and the hub in every download. */
export type BatchSite = { readonly id: string; readonly name: string; readonly class: 'square' | 'busy'; readonly timezone: string; readonly demo?: true }

export type BatchData = {
  readonly seq: number
  readonly epoch: string
  /** 16 hex digits, new whenever the volatile store was found empty. */
  readonly boot: string
  readonly site: BatchSite
  readonly cells: readonly Cell[]
  /** Share of the interval during which the process counted, in sixtieths: 60 is all of it. */
  readonly coverage: number
  readonly clock: BatchClock
  /** Of type receipt-head: the signed head of a site-day's receipts, a compact JWS. Without size. */
  readonly head?: string
}

export type Batch = {
  readonly specversion: '1.0'
  /** `<gateway>/<epoch>/<seq>` */
  readonly id: string
  /** `urn:gw:<gateway>` */
  readonly source: string
  readonly type: BatchType
  readonly dataschema: string
  /** UTC instant at which the batch was made. */
  readonly time: string
  readonly data: BatchData
}

/** What a counter hands to the outbox, which gives it its `seq`. */
export type BatchDraft = { readonly type: BatchType; readonly timeMs: number; readonly data: Omit<BatchData, 'seq' | 'epoch'> }

export const DATASCHEMA = 'https://parvis.example/schema/batch/1'

export function makeBatch(origin: BatchOrigin, seq: number, draft: BatchDraft): Batch {
  return {
    specversion: '1.0',
    id: `${origin.gateway}/${origin.epoch}/${seq}`,
    source: `urn:gw:${origin.gateway}`,
    type: draft.type,
    dataschema: DATASCHEMA,
    time: new Date(draft.timeMs).toISOString(),
    data: { seq, epoch: origin.epoch, ...draft.data },
  }
}

/** Inclusive ranges of `seq`. */
export type Ranges = readonly (readonly [first: number, last: number])[]

export type PushReply = {
  readonly acked: Ranges
  readonly missing: Ranges
  readonly rejected: readonly { readonly seq: number; readonly code: 'equivocation' | 'unknown_schema' | 'malformed' | 'future' }[]
  /** 128 bits that the next POST repeats (clone detection). */
  readonly next: string
}

const count = v.pipe(v.number(), v.safeInteger())
const natural = v.pipe(count, v.minValue(0))
const word = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest))
const instant = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/))
const hex16 = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/))

const cellSchema = v.object({
  release: word(64),
  bin: word(64),
  from: instant,
  to: instant,
  value: count,
  eps_milli: natural,
  sd_milli: natural,
  supersedes: v.optional(natural),
})

/** Additive within a major: unknown fields pass, because the hub keeps the original bytes. */
export const batchSchema = v.looseObject({
  specversion: v.literal('1.0'),
  id: word(256),
  source: word(256),
  type: word(64),
  time: v.pipe(v.string(), v.isoTimestamp()),
  data: v.looseObject({
    seq: natural,
    epoch: hex16,
    boot: hex16,
    site: v.looseObject({ id: word(64), name: word(120), class: v.picklist(['square', 'busy']), timezone: word(64), demo: v.optional(v.literal(true)) }),
    head: v.optional(word(2_048)),
    cells: v.pipe(v.array(cellSchema), v.maxLength(4_096)),
    coverage: v.pipe(natural, v.maxValue(60)),
    clock: v.looseObject({ sync: v.picklist(['hub', 'system', 'none']), offset_ms: count }),
  }),
})
