/**
 * RFC 5080 §2.2.2: a request that comes again (same source, identifier and authenticator) gets the same bytes again, and
 * while it is still being decided it gets nothing. One Map look-up by a number; no strings are made.
 */
import { AUTHENTICATOR_AT, type Packet } from './packet.ts'

/** RFC 5080 asks for 5 to 30 s: longer than a NAS goes on retransmitting after our answer. */
const REMEMBERED_MS = 10_000
/** At more requests than this in 10 s the oldest are forgotten early: memory stays bounded in a flood. */
const MOST_REMEMBERED = 65_536

export type Exchange = {
  readonly slots: Slots
  readonly slot: number
  readonly sinceMs: number
  readonly authenticator: readonly [number, number, number, number]
  reply: Buffer | undefined
}
/** Of one source address: by port, identifier and code, on all doors. A new authenticator in a slot supersedes what was there. */
export type Slots = Map<number, Exchange>

export type Duplicates = {
  find(slots: Slots, port: number, packet: Packet): Exchange | undefined
  begin(slots: Slots, port: number, packet: Packet, nowMs: number): Exchange
  /** Lets the same request be asked anew: nothing was decided. */
  forget(exchange: Exchange): void
  /** False once the slot was taken by another request. */
  current(exchange: Exchange): boolean
}

/** 30 bits: codes of ours are below 64. */
function slotOf(port: number, packet: Packet): number {
  return (port * 256 + packet.identifier) * 64 + (packet.code & 63)
}

function sameRequest({ authenticator }: Exchange, { bytes }: Packet): boolean {
  return authenticator.every((word, index) => bytes.readInt32BE(AUTHENTICATOR_AT + 4 * index) === word)
}

export function createDuplicates(): Duplicates {
  // In order of arrival, so that the oldest is always at `oldest`.
  const ring: (Exchange | undefined)[] = Array.from({ length: MOST_REMEMBERED })
  let next = 0
  let oldest = 0

  function forget(exchange: Exchange): void {
    if (exchange.slots.get(exchange.slot) === exchange) exchange.slots.delete(exchange.slot)
  }
  function drop(): void {
    const exchange = ring[oldest]
    if (exchange) forget(exchange)
    ring[oldest] = undefined
    oldest = (oldest + 1) % MOST_REMEMBERED
  }
  function dropExpired(nowMs: number): void {
    for (let first = ring[oldest]; first && nowMs - first.sinceMs > REMEMBERED_MS; first = ring[oldest]) drop()
  }

  return {
    find(slots, port, packet) {
      const exchange = slots.get(slotOf(port, packet))
      return exchange && sameRequest(exchange, packet) ? exchange : undefined
    },
    begin(slots, port, packet, nowMs) {
      dropExpired(nowMs)
      if (ring[next]) drop()
      const at = (offset: number) => packet.bytes.readInt32BE(AUTHENTICATOR_AT + offset)
      const exchange: Exchange = { slots, slot: slotOf(port, packet), sinceMs: nowMs, authenticator: [at(0), at(4), at(8), at(12)], reply: undefined }
      slots.set(exchange.slot, exchange)
      ring[next] = exchange
      next = (next + 1) % MOST_REMEMBERED
      return exchange
    },
    forget,
    current: (exchange) => exchange.slots.get(exchange.slot) === exchange,
  }
}
