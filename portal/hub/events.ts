import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { batchSchema, BATCH_TYPES, DATASCHEMA, type BatchType, type PushReply } from '#shared/batch.ts'
import type { PublicKey } from '#shared/sign.ts'
import { receiptHead, type ReceiptHead } from './receipt-heads.ts'
import { parseMinuteInstant, type Cell } from '#shared/cell.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])
const OPEN: ReadonlySet<number> = new Set([0x5b, 0x7b])
const CLOSE: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** A clock that runs ahead by more than this is wrong, not early (`hub.md` rule 5). */
const MOST_FUTURE_MS = 10 * 60_000
const LONGEST_ID = /^[\w.-]{1,64}$/

/** A place where cells came from: known by its newest batch. */
export type EventSite = { readonly id: string; readonly name: string; readonly class: 'square' | 'busy'; readonly timezone: string; readonly demo: boolean }

/** One event that the hub believes, with the exact bytes that the device signed. */
export type GoodEvent = {
  readonly kind: 'good'
  readonly seq: number
  readonly epoch: string
  readonly sha256: Buffer
  readonly bytes: Buffer
  readonly type: BatchType
  readonly timeMs: number
  readonly site: EventSite
  readonly coverage: number
  /** A signed head of receipts. */
  readonly head?: ReceiptHead
  readonly cells: readonly (Cell & { readonly fromMs: number; readonly toMs: number })[]
}
export type RejectCode = PushReply['rejected'][number]['code']
/** One that it does not; `epoch` and `bytes` are kept for whoever looks into it. */
export type BadEvent = { readonly kind: 'bad'; readonly seq: number; readonly epoch: string; readonly code: RejectCode; readonly sha256: Buffer; readonly bytes: Buffer }
export type Event = GoodEvent | BadEvent

/**
 * The elements of a JSON array as the bytes they were sent in, because the SHA-256 of an event is over those and not over
 * what a parser would print again. `payload` must be valid JSON; undefined when it is not an array.
 */
export function splitArray(payload: Buffer): Buffer[] | undefined {
  const elements: Buffer[] = []
  let depth = 0
  let inText = false
  let start = 0
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at] ?? 0
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) inText = true
    else if (OPEN.has(byte)) {
      depth++
      if (depth === 1) start = at + 1
    } else if (CLOSE.has(byte)) {
      depth--
      if (depth === 0) elements.push(payload.subarray(start, at))
    } else if (byte === COMMA && depth === 1) {
      elements.push(payload.subarray(start, at))
      start = at + 1
    }
  }
  return payload.toString('latin1').trimStart().startsWith('[') ? elements.map(trimmed) : undefined
}

/** Without the white space of RFC 8259 §2 around it: the event is the same however its POST was laid out. */
function trimmed(bytes: Buffer): Buffer {
  let [start, end] = [0, bytes.length]
  while (start < end && SPACE.has(bytes[start] ?? 0)) start++
  while (end > start && SPACE.has(bytes[end - 1] ?? 0)) end--
  return bytes.subarray(start, end)
}

/** The events of a POST; undefined when it is not a JSON array of at most `most` events that each name their `seq`. */
export function parseEvents(payload: Buffer, gateway: string, most: number, nowMs: number, key?: PublicKey): Event[] | undefined {
  let values: unknown
  if (!isUtf8(payload)) return undefined
  try {
    values = JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
  if (!Array.isArray(values) || values.length === 0 || values.length > most) return undefined
  const bytes = splitArray(payload)
  if (bytes?.length !== values.length) return undefined
  const events = values.map((value: unknown, index) => parseEvent(value, bytes[index] ?? Buffer.alloc(0), gateway, nowMs, key))
  return events.every((event) => event !== undefined) ? events : undefined
}

const namedSchema = v.looseObject({
  type: v.string(),
  dataschema: v.optional(v.unknown()),
  data: v.looseObject({
    seq: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    epoch: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  }),
})

function isBatchType(type: string): type is BatchType {
  return (BATCH_TYPES as readonly string[]).includes(type)
}

function parseEvent(value: unknown, bytes: Buffer, gateway: string, nowMs: number, key?: PublicKey): Event | undefined {
  const named = v.safeParse(namedSchema, value)
  // Without its number nothing can be said about an event, so the POST as a whole is refused.
  if (!named.success) return undefined
  const { seq, epoch } = named.output.data
  const { type, dataschema } = named.output
  const sha256 = createHash('sha256').update(bytes).digest()
  const bad = (code: RejectCode): BadEvent => ({ kind: 'bad', seq, epoch, code, sha256, bytes })
  // The schema's address names its major: what is added within it keeps the address (CloudEvents 1.0, dataschema).
  if (!isBatchType(type) || (dataschema !== undefined && dataschema !== DATASCHEMA)) return bad('unknown_schema')

  const parsed = v.safeParse(batchSchema, value)
  if (!parsed.success) return bad('malformed')
  const { id, source, time, data } = parsed.output
  const timeMs = Date.parse(time)
  if (id !== `${gateway}/${epoch}/${seq}` || source !== `urn:gw:${gateway}` || !isPlace(data.site)) return bad('malformed')
  // What is invented says so twice, in the flag and in the name; a gateway cannot give a real site the one without the other.
  if ((data.site.demo === true) !== data.site.id.startsWith('demo-')) return bad('malformed')
  const cells = data.cells.map((cell) => ({ ...cell, fromMs: parseMinuteInstant(cell.from), toMs: parseMinuteInstant(cell.to) }))
  if (!Number.isFinite(timeMs) || cells.some(({ fromMs, toMs }) => !(fromMs < toMs))) return bad('malformed')
  if ([timeMs, ...cells.map(({ toMs }) => toMs)].some((ms) => ms > nowMs + MOST_FUTURE_MS)) return bad('future')
  const head = type === 'org.parvis.receipt-head.v1' ? receiptHead(data.head, gateway, data.site.id, key) : undefined
  if (head === 'malformed') return bad('malformed')
  const { id: siteId, name, class: siteClass, timezone, demo } = data.site
  const site = { id: siteId, name, class: siteClass, timezone, demo: demo === true }
  return { kind: 'good', seq, epoch, sha256, bytes, type, timeMs, site, coverage: data.coverage, ...(head && { head }), cells: cells as GoodEvent['cells'] }
}

/** A name is shown and downloaded: no half of a surrogate pair, no control character; a zone must be one we can compute with. */
function isPlace(site: { id: string; name: string; timezone: string }): boolean {
  return LONGEST_ID.test(site.id) && site.name.isWellFormed() && !/\p{Cc}/u.test(site.name) && isTimeZone(site.timezone)
}

const knownZones = new Map<string, boolean>()
const MOST_KNOWN_ZONES = 1_000

function isTimeZone(name: string): boolean {
  let known = knownZones.get(name)
  if (known === undefined) {
    try {
      known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0
    } catch {
      known = false
    }
    if (knownZones.size < MOST_KNOWN_ZONES) knownZones.set(name, known)
  }
  return known
}
