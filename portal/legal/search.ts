// What the two holders do with a lawful request: one public address, one port, one instant.
import { hash } from 'node:crypto'
import * as v from 'valibot'
import { openJws, signJws, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import { openInner, openOuter } from './sealed.ts'
import type { HolderA, SecretA, SecretB } from './holder-keys.ts'
import type { LegalRecord } from './record.ts'

export const REQUEST_TYP = 'parvis-legal-request+jws'
export const ANSWER_TYP = 'parvis-legal-answer+jws'

const requestSchema = v.object({
  address: v.pipe(v.string(), v.minLength(2), v.maxLength(45)),
  /** Absent for an IPv6 address: that is not shared. */
  port: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(65_535))),
  at: v.pipe(v.number(), v.safeInteger()),
  toleranceMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(3_600_000)),
  reference: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
})
export type Request = v.InferOutput<typeof requestSchema>

type Facts = Extract<LegalRecord, { kind: 'open' }>
type Session = Omit<Facts, 'kind'> & { readonly end?: number }

/** The sessions that records tell of, in the order in which they were written. */
export function sessionsIn(records: readonly LegalRecord[]): Session[] {
  const sessions = new Map<string, { -readonly [Key in keyof Session]: Session[Key] }>()
  for (const record of records) {
    if (record.kind === 'up') {
      // What another boot left open has ended with it.
      for (const session of sessions.values()) if (session.boot !== record.boot) session.end ??= record.at
      continue
    }
    const { kind: _kind, ...facts } = record
    sessions.set(facts.id, { ...sessions.get(facts.id), ...facts })
  }
  return [...sessions.values()]
}

function matches(session: Session, { address, port, at, toleranceMs }: Request): boolean {
  if (at < session.start - toleranceMs || at > (session.end ?? Infinity) + toleranceMs) return false
  if (session.lan_v6?.includes(address)) return true
  const { public_addr, port_from, port_to } = session
  return public_addr === address && port !== undefined && port_from !== undefined && port_to !== undefined && port >= port_from && port <= port_to
}

export function find(sessions: readonly Session[], request: Request): Session[] {
  return sessions.filter((session) => matches(session, request))
}

/** What A hands to B: the request with A's signature, and the envelopes for B out of the days that it concerns. */
export const halfOpenSchema = v.object({ request: v.string(), envelopes: v.array(v.string()) })
export type HalfOpen = v.InferOutput<typeof halfOpenSchema>

/** @param lines Of the files of the day and of the day before. Those that no key of A's opens are counted: destroyed days, torn lines. */
export async function askHolderA(secret: SecretA, request: Request, lines: readonly string[]): Promise<HalfOpen & { readonly closed: number }> {
  const envelopes: string[] = []
  let closed = 0
  for (const line of lines) {
    const key = secret.days.get(kidOf(line) ?? '')
    const envelope = key && (await openOuter(line, key).catch(() => undefined))
    if (envelope === undefined) closed++
    else envelopes.push(envelope)
  }
  return { request: await signJws(secret.sign, REQUEST_TYP, JSON.stringify(v.parse(requestSchema, request))), envelopes, closed }
}

/** The day that a line was sealed to, as its header says. */
function kidOf(line: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(line.split('.', 1)[0] ?? '', 'base64url').toString('utf8'))
    return typeof header === 'object' && header !== null && 'kid' in header && typeof header.kid === 'string' ? header.kid : undefined
  } catch {
    return undefined
  }
}

export type Answer = { readonly request: Request; readonly found: readonly Session[]; readonly signed: string }

/** @throws MalformedError `jws` when A has not signed, `sealed` when B's key does not open what A handed over. */
export async function openAsHolderB(secret: SecretB, a: Pick<HolderA, 'sign'>, half: HalfOpen): Promise<Answer> {
  const request = readRequest(half.request, a.sign)
  const records: LegalRecord[] = []
  for (const envelope of half.envelopes) records.push(...(await openInner(envelope, secret.key)))
  const found = find(sessionsIn(records), request)
  return { request, found, signed: await answer(secret.sign, half.request, found) }
}

function readRequest(jws: string, a: PublicKey): Request {
  return v.parse(requestSchema, JSON.parse(openJws(jws, REQUEST_TYP, a).toString('utf8')))
}

/** Over A's signature too: nobody can say afterwards that another question was asked. */
function answer(key: DeviceKey, request: string, found: readonly Session[]): Promise<string> {
  return signJws(key, ANSWER_TYP, JSON.stringify({ request: hash('sha256', request), found }))
}
