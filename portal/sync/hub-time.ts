// The hub's clock, signed over a nonce of ours (protocols.md §8): the only word about the time that a gateway believes.
import * as v from 'valibot'
import type { Clock } from '#shared/clock.ts'
import { UnavailableError } from '#shared/errors.ts'
import { TIME_TYP } from '#shared/enrolment.ts'
import { openJws, type PublicKey } from '#shared/sign.ts'
import { askHub, type HubFetch } from './hub-fetch.ts'

/** A slower answer says too little about now. */
const LONGEST_TRIP_MS = 5_000
const NONCE_BYTES = 16

const answerSchema = v.object({ nonce: v.string(), now_ms: v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15)) })

export type HubTime = { readonly hubMs: number; readonly tripMs: number }
export type HubTimeParts = { readonly url: string; /** Pinned at enrolment. */ readonly hub: PublicKey; readonly fetch: HubFetch; readonly clock: Clock; random(length: number): Buffer }

/** @throws UnavailableError `hub_silent`; `hub_time` when the answer is late, old or not the hub's. */
export async function askHubTime({ url, hub, fetch, clock, random }: HubTimeParts): Promise<HubTime> {
  const nonce = random(NONCE_BYTES).toString('base64url')
  const askedMs = clock.monotonic()
  const reply = await askHub(fetch, clock, new URL(`/v1/time?nonce=${nonce}`, url).href, 'GET')
  const tripMs = clock.monotonic() - askedMs
  if (reply.status !== 200 || tripMs > LONGEST_TRIP_MS) throw new UnavailableError('hub_time', 'the hub did not tell the time, or not soon enough')
  return { hubMs: signedBy(hub, reply.text, nonce), tripMs }
}

function signedBy(hub: PublicKey, text: string, nonce: string): number {
  try {
    const answer = v.parse(answerSchema, JSON.parse(openJws(text, TIME_TYP, hub).toString('utf8')))
    if (answer.nonce === nonce) return answer.now_ms
  } catch (cause) {
    throw new UnavailableError('hub_time', 'the time is not signed by the pinned hub', { cause })
  }
  throw new UnavailableError('hub_time', 'the hub’s time answers another question')
}
