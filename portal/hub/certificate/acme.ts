// A client of RFC 8555 (ACME), as far as a hub needs it: one account, orders of one name, proved by DNS-01.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { FlattenedSign } from 'jose/jws/flattened/sign'
import * as v from 'valibot'
import type { Clock } from '#shared/clock.ts'
import { UnavailableError } from '#shared/errors.ts'
import { AcmeProblem, ask, type AcmeHttp, type AcmeReply } from './https.ts'

/** A CA looks from several places, and slow ones take minutes. */
const LONGEST_ORDER_MS = 10 * 60_000
const POLL_MS = 2_000
const LONGEST_POLL_MS = 60_000
/** RFC 8555 §6.5: a nonce may be refused for no fault of ours. */
const MOST_NONCE_TRIES = 4

/** Puts and takes TXT records of the DNS; resolves once the world sees them. */
export type DnsRecords = { set(name: string, value: string): Promise<void>; clear(name: string, value: string): Promise<void> }

export type AcmeSettings = {
  /** Of the CA, https. */
  readonly directory: string
  /** P-256; made once, kept. */
  readonly accountKey: KeyObject
  readonly contact: string | undefined
}
export type Acme = {
  /** The chain in PEM for a request (PKCS #10, DER) of exactly `name`. @throws UnavailableError `acme` in the CA's words. */
  issue(name: string, csr: Buffer): Promise<string>
}

const address = v.pipe(v.string(), v.url())
const directorySchema = v.object({ newNonce: address, newAccount: address, newOrder: address })
const orderSchema = v.object({ status: v.string(), authorizations: v.array(address), finalize: address, certificate: v.optional(address) })
const authorizationSchema = v.object({
  status: v.string(),
  identifier: v.object({ value: v.string() }),
  challenges: v.array(v.object({ type: v.string(), url: address, token: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,200}$/))), error: v.optional(v.object({ detail: v.optional(v.string()) })) })),
})

function failed(what: string, cause?: unknown): UnavailableError {
  return new UnavailableError('acme', what, { cause })
}

export function createAcme({ directory, accountKey, contact }: AcmeSettings, { dns, http, clock }: { dns: DnsRecords; http: AcmeHttp; clock: Clock }): Acme {
  const { x, y } = createPublicKey(accountKey).export({ format: 'jwk' })
  if (typeof x !== 'string' || typeof y !== 'string') throw new TypeError('the ACME account key is a P-256 key')
  const jwk = { crv: 'P-256', kty: 'EC', x, y }
  // RFC 7638: members in lexicographic order, which is the order they are written in here.
  const thumbprint = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
  let places: v.InferOutput<typeof directorySchema> | undefined
  let account: string | undefined
  let nonces: string[] = []

  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))

  async function doors(): Promise<v.InferOutput<typeof directorySchema>> {
    return (places ??= v.parse(directorySchema, (await ask(http, 'GET', directory)).json()))
  }
  async function nonce(): Promise<string> {
    const kept = nonces.pop()
    if (kept !== undefined) return kept
    const fresh = (await ask(http, 'HEAD', (await doors()).newNonce)).header('replay-nonce')
    if (fresh === undefined) throw failed('the CA gave no nonce')
    return fresh
  }

  /** RFC 8555 §6.2; without a payload it reads (§6.3). */
  async function post(url: string, payload?: object, triesLeft = MOST_NONCE_TRIES): Promise<AcmeReply> {
    const whose = account === undefined ? { jwk } : { kid: account }
    const bytes = new TextEncoder().encode(payload === undefined ? '' : JSON.stringify(payload))
    const signed = await new FlattenedSign(bytes).setProtectedHeader({ alg: 'ES256', nonce: await nonce(), url, ...whose }).sign(accountKey)
    try {
      const reply = await ask(http, 'POST', url, JSON.stringify(signed))
      const next = reply.header('replay-nonce')
      if (next !== undefined) nonces = [next]
      return reply
    } catch (error) {
      if (!(error instanceof AcmeProblem) || !error.type.endsWith(':badNonce') || triesLeft <= 1) throw error
      nonces = []
      return post(url, payload, triesLeft - 1)
    }
  }

  /** §7.3: the same key finds the same account again. */
  async function signUp(): Promise<void> {
    if (account !== undefined) return
    const reply = await post((await doors()).newAccount, { termsOfServiceAgreed: true, ...(contact !== undefined && { contact: [`mailto:${contact}`] }) })
    account = reply.header('location')
    if (account === undefined) throw failed('the CA named no account')
  }

  /** Reads until it has another state than the ones that pass by themselves (§7.1.6). */
  async function settled<T extends { status: string }>(url: string, parse: (value: unknown) => T, passing: readonly string[], untilMs: number): Promise<T> {
    for (;;) {
      const reply = await post(url)
      const found = parse(reply.json())
      if (!passing.includes(found.status)) return found
      const asked = Number(reply.header('retry-after') ?? 0) * 1000
      const pause = Math.min(Math.max(POLL_MS, Number.isFinite(asked) ? asked : 0), LONGEST_POLL_MS)
      if (clock.monotonic() + pause > untilMs) throw failed(`the CA did not decide within ${LONGEST_ORDER_MS / 60_000} minutes`)
      await wait(pause)
    }
  }

  /** §8.4. */
  async function prove(url: string, untilMs: number): Promise<void> {
    const found = v.parse(authorizationSchema, (await post(url)).json())
    if (found.status === 'valid') return
    const challenge = found.challenges.find(({ type }) => type === 'dns-01')
    if (challenge?.token === undefined) throw failed('the CA offers no dns-01 for this name')
    const record = `_acme-challenge.${found.identifier.value}`
    const value = createHash('sha256').update(`${challenge.token}.${thumbprint}`).digest('base64url')
    await dns.set(record, value)
    try {
      await post(challenge.url, {})
      const decided = await settled(url, (one) => v.parse(authorizationSchema, one), ['pending'], untilMs)
      const why = decided.challenges.map(({ error }) => error?.detail).find((detail) => detail !== undefined)
      if (decided.status !== 'valid') throw failed(`the CA did not accept ${record}: ${why ?? decided.status}`)
    } finally {
      await dns.clear(record, value)
    }
  }

  const parseOrder = (value: unknown) => v.parse(orderSchema, value)

  return {
    async issue(name, csr) {
      const untilMs = clock.monotonic() + LONGEST_ORDER_MS
      await signUp()
      const placed = await post((await doors()).newOrder, { identifiers: [{ type: 'dns', value: name }] })
      const orderUrl = placed.header('location')
      if (orderUrl === undefined) throw failed('the CA gave the order no address')
      for (const authorization of parseOrder(placed.json()).authorizations) await prove(authorization, untilMs)
      const ready = await settled(orderUrl, parseOrder, ['pending'], untilMs)
      if (ready.status === 'ready') await post(ready.finalize, { csr: csr.toString('base64url') })
      const done = await settled(orderUrl, parseOrder, ['ready', 'processing'], untilMs)
      if (done.status !== 'valid' || done.certificate === undefined) throw failed(`the CA ended the order as ${done.status}`)
      return (await post(done.certificate)).body
    },
  }
}
