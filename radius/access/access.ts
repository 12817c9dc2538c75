/** Access-Request: which credential it shows, which source knows its user, what that source says. */
import type { Effects } from '#shared/effects.ts'
import type { Counter } from '#shared/metrics.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { writeAuthorisation } from '../authorisation.ts'
import type { Client } from '../clients.ts'
import type { Remainder } from '../coa/policy.ts'
import type { Holder, HolderOf, LiveSession } from '../live-sessions.ts'
import type { Authorisation } from '../nas.ts'
import type { PacketWriter } from '../packet-writer.ts'
import { CODES, type Packet } from '../packet.ts'
import type { Answer, Request, Service } from '../server.ts'
import { sentenceTold } from '../told.ts'
import { doubtAccess } from '../trust.ts'
import { readCredential, type Credential } from './credentials.ts'
import { createLane, type Lane } from './lane.ts'

const A = ATTRIBUTES

/** What a source is asked. */
export type Question = {
  readonly client: Client
  /** Where the request came from. */
  readonly address: string
  readonly userName: string
  readonly credential: Credential
  /** For a source that needs more than the name: Calling-Station-Id, NAS-Identifier … Its bytes live as long as the question. */
  readonly packet: Packet
}
export type Decision =
  | { readonly kind: 'accept'; readonly authorisation: Authorisation }
  /** `reason` is counted and logged, never sent: `told.ts` says the little that its holder hears of it. */
  | { readonly kind: 'reject'; readonly reason: string }
  /** Another server has decided: its code and its attributes, already hidden under the client's secret. */
  | { readonly kind: 'relay'; readonly code: number; readonly attributes: Buffer }

/** Who knows users: portal tokens, vouchers, accounts, upstream realms. */
export type Source = {
  readonly name: string
  /**
   * Undefined, at once, when the user is not of this source: then the next is asked. Otherwise a decision, at once or within 3 s;
   * later ones are thrown away and the request is rejected.
   */
  decide(question: Question): Decision | Promise<Decision> | undefined
  /** Who holds a session that accounting reports under this User-Name; undefined when the name is not of this source. */
  holderOf?(userName: string): Holder | undefined
  /**
   * What the holder of a running session of this source still has; undefined when the session is not of this source, or when nothing
   * is known. Asked every half minute for every session: cheap, and at once.
   */
  remainderOf?(session: LiveSession): Remainder | undefined
}

/** The holder as the first source that knows the name has it. */
export function holderAmong(sources: readonly Source[]): HolderOf {
  return function holderOf(userName) {
    for (const source of sources) {
      const holder = source.holderOf?.(userName)
      if (holder !== undefined) return holder
    }
    return undefined
  }
}

/** What is left of a session, as the first source that knows has it. */
export function remainderAmong(sources: readonly Source[]): (session: LiveSession) => Remainder | undefined {
  return function remainderOf(session) {
    for (const source of sources) {
      const remainder = source.remainderOf?.(session)
      if (remainder) return remainder
    }
    return undefined
  }
}

/** What a reject says besides no. RFC 3579 §2.6.5: nothing to read aloud beside EAP. */
function refusalWords(reason: string, credential: Credential | undefined): ((writer: PacketWriter) => void) | undefined {
  const sentence = credential === undefined || credential.kind === 'eap' ? undefined : sentenceTold(reason)
  if (sentence === undefined) return credential?.refusal
  return (writer) => {
    credential?.refusal?.(writer)
    writer.add(A['Reply-Message'], sentence)
  }
}

/** @param patienceMs after which a door stops waiting for a decision. */
export function accessService(sources: readonly Source[], effects: Pick<Effects, 'clock' | 'metrics' | 'random'>, patienceMs: number): Service {
  const lanes = new Map(sources.map((source) => [source, createLane(patienceMs)]))
  const accepted = new Map(sources.map((source) => [source, new Map<string, Counter>()]))

  function countAccepted(source: Source, client: string): void {
    const counters = accepted.get(source)
    const known = counters?.get(client)
    if (known) return known()
    const count = effects.metrics.counter('parvis_radius_accepted_total', 'Access-Accepts, by source and client', { source: source.name, client })
    counters?.set(client, count)
    count()
  }

  function rejected(reason: string, credential?: Credential, by?: Source): Answer {
    const write = refusalWords(reason, credential)
    return { code: CODES.accessReject, refused: reason, ...(write && { write }), ...(by && { by: by.name }) }
  }

  function tell(source: Source, decision: Decision, { client, credential }: Question): Answer {
    if (decision.kind === 'reject') return rejected(decision.reason, credential, source)
    const by = source.name
    if (decision.kind === 'accept' || decision.code === CODES.accessAccept) countAccepted(source, client.name)
    if (decision.kind === 'relay') {
      const refused = decision.code === CODES.accessReject && { refused: 'upstream_refused' }
      return { code: decision.code, write: (writer) => void writer.addAttributes(decision.attributes), ...refused, by }
    }
    return {
      code: CODES.accessAccept,
      write(writer) {
        credential.proof?.(writer)
        writeAuthorisation(writer, decision.authorisation)
      },
      by,
    }
  }

  function wait(source: Source, lane: Lane | undefined, decision: Promise<Decision>, question: Question): Answer | Promise<Answer> {
    const place = lane?.enter(effects.clock.monotonic())
    if (place === undefined) {
      decision.catch(() => undefined)
      return rejected('source_busy', question.credential, source)
    }
    const leave = (): void => lane?.leave(place)
    void decision.then(leave, leave)
    return decision.then((value) => tell(source, value, question))
  }

  function answer({ packet, client, address }: Request): Answer | Promise<Answer> {
    const userName = packet.read(A['User-Name'])
    if (userName === undefined) return rejected('user_name_absent')
    const credential = readCredential(packet, client, effects.random)
    if (typeof credential === 'string') return rejected(credential)
    const question: Question = { client, address, userName, credential, packet }
    for (const source of sources) {
      const decision = source.decide(question)
      if (decision) return decision instanceof Promise ? wait(source, lanes.get(source), decision, question) : tell(source, decision, question)
    }
    return rejected('user_unknown', credential)
  }

  /** As any other reject: the phone is told in its own protocol, and does not wait until it gives up (RFC 3579 §2.6.3, RFC 2548 §2.1.5). */
  function late({ packet, client }: Request): Answer {
    const credential = readCredential(packet, client, effects.random)
    return rejected('source_late', typeof credential === 'string' ? undefined : credential)
  }

  return { doubt: doubtAccess, answer, late, proves: () => true }
}
