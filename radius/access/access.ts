/** Access-Request: which credential it shows, which source knows its user, what that source says. */
import type { Effects } from '#shared/effects.ts'
import { ATTRIBUTES } from '../attributes.ts'
import { writeAuthorisation } from '../authorisation.ts'
import type { Authorisation } from '../nas.ts'
import { CODES, type Packet } from '../packet.ts'
import type { Client } from '../clients.ts'
import type { Answer, Request, Service } from '../server.ts'
import { doubtAccess } from '../trust.ts'
import { readCredential, type Credential } from './credentials.ts'

const A = ATTRIBUTES

/** What a source is asked. */
export type Question = {
  readonly client: Client
  readonly userName: string
  readonly credential: Credential
  /** For a source that needs more than the name: Calling-Station-Id, NAS-Identifier … Its bytes live as long as the question. */
  readonly packet: Packet
}
export type Decision =
  | { readonly kind: 'accept'; readonly authorisation: Authorisation }
  /** `reason` is counted and logged, never sent: whoever guesses learns nothing from it. */
  | { readonly kind: 'reject'; readonly reason: string }

/** Who knows users: portal tokens; accounts and upstream realms are further rows. */
export type Source = {
  readonly name: string
  /**
   * Undefined, at once, when the user is not of this source: then the next is asked. Otherwise a decision, at once or within 3 s;
   * later ones are thrown away and the request is rejected.
   */
  decide(question: Question): Decision | Promise<Decision> | undefined
}

function rejected(reason: string): Answer {
  return { code: CODES.accessReject, refused: reason }
}

export function accessService(sources: readonly Source[], effects: Pick<Effects, 'metrics'>): Service {
  const accepted = new Map(
    sources.map(({ name }) => [name, effects.metrics.counter('parvis_radius_accepted_total', 'Access-Accepts, by source', { source: name })]),
  )

  function tell(source: Source, decision: Decision): Answer {
    if (decision.kind === 'reject') return rejected(decision.reason)
    accepted.get(source.name)?.()
    return { code: CODES.accessAccept, write: (writer) => writeAuthorisation(writer, decision.authorisation) }
  }

  function answer({ packet, client }: Request): Answer | Promise<Answer> {
    const userName = packet.read(A['User-Name'])
    if (userName === undefined) return rejected('user_name_absent')
    const credential = readCredential(packet, client)
    if (!credential) return rejected('credential_not_offered')
    const question = { client, userName, credential, packet }
    for (const source of sources) {
      const decision = source.decide(question)
      if (decision) return decision instanceof Promise ? decision.then((value) => tell(source, value)) : tell(source, decision)
    }
    return rejected('user_unknown')
  }

  return { doubt: doubtAccess, answer, late: () => rejected('source_late'), proves: () => true }
}
