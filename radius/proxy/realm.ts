/** One realm: its servers, what waits for them, and what they have said. */
import { MalformedError, UsageError } from '#shared/errors.ts'
import type { Effects } from '#shared/effects.ts'
import type { Decision } from '../access/access.ts'
import { sharedSecret, type SharedSecret } from '../authenticator.ts'
import type { Profile } from '../authorisation.ts'
import { openServers, type Heard } from '../client/servers.ts'
import { AUTHENTICATOR_BYTES, CODES, type Packet } from '../packet.ts'
import { createConversations } from './conversations.ts'
import type { Grants } from './grants.ts'
import { relayedReply } from './replies.ts'
import { hopOf, relayedAccess, relayedAccounting, type RelayedAccess } from './requests.ts'
import type { ProxyPatience, RealmSettings } from './settings.ts'

/** One that is dead must not take the places of the others, nor keep more memory than this many packets. */
export const MOST_OUTSTANDING = 512
const STATUS_NAME = 'parvis'

export type Realm = {
  readonly accounting: boolean
  /** @param secret of the client that asks. */
  decide(packet: Packet, secret: SharedSecret, profile: Profile): Promise<Decision> | Decision
  /** Whether the upstream acknowledged. */
  report(packet: Packet): Promise<boolean>
  close(): Promise<void>
}
export type RealmParts = {
  readonly mark: Uint8Array
  readonly ownsName: Grants['ownsName']
  readonly patience: ProxyPatience
}

const OUTCOMES: Readonly<Record<number, string>> = { [CODES.accessAccept]: 'accept', [CODES.accessReject]: 'reject', [CODES.accessChallenge]: 'challenge' }
const reject = (reason: string): Decision => ({ kind: 'reject', reason })

function secretOf({ realm, secret }: RealmSettings): SharedSecret {
  try {
    return sharedSecret(secret)
  } catch (cause) {
    throw new UsageError('upstream_secret', `radius.upstreams ${realm}: the secret must have 1 to 1024 bytes`, { data: { realm }, cause })
  }
}

/** @throws UsageError `upstream_secret`, `upstream_servers`. */
export function openRealm(settings: RealmSettings, { mark, ownsName, patience }: RealmParts, effects: Effects): Realm {
  const { realm, servers } = settings
  if (servers.length === 0) throw new UsageError('upstream_servers', `radius.upstreams ${realm}: servers names none`, { data: { realm } })
  const secret = secretOf(settings)
  const options = { nasIdentifier: STATUS_NAME, patience, withinMs: patience.withinMs }
  const auth = openServers(servers.map(({ address, authPort }) => ({ address, port: authPort, secret })), { ...options, name: `${realm} auth` }, effects)
  const acct = openServers(servers.map(({ address, acctPort }) => ({ address, port: acctPort, secret })), { ...options, name: `${realm} acct` }, effects)
  const conversations = createConversations(servers.length)
  const grants: Grants = { mayAssignNetwork: settings.mayAssignNetwork ?? false, ownsName }
  const count = (outcome: string): void =>
    effects.metrics.counter('parvis_radius_upstream_total', 'Requests relayed to upstream realms, by outcome', { realm, outcome })()
  let deciding = 0
  let reporting = 0

  function refuse(reason: string): Decision {
    count(reason)
    return reject(reason)
  }

  function answer({ reply, asked, server }: Heard<RelayedAccess>, packet: Packet, client: SharedSecret, profile: Profile): Decision {
    conversations.heard(reply, server)
    const attributes = relayedReply(reply, { from: asked.hop, to: hopOf(packet, client), grants, profile })
    count(OUTCOMES[reply.code] ?? 'reject')
    return { kind: 'relay', code: reply.code, attributes }
  }

  async function relay(packet: Packet, client: SharedSecret, profile: Profile): Promise<Decision> {
    const from = hopOf(packet, client)
    const make = (identifier: number): RelayedAccess => relayedAccess(identifier, packet, from, { authenticator: effects.random(AUTHENTICATOR_BYTES), secret }, mark)
    deciding++
    try {
      const heard = await auth.ask(make, conversations.serverOf(packet))
      return heard ? answer(heard, packet, client, profile) : refuse('upstream_silent')
    } catch (error) {
      // A request without room for our mark, a reply that grants what no packet can say: nobody is let in by them.
      if (error instanceof MalformedError) return refuse('upstream_malformed')
      throw error
    } finally {
      deciding--
    }
  }

  return {
    accounting: settings.accounting ?? true,
    decide: (packet, client, profile) => (deciding < MOST_OUTSTANDING ? relay(packet, client, profile) : refuse('upstream_busy')),
    async report(packet) {
      if (reporting >= MOST_OUTSTANDING) return false
      reporting++
      try {
        const heard = await acct.ask((identifier) => relayedAccounting(identifier, packet, secret, mark))
        count(heard ? 'acknowledged' : 'unacknowledged')
        return heard !== undefined
      } catch (error) {
        if (error instanceof MalformedError) return false
        throw error
      } finally {
        reporting--
      }
    },
    async close() {
      await Promise.all([auth.close(), acct.close()])
    },
  }
}
