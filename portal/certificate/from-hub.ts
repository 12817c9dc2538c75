// A certificate by way of the hub: our key, its request, the hub's chain. Asked for when half the life of the last is over.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import * as v from 'valibot'
import { CERTIFICATE_TYP, certificateAnswer, CERTIFIED_TYP, type CertificateAnswer } from '#shared/certificate.ts'
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import type { Certified } from '#shared/http/listen.ts'
import { reason } from '#shared/log.ts'
import { openJws, signJws, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import { askHub, type HubFetch } from '../sync/hub-fetch.ts'
import { readCertificate, type Judgement } from './judgement.ts'
import { isDue } from './keeper.ts'
import { certificateRequest, newCertificateKey } from './request.ts'

/** The hub runs the order in the background: an answer of DNS takes from seconds to minutes. */
const PENDING_RETRY_MS = 5_000
/** Also how often it is looked whether half the life is over. */
const LOOK_EVERY_MS = 3_600_000
/** After a start: enrolment and the hub itself may be a moment behind. */
const FIRST_LOOK_MS = 2_000
/** A third of it is chance, so that a town's gateways do not ask at the same moment after a power cut. */
const FAILED_RETRY_MS = 3_600_000

/** A key and its request that wait for a certificate: the same bytes again, so that the hub knows its order. */
const waitingSchema = v.object({ name: v.string(), key: v.string(), csr: v.string() })
type Waiting = v.InferOutput<typeof waitingSchema>
/** A text on disk, because the hub's order outlives a restart of ours. Secret. */
export type WaitingText = { read(): string | undefined; keep(text: string | undefined): void }

export type FromHubParts = {
  /** Origin of the hub. */
  readonly url: string
  readonly device: DeviceKey
  /** The hub's pinned key; undefined before enrolment. */
  readonly hub: () => PublicKey | undefined
  readonly fetch: HubFetch
  readonly waiting: WaitingText
  readonly judgement: () => Judgement
  /** Keeps the new certificate and puts it in force. */
  readonly keep: (pair: Certified) => void
}

function unavailable(why: string, cause?: unknown): UnavailableError {
  return new UnavailableError('certificate', why, { cause })
}

async function ask({ url, device, hub, fetch }: FromHubParts, { clock }: Effects, csr?: string): Promise<CertificateAnswer> {
  const pinned = hub()
  if (!pinned) throw unavailable('this gateway is not enrolled at a hub')
  const challenge = await askHub(fetch, clock, new URL('/v1/enrol/challenge', url).href, 'GET')
  const given = v.safeParse(v.object({ nonce: v.string() }), challenge.status === 200 ? JSON.parse(challenge.text) : undefined)
  if (!given.success) throw unavailable(`the hub gave no challenge (${challenge.status})`)
  const { nonce } = given.output
  const question = JSON.stringify({ nonce, aud: new URL(url).origin, ...(csr !== undefined && { csr }) })
  const body = Buffer.from(await signJws(device, CERTIFICATE_TYP, question))
  const { status, text } = await askHub(fetch, clock, new URL('/v1/certificate', url).href, 'POST', { 'content-type': 'application/jose' }, body)
  if (status !== 200) throw unavailable(`the hub refused (${status}): ${text.slice(0, 200)}`)
  const answer = v.parse(certificateAnswer, JSON.parse(openJws(text, CERTIFIED_TYP, pinned).toString('utf8')))
  if (answer.nonce !== nonce) throw unavailable('the answer is to another question')
  return answer
}

function waitingFor(name: string, text: WaitingText): Waiting {
  const kept = text.read()
  const found = v.safeParse(waitingSchema, kept === undefined ? undefined : parsed(kept))
  if (found.success && found.output.name === name) return found.output
  const key = newCertificateKey()
  const privateKey = createPrivateKey(key)
  const fresh = { name, key, csr: certificateRequest(name, privateKey, createPublicKey(privateKey)).toString('base64url') }
  text.keep(JSON.stringify(fresh))
  return fresh
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What became of one question. */
export type Asked = 'not due' | 'pending' | 'renewed'

/** @throws UnavailableError `certificate`, `hub_silent` when there is none to be had now. */
export async function askForCertificate(parts: FromHubParts, effects: Effects): Promise<Asked> {
  if (!isDue(parts.judgement(), effects.clock.now())) return 'not due'
  const { name } = await ask(parts, effects)
  const { key, csr } = waitingFor(name, parts.waiting)
  const { state, chain, reason: why } = await ask(parts, effects, csr)
  if (state === 'failed') throw unavailable(`no certificate was given: ${why ?? 'no reason told'}`)
  if (state !== 'issued' || chain === undefined) return 'pending'
  // Whatever the hub says: a chain that is not for our key and name would shut phones out.
  if (!readCertificate({ cert: chain, key }).fits(name)) throw unavailable('the certificate is for another name')
  parts.keep({ cert: chain, key })
  parts.waiting.keep(undefined)
  return 'renewed'
}

/** Asks by itself for as long as the gateway runs. */
export function startFromHub(parts: FromHubParts, effects: Effects): { close(): Promise<void> } {
  const log = effects.log.scoped('certificate')
  let cancel: Cancel = () => {}
  let closed = false
  let running: Promise<void> = Promise.resolve()

  async function round(): Promise<number> {
    try {
      return (await askForCertificate(parts, effects)) === 'pending' ? PENDING_RETRY_MS : LOOK_EVERY_MS
    } catch (error) {
      log.warn('certificate not renewed', { reason: reason(error) })
      return FAILED_RETRY_MS * (2 / 3 + effects.random(1).readUInt8() / 768)
    }
  }
  function lookIn(ms: number): void {
    cancel = effects.clock.after(ms, () => {
      running = round().then((next) => void (closed || lookIn(next)))
    })
  }
  lookIn(FIRST_LOOK_MS)
  return {
    close() {
      closed = true
      cancel()
      return running
    },
  }
}
