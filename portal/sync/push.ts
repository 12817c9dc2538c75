import { createHash } from 'node:crypto'
import { BATCH_EVERY_MS, MOST_BATCHES_PER_POST, type PushReply, type Ranges } from '#shared/batch.ts'
import type { Cancel } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { inRanges } from '#shared/ranges.ts'
import type { DeviceKey } from '#shared/sign.ts'
import { backOff, retryAfter } from './back-off.ts'
import { askHub, type HubFetch, type HubReply } from './hub-fetch.ts'
import { outboxWrites, readOutbox, type StoredPost } from './outbox.ts'
import { buildPost } from './post.ts'
import { isRefusal, parseReply } from './reply.ts'

/** A refused batch stays and is offered again: a hub that was updated may know its schema by then. */
const REFUSED_RETRY_MS = 24 * 60 * 60_000
/** Gateways spread over the quarter by a slot of their own, and jitter on top hides when exactly a batch was made. */
const SLOT_SPREAD_MS = 5 * 60_000
const JITTER_MS = 60_000

export type PushSettings = { /** Origin of the hub: `https://hub.example`. */ readonly url: string }
export type PushParts = {
  /** Reads counts.db. */
  readonly reader: Db
  /** The one writer of counts.db. */
  readonly durable: DurableWriter
  readonly key: DeviceKey
  readonly fetch: HubFetch
}

/** `sent`: a POST was answered, more may wait. `failed`: try again after `waitMs`. */
export type PushOutcome = { readonly kind: 'idle' } | { readonly kind: 'sent' } | { readonly kind: 'failed'; readonly waitMs: number }

export type Push = {
  /** One POST: the stored one again, byte for byte, else a new one. Calls queue up behind each other, so one is in flight at most. */
  once(): Promise<PushOutcome>
  /** Sends until nothing is due or the hub fails; what that came to. */
  drain(): Promise<PushOutcome>
  /** Ends the schedule after what is in flight. The outbox keeps the rest. */
  close(): Promise<void>
}

/** Sends now what waits, then once a quarter, in this gateway's slot, whatever the counts. */
export function startPush(settings: PushSettings, effects: Effects, parts: PushParts): Push {
  const push = createPush(settings, effects, parts)
  const slotMs = createHash('sha256').update(parts.key.kid).digest().readUInt32BE() % SLOT_SPREAD_MS
  let closed = false
  let cancel: Cancel = () => {}

  function untilNextSlot(): number {
    const sinceSlot = (effects.clock.now() - slotMs) % BATCH_EVERY_MS
    return BATCH_EVERY_MS - sinceSlot + (effects.random(2).readUInt16BE() / 2 ** 16) * JITTER_MS
  }
  async function round(): Promise<void> {
    const outcome = await push.drain().catch((error: unknown): PushOutcome => {
      effects.log.error('push_failed', { reason: reason(error) })
      return { kind: 'failed', waitMs: untilNextSlot() }
    })
    if (!closed) cancel = effects.clock.after(outcome.kind === 'failed' ? outcome.waitMs : untilNextSlot(), () => void round())
  }
  cancel = effects.clock.after(0, () => void round())

  return {
    once: push.once,
    drain: push.drain,
    async close() {
      closed = true
      cancel()
      await push.settled()
    },
  }
}

type Waiter = Pick<Push, 'once' | 'drain'> & { settled(): Promise<void> }

/** The pusher without its schedule. */
export function createPush(settings: PushSettings, effects: Effects, parts: PushParts): Waiter {
  const outbox = readOutbox(parts.reader)
  const url = new URL('/v1/batches', settings.url).href
  const counters = {
    sent: effects.metrics.counter('parvis_push_acknowledged_batches_total', 'Batches the hub acknowledged'),
    refused: effects.metrics.counter('parvis_push_refused_batches_total', 'Batches the hub refused; they stay in the outbox'),
    failed: effects.metrics.counter('parvis_push_failed_posts_total', 'POSTs without a usable answer'),
  }
  effects.metrics.gauge('parvis_outbox_batches', 'Batches that wait for the hub', () => outbox.size().batches)
  let failures = 0
  let most = MOST_BATCHES_PER_POST
  let last: Promise<unknown> = Promise.resolve()

  /** Stored before it is sent: a gateway that is killed repeats itself and is not taken for a clone (`protocols.md` §8). */
  async function nextPost(next: string): Promise<StoredPost | undefined> {
    const stored = outbox.post()
    if (stored) return stored
    const batches = outbox.due(most, effects.clock.now())
    if (batches.length === 0) return undefined
    const built = await buildPost(parts.key, next, batches)
    if (built.kind === 'too-large') {
      effects.log.error('batch_too_large', { seq: built.seq })
      await parts.durable.write(outboxWrites.refused(built.seq, 'too_large', effects.clock.now() + REFUSED_RETRY_MS))
      return nextPost(next)
    }
    await parts.durable.write(outboxWrites.keepPost(built.body, built.seqs))
    return built
  }

  /** Only what this POST carried is deleted, whatever ranges a reply names. */
  async function settle(post: StoredPost, reply: PushReply): Promise<void> {
    const writes: Statement[] = [outboxWrites.dropPost(), outboxWrites.next(reply.next)]
    let acknowledged = 0
    for (const [first, end] of post.seqs) {
      for (const [from, to] of reply.acked) {
        const [low, high] = [Math.max(first, from), Math.min(end, to)]
        if (low > high) continue
        writes.push(outboxWrites.acknowledged(low, high))
        acknowledged += high - low + 1
      }
    }
    for (const { seq, code } of reply.rejected) {
      if (!inRanges(post.seqs, seq)) continue
      effects.log.error('batch_refused', { seq, code })
      writes.push(outboxWrites.refused(seq, code, effects.clock.now() + REFUSED_RETRY_MS))
      counters.refused()
    }
    await parts.durable.write(...writes)
    counters.sent(acknowledged)
  }

  function failed(code: string, retryAfterMs: number): PushOutcome {
    counters.failed()
    const waitMs = backOff(failures++, retryAfterMs, effects.random)
    effects.log.warn('hub_not_reached', { code, wait_ms: waitMs, waiting: outbox.size().batches })
    return { kind: 'failed', waitMs }
  }

  /**
   * The hub's refusal of the POST itself answers it, so it need not be repeated: a smaller one is built. A proxy's may hide that the
   * hub took this POST before, and other bytes under the same `next` would then look like a clone's: it is repeated.
   */
  async function refusal(post: StoredPost, reply: HubReply): Promise<PushOutcome> {
    if ((reply.status === 400 || reply.status === 413 || reply.status === 415) && isRefusal(reply.text)) {
      most = Math.max(1, Math.floor(most / 2))
      await parts.durable.write(outboxWrites.dropPost())
    }
    effects.log.error('post_refused', { status: reply.status, answer: reply.text.slice(0, 200), batches: ranged(post.seqs) })
    return failed(`status_${reply.status}`, retryAfter(reply.retryAfter, effects.clock.now()))
  }

  async function attempt(): Promise<PushOutcome> {
    const next = outbox.next()
    if (next === undefined) return failed('not_enrolled', 0)
    const post = await nextPost(next)
    if (!post) return { kind: 'idle' }
    let reply: HubReply
    try {
      reply = await askHub(parts.fetch, effects.clock, url, 'POST', { 'content-type': 'application/jose', 'content-encoding': 'gzip' }, post.body)
    } catch (error) {
      return failed(reason(error), 0)
    }
    if (reply.status !== 200) return refusal(post, reply)
    const parsed = parseReply(reply.text)
    if (!parsed) return failed('unreadable_reply', 0)
    await settle(post, parsed)
    failures = 0
    most = Math.min(MOST_BATCHES_PER_POST, most * 2)
    return { kind: 'sent' }
  }

  function once(): Promise<PushOutcome> {
    const turn = last.then(attempt, attempt)
    last = turn.catch(() => {})
    return turn
  }
  return {
    once,
    async drain() {
      for (;;) {
        const outcome = await once()
        if (outcome.kind !== 'sent') return outcome
      }
    },
    settled: () => last.then(() => undefined),
  }
}

function ranged(seqs: Ranges): string {
  return seqs.map(([first, last]) => `${first}-${last}`).join(',')
}
