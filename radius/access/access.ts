/** Access-Request: which credential it shows, which source knows its user, what that source says. */
import type { Effects } from '#shared/effects.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { writeAuthorisation } from '../authorisation.ts'
import type { Client } from '../clients.ts'
import type { Holder, HolderOf } from '../live-sessions.ts'
import type { Authorisation } from '../nas.ts'
import { CODES, type Packet } from '../packet.ts'
import type { Answer, Request, Service } from '../server.ts'
import { doubtAccess } from '../trust.ts'
import { readCredential, type Credential } from './credentials.ts'

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
  /** `reason` is counted and logged, never sent: whoever guesses learns nothing from it. */
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

export function accessService(sources: readonly Source[], effects: Pick<Effects, 'metrics' | 'random'>): Service {
  const accepted = new Map(
    sources.map(({ name }) => [name, effects.metrics.counter('parvis_radius_accepted_total', 'Access-Accepts, by source', { source: name })]),
  )

  function rejected(reason: string, credential?: Credential): Answer {
    return { code: CODES.accessReject, refused: reason, ...(credential?.refusal && { write: credential.refusal }) }
  }

  function tell(source: Source, decision: Decision, { credential }: Question): Answer {
    if (decision.kind === 'reject') return rejected(decision.reason, credential)
    if (decision.kind === 'accept' || decision.code === CODES.accessAccept) accepted.get(source.name)?.()
    if (decision.kind === 'relay') return { code: decision.code, write: (writer) => void writer.addAttributes(decision.attributes) }
    return {
      code: CODES.accessAccept,
      write(writer) {
        credential.proof?.(writer)
        writeAuthorisation(writer, decision.authorisation)
      },
    }
  }

  function answer({ packet, client, address }: Request): Answer | Promise<Answer> {
    const userName = packet.read(A['User-Name'])
    if (userName === undefined) return rejected('user_name_absent')
    const credential = readCredential(packet, client, effects.random)
    if (typeof credential === 'string') return rejected(credential)
    const question: Question = { client, address, userName, credential, packet }
    for (const source of sources) {
      const decision = source.decide(question)
      if (decision) return decision instanceof Promise ? decision.then((value) => tell(source, value, question)) : tell(source, decision, question)
    }
    return rejected('user_unknown', credential)
  }

  return { doubt: doubtAccess, answer, late: () => rejected('source_late'), proves: () => true }
}
