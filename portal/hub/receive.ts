import type { Context, Handler } from 'hono'
import { MOST_BATCHES_PER_POST, POST_TYP, type PushReply } from '#shared/batch.ts'
import type { Effects } from '#shared/effects.ts'
import { MalformedError, ParvisError } from '#shared/errors.ts'
import { parseJws, publicKey, signatureHolds, type ParsedJws, type PublicKey } from '#shared/sign.ts'
import { BODY_STATUS, readJwsBody } from './body.ts'
import { parseEvents } from './events.ts'
import type { Device, HubStore, ReceivedPost } from './store/store.ts'

const RETRY_AFTER_SECONDS = 60
const QUARANTINE_RETRY_SECONDS = 3_600
const NEXT_BYTES = 16
const MOST_CACHED_KEYS = 20_000

/** Why a POST was refused as a whole, with its status; the gateway keeps everything and says the code in its log. */
const REFUSALS = {
  malformed: 400,
  unknown_device: 401,
  bad_signature: 401,
  revoked: 403,
  quarantined: 409,
  unavailable: 503,
} as const
type Refusal = keyof typeof REFUSALS

/** `POST /v1/batches`: believes nothing before the signature held, answers nothing before the commit. */
export function receiveBatches(store: HubStore, effects: Effects): Handler {
  const { metrics, log, clock, random } = effects
  const accepted = metrics.counter('parvis_hub_batches_total', 'Batches stored or recognised')
  const keys = new Map<string, PublicKey>()

  function refused(c: Context, refusal: Refusal): Response {
    metrics.counter('parvis_hub_refused_posts_total', 'POSTs refused, by reason', { reason: refusal })()
    if (refusal === 'unavailable') c.header('retry-after', String(RETRY_AFTER_SECONDS))
    if (refusal === 'quarantined' || refusal === 'revoked') c.header('retry-after', String(QUARANTINE_RETRY_SECONDS))
    return c.json({ code: refusal }, REFUSALS[refusal])
  }

  /** Key objects are made once per device: parsing one costs as much as a verification. */
  function keyOf(device: Device): PublicKey {
    let key = keys.get(device.kid)
    if (!key) {
      if (keys.size >= MOST_CACHED_KEYS) keys.clear()
      keys.set(device.kid, (key = publicKey(device.jwk)))
    }
    return key
  }

  async function believed(jws: ParsedJws): Promise<Device | Refusal> {
    const device = await store.devices.find(jws.header.kid ?? '')
    if (!device) return 'unknown_device'
    if (!signatureHolds(jws, keyOf(device).key)) return 'bad_signature'
    if (device.state === 'revoked') return 'revoked'
    return device.state === 'quarantined' ? 'quarantined' : device
  }

  function postOf(jws: ParsedJws, device: Device, body: Uint8Array): ReceivedPost | undefined {
    const { next } = jws.header
    const events = parseEvents(jws.payload, device.gateway, MOST_BATCHES_PER_POST, clock.now(), keyOf(device))
    if (!events || typeof next !== 'string') return undefined
    return { kid: device.kid, gateway: device.gateway, next, body, events, receivedMs: clock.now(), freshNext: random(NEXT_BYTES).toString('base64url') }
  }

  async function commit(c: Context, post: ReceivedPost): Promise<Response> {
    const receipt = await store.batches.receive(post)
    if (receipt.kind === 'quarantined') {
      log.error('device_quarantined', { gateway: post.gateway, remedy: 'compare the device with its clone, then: parvis device release' })
      return refused(c, 'quarantined')
    }
    for (const { seq, code } of receipt.rejected) log.error('batch_rejected', { gateway: post.gateway, seq, code })
    metrics.counter('parvis_hub_rejected_batches_total', 'Batches refused; their device keeps them')(receipt.rejected.length)
    accepted(post.events.length - receipt.rejected.length)
    const { acked, missing, rejected, next } = receipt
    return c.json({ acked, missing, rejected, next } satisfies PushReply)
  }

  return async function receive(c) {
    try {
      const body = await readJwsBody(c.req.raw)
      const jws = parseJws(body.text.trim(), POST_TYP)
      const device = await believed(jws)
      if (typeof device === 'string') return refused(c, device)
      const post = postOf(jws, device, body.stored)
      return post ? await commit(c, post) : refused(c, 'malformed')
    } catch (error) {
      if (error instanceof MalformedError) {
        metrics.counter('parvis_hub_refused_posts_total', 'POSTs refused, by reason', { reason: error.code })()
        return c.json({ code: error.code, message: error.message }, BODY_STATUS[error.code] ?? 400)
      }
      log.error('store_failed', { reason: error instanceof ParvisError ? error.message : String(error) })
      return refused(c, 'unavailable')
    }
  }
}
