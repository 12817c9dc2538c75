/** The portal as a NAS: asks its RADIUS servers, the first that answers, and tells them what was used. */
import type { Effects } from '#shared/effects.ts'
import { MalformedError, UsageError } from '#shared/errors.ts'
import { ATTRIBUTES } from './attributes.ts'
import { sharedSecret, type SharedSecret } from './authenticator.ts'
import { readAuthorisation } from './authorisation.ts'
import type { Carry } from './client/carrier.ts'
import { PATIENCE, type Asked, type Patience } from './client/line.ts'
import { accessRequest, accountingRequest } from './client/requests.ts'
import { openServers } from './client/servers.ts'
import type { AccessAnswer, Nas } from './nas.ts'
import { AUTHENTICATOR_BYTES, CODES, type Packet } from './packet.ts'

/** One `[[radius.servers]]`. */
export type ServerSettings = { readonly address: string; readonly authPort: number; readonly acctPort: number; readonly secret: string }
export type NasSettings = {
  /** In the order in which they are asked. */
  readonly servers: readonly ServerSettings[]
  /** Sent with Status-Server; questions and reports carry their own. */
  readonly nasIdentifier: string
  readonly patience?: Partial<Patience>
  /** How packets get there: by UDP when left out. */
  readonly carry?: Carry | undefined
}

function readAnswer(reply: Packet): AccessAnswer {
  if (reply.code === CODES.accessAccept) return { kind: 'accept', authorisation: readAuthorisation(reply) }
  // A challenge asks for a second round that a captive page cannot have: as good as a reject (RFC 2865 §4.4).
  const message = reply.read(ATTRIBUTES['Reply-Message'])
  return message === undefined ? { kind: 'reject' } : { kind: 'reject', message }
}

/** @throws UsageError `radius_servers` when there is none or one has no secret. */
export async function createNas(settings: NasSettings, effects: Effects): Promise<Nas> {
  if (settings.servers.length === 0) throw new UsageError('radius_servers', 'no RADIUS server to ask: set radius.servers')
  const patience: Patience = { ...PATIENCE, ...settings.patience }
  const log = effects.log.scoped('radius')

  const options = { nasIdentifier: settings.nasIdentifier, patience, carry: settings.carry }
  const kept = settings.servers.map((server) => ({ ...server, secret: serverSecret(server) }))
  const auth = openServers(kept.map(({ address, authPort, secret }) => ({ address, port: authPort, secret })), { ...options, name: 'auth' }, effects)
  const acct = openServers(kept.map(({ address, acctPort, secret }) => ({ address, port: acctPort, secret })), { ...options, name: 'acct' }, effects)

  return {
    async access(question) {
      try {
        const make = (identifier: number, secret: SharedSecret): Asked => accessRequest(identifier, question, secret, effects.random(AUTHENTICATOR_BYTES))
        const heard = await auth.ask(make)
        return heard ? readAnswer(heard.reply) : { kind: 'silence' }
      } catch (error) {
        // A name or password that no packet can carry is nobody's; an Accept that we cannot read grants nothing.
        if (error instanceof MalformedError) return { kind: 'reject' }
        throw error
      }
    },
    async account(report) {
      try {
        return (await acct.ask((identifier, secret) => accountingRequest(identifier, report, secret))) !== undefined
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error
        log.error('accounting report does not fit a packet', { code: error.code })
        return false
      }
    },
    silent: () => settings.servers.every((_server, place) => auth.silent(place)),
    async close() {
      await Promise.all([auth.close(), acct.close()])
    },
  }
}

function serverSecret({ address, secret }: ServerSettings): SharedSecret {
  try {
    return sharedSecret(secret)
  } catch (cause) {
    throw new UsageError('radius_servers', `the RADIUS server ${address} needs a secret of 1 to 1024 bytes`, { cause })
  }
}
