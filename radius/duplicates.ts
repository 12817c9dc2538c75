/**
 * RFC 5080 §2.2.2: a request that comes again (same source, identifier and authenticator) gets the same bytes again, and
 * while it is still being decided it gets nothing. Everything lives in arrays that are made once: at 100,000 requests a second
 * an object for each would keep the garbage collector busy and the memory large.
 */
import { AUTHENTICATOR_AT, type Packet } from './packet.ts'

/** At more requests, or more bytes of replies, than these within the time the oldest are forgotten early: memory stays bounded in a flood. */
const MOST_REMEMBERED = 65_536
const MOST_REPLY_BYTES = 8 * 2 ** 20
const WORDS = 4

/** Counts up from 0: its place in the arrays is the remainder by `MOST_REMEMBERED`. */
export type Exchange = number
/** Of one source address: by port, identifier and code, on all doors. A new authenticator in a slot supersedes what was there. */
export type Slots = Map<number, Exchange>

export type Duplicates = {
  /** Nothing older than `rememberMs`: after that the same bytes are a new question, on a quiet door too. */
  find(slots: Slots, port: number, packet: Packet, nowMs: number): Exchange | undefined
  begin(slots: Slots, port: number, packet: Packet, nowMs: number): Exchange
  /** The reply to send again; undefined while there is none. */
  reply(exchange: Exchange): Buffer | undefined
  /** Keeps bytes[0, end) as the reply and returns them: valid until 8 MiB of later replies have been kept. */
  keep(exchange: Exchange, bytes: Buffer, end: number): Buffer
  /** Lets the same request be asked anew: nothing was decided. */
  forget(exchange: Exchange): void
  /** False once the slot was taken by another request, or so many have come since that this one is forgotten. */
  current(exchange: Exchange): boolean
}

/** 30 bits: codes of ours are below 64. */
function slotOf(port: number, packet: Packet): number {
  return (port * 256 + packet.identifier) * 64 + (packet.code & 63)
}

/** @param rememberMs longer than a NAS goes on retransmitting. */
export function createDuplicates(rememberMs: number): Duplicates {
  // Grows to its size: where little is asked it stays small.
  const owners: (Slots | undefined)[] = []
  const slotNumbers = new Int32Array(MOST_REMEMBERED)
  const sinceMs = new Float64Array(MOST_REMEMBERED)
  const authenticators = new Int32Array(MOST_REMEMBERED * WORDS)
  const lengths = new Int32Array(MOST_REMEMBERED)
  // Where a reply begins, counted over all bytes ever kept: what lies more than the arena's size back is overwritten.
  const begins = new Float64Array(MOST_REMEMBERED)
  const arena = Buffer.allocUnsafeSlow(MOST_REPLY_BYTES)
  let keptBytes = 0
  let next: Exchange = 0
  let oldest: Exchange = 0

  function current(exchange: Exchange): boolean {
    const at = exchange % MOST_REMEMBERED
    return exchange >= oldest && owners[at]?.get(slotNumbers[at] ?? 0) === exchange
  }
  function forget(exchange: Exchange): void {
    const at = exchange % MOST_REMEMBERED
    if (current(exchange)) owners[at]?.delete(slotNumbers[at] ?? 0)
    owners[at] = undefined
  }
  function dropOldest(nowMs: number): void {
    while (oldest < next && (next - oldest >= MOST_REMEMBERED || nowMs - (sinceMs[oldest % MOST_REMEMBERED] ?? 0) > rememberMs)) {
      forget(oldest)
      oldest++
    }
  }
  function sameRequest(at: number, { bytes }: Packet): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (authenticators[at * WORDS + word] !== bytes.readInt32BE(AUTHENTICATOR_AT + 4 * word)) return false
    }
    return true
  }
  /** Bytes in the arena are never split over its end. */
  function room(length: number): number {
    const at = keptBytes % MOST_REPLY_BYTES
    if (at + length > MOST_REPLY_BYTES) keptBytes += MOST_REPLY_BYTES - at
    const begin = keptBytes
    keptBytes += length
    return begin
  }

  return {
    find(slots, port, packet, nowMs) {
      const exchange = slots.get(slotOf(port, packet))
      if (exchange === undefined || nowMs - (sinceMs[exchange % MOST_REMEMBERED] ?? 0) > rememberMs) return undefined
      return sameRequest(exchange % MOST_REMEMBERED, packet) ? exchange : undefined
    },
    begin(slots, port, packet, nowMs) {
      dropOldest(nowMs)
      const exchange = next++
      const at = exchange % MOST_REMEMBERED
      const slot = slotOf(port, packet)
      owners[at] = slots
      slotNumbers[at] = slot
      sinceMs[at] = nowMs
      lengths[at] = 0
      for (let word = 0; word < WORDS; word++) authenticators[at * WORDS + word] = packet.bytes.readInt32BE(AUTHENTICATOR_AT + 4 * word)
      slots.set(slot, exchange)
      return exchange
    },
    reply(exchange) {
      const at = exchange % MOST_REMEMBERED
      const length = lengths[at] ?? 0
      const begin = begins[at] ?? 0
      if (length === 0 || keptBytes - begin > MOST_REPLY_BYTES) return undefined
      return arena.subarray(begin % MOST_REPLY_BYTES, (begin % MOST_REPLY_BYTES) + length)
    },
    keep(exchange, bytes, end) {
      const at = exchange % MOST_REMEMBERED
      const begin = room(end)
      begins[at] = begin
      lengths[at] = end
      const from = begin % MOST_REPLY_BYTES
      bytes.copy(arena, from, 0, end)
      return arena.subarray(from, from + end)
    },
    forget,
    current,
  }
}
