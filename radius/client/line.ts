/** One port of one server: identifiers, carriers, retransmission, and which replies are believed. */
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { createPassingMap, type PassingMap } from '#shared/passing-map.ts'
import { openPacket, type Packet } from '../packet.ts'
import { carryByUdp, type Carrier, type Carry } from './carrier.ts'

/** An identifier is one byte: a carrier bears 256 questions at once, then another is opened. */
const IDENTIFIERS = 256
const MOST_LANES = 32

/** How long we wait for a server. Milliseconds of `effects.clock`: on a fast clock they must be longer. */
export type Patience = {
  /** Before the first retransmission; doubled each time up to `mostWaitMs`, ± 10 % so that gateways do not answer in step. */
  readonly firstWaitMs: number
  readonly mostWaitMs: number
  /** Transmissions to one server before the next is asked. */
  readonly tries: number
  /** Between two Status-Server to a server that was silent. */
  readonly probeEveryMs: number
  /** After this a silent server is asked again even without an answer to them: not every server knows Status-Server. */
  readonly reviveAfterMs: number
  /** How long the identifier of a question that was given up rests: as long as its answer may still come. */
  readonly restMs: number
}
export const PATIENCE: Patience = { firstWaitMs: 1_000, mostWaitMs: 4_000, tries: 3, probeEveryMs: 5_000, reviveAfterMs: 60_000, restMs: 5_000 }

export type Asked = {
  /** Sent unchanged at every try. */
  readonly bytes: Buffer
  /** False for a reply that is forged, damaged or to something else: we go on waiting. */
  believes(reply: Packet): boolean
}
export type Conversation = {
  /** The first believed reply; undefined after `stop` or `close`, or when nothing could be sent. */
  readonly reply: Promise<Packet | undefined>
  stop(): void
}
export type Line = {
  /**
   * Sends, and listens until `stop`, even after the last try.
   * @param onSilence called once when the wait after the last try is over.
   * @throws what `make` throws.
   */
  begin<A extends Asked>(make: (identifier: number) => A, onSilence: () => void, tries?: number): Conversation & { readonly asked: A | undefined }
  /**
   * The first believed reply; undefined when none came in the time of all tries, or after `close`.
   * @throws what `make` throws.
   */
  ask(make: (identifier: number) => Asked, tries?: number): Promise<Packet | undefined>
  close(): Promise<void>
}

type Waiting = { readonly asked: Asked; answer(reply: Packet | undefined): void }
type Lane = { readonly carrier: Carrier; readonly waiting: PassingMap<number, Waiting>; next: number }

const NOTHING = { asked: undefined, reply: Promise.resolve(undefined), stop: () => undefined }

/** @param onDisbelieved called for each answer to a question of ours that does not prove itself. */
export function openLine(address: string, port: number, patience: Patience, effects: Effects, onDisbelieved: () => void = () => undefined, carry: Carry = carryByUdp): Line {
  const lanes: Lane[] = []
  let closed = false
  const disbelieved = effects.metrics.counter('parvis_radius_replies_disbelieved_total', 'RADIUS replies whose authenticators do not hold')

  function receive(lane: Lane, bytes: Buffer): void {
    try {
      const reply = openPacket(bytes)
      const waiting = lane.waiting.get(reply.identifier)
      if (waiting?.asked.believes(reply)) return waiting.answer(reply)
      disbelieved()
      if (waiting) onDisbelieved()
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      disbelieved()
    }
  }

  function openLane(): Lane {
    const lane: Lane = { carrier: carry(address, port, (bytes) => receive(lane, bytes)), waiting: createPassingMap(), next: effects.random(1)[0] ?? 0 }
    lanes.push(lane)
    void lane.carrier.ready.then((reachable) => void (reachable || abandon(lane)))
    return lane
  }

  /** A name that did not resolve, a network that was not there: the next question opens another carrier and tries again. */
  function abandon(lane: Lane): void {
    if (closed) return
    lanes.splice(lanes.indexOf(lane), 1)
    lane.carrier.close()
  }

  async function closeLane({ carrier, waiting }: Lane): Promise<void> {
    for (const one of waiting.values()) one.answer(undefined)
    // Node throws at a socket that is closed while it is being bound.
    await carrier.ready
    carrier.close()
  }

  function freeLane(): Lane | undefined {
    return lanes.find((lane) => lane.waiting.size < IDENTIFIERS) ?? (lanes.length < MOST_LANES ? openLane() : undefined)
  }

  /** The free identifier that has been free for longest, so that a late reply meets nobody. */
  function takeIdentifier(lane: Lane): number {
    while (lane.waiting.has(lane.next)) lane.next = (lane.next + 1) % IDENTIFIERS
    const identifier = lane.next
    lane.next = (lane.next + 1) % IDENTIFIERS
    return identifier
  }

  function waitMs(sent: number): number {
    const jitter = 0.9 + effects.random(2).readUInt16BE(0) / 327_680
    return Math.min(patience.firstWaitMs * 2 ** (sent - 1), patience.mostWaitMs) * jitter
  }

  /** A server may still be at work on what we gave up: another question under this identifier would take its answer's place. */
  function rest({ waiting }: Lane, identifier: number, asked: Asked): void {
    const resting: Waiting = { asked, answer: free }
    function free(): void {
      if (waiting.get(identifier) === resting) waiting.delete(identifier)
    }
    waiting.set(identifier, resting)
    effects.clock.after(patience.restMs, free)
  }

  function converse(lane: Lane, identifier: number, asked: Asked, onSilence: () => void, tries: number): Conversation {
    let cancel: Cancel = () => undefined
    let tell: (reply: Packet | undefined) => void = () => undefined
    const reply = new Promise<Packet | undefined>((resolve) => (tell = resolve))
    let over = false
    function finish(heard: Packet | undefined): void {
      if (over) return
      over = true
      cancel()
      if (heard) lane.waiting.delete(identifier)
      else rest(lane, identifier, asked)
      tell(heard)
    }
    let sent = 0
    function transmit(): void {
      if (sent >= tries) return onSilence()
      sent++
      lane.carrier.send(asked.bytes)
      cancel = effects.clock.after(waitMs(sent), transmit)
    }
    lane.waiting.set(identifier, { asked, answer: finish })
    void lane.carrier.ready.then((reachable) => {
      if (over || closed) return
      if (reachable) transmit()
      else finish(undefined)
    })
    return { reply, stop: () => finish(undefined) }
  }

  function begin<A extends Asked>(make: (identifier: number) => A, onSilence: () => void, tries = patience.tries): Conversation & { readonly asked: A | undefined } {
    const lane = closed ? undefined : freeLane()
    if (!lane) return NOTHING
    const identifier = takeIdentifier(lane)
    const asked = make(identifier)
    return { asked, ...converse(lane, identifier, asked, onSilence, tries) }
  }

  return {
    begin,
    ask(make, tries) {
      const conversation = begin(make, () => conversation.stop(), tries)
      return conversation.reply
    },
    async close() {
      closed = true
      await Promise.all(lanes.splice(0).map(closeLane))
    },
  }
}
