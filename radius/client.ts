/** The portal as a NAS: asks its RADIUS servers, the first that answers, and tells them what was used. */
import type { Effects } from '#shared/effects.ts'
import { MalformedError, UsageError } from '#shared/errors.ts'
import { ATTRIBUTES } from './attributes.ts'
import { sharedSecret, type SharedSecret } from './authenticator.ts'
import { readAuthorisation } from './authorisation.ts'
import { watchHealth, type Health } from './client/health.ts'
import { openLine, PATIENCE, type Asked, type Line, type Patience } from './client/line.ts'
import { accessRequest, accountingRequest, statusServer } from './client/requests.ts'
import type { AccessAnswer, Nas } from './nas.ts'
import { CODES, type Packet } from './packet.ts'

const AUTHENTICATOR_BYTES = 16

/** One `[[radius.servers]]`. */
export type ServerSettings = { readonly address: string; readonly authPort: number; readonly acctPort: number; readonly secret: string }
export type NasSettings = {
  /** In the order in which they are asked. */
  readonly servers: readonly ServerSettings[]
  /** Sent with Status-Server; questions and reports carry their own. */
  readonly nasIdentifier: string
  readonly patience?: Partial<Patience>
}

type Way = { readonly line: Line; readonly secret: SharedSecret; readonly health: Health }

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

  function openWay(server: ServerSettings, port: number): Way {
    const line = openLine(server.address, port, patience, effects)
    const secret = serverSecret(server)
    const status = (identifier: number): Asked => statusServer(identifier, secret, effects.random(AUTHENTICATOR_BYTES), settings.nasIdentifier)
    const probe = async (): Promise<boolean> => (await line.ask(status, 1)) !== undefined
    return { line, secret, health: watchHealth(probe, patience, effects.clock) }
  }
  const auth = settings.servers.map((server) => openWay(server, server.authPort))
  const acct = settings.servers.map((server) => openWay(server, server.acctPort))

  /** Asks one server after the other, those that were silent last. */
  async function ask(ways: readonly Way[], make: (identifier: number, secret: SharedSecret) => Asked): Promise<Packet | undefined> {
    const inOrder = [...ways.filter((way) => !way.health.silent), ...ways.filter((way) => way.health.silent)]
    for (const { line, secret, health } of inOrder) {
      const reply = await line.ask((identifier) => make(identifier, secret))
      if (reply) {
        health.sawReply()
        return reply
      }
      if (!closed) health.sawSilence()
    }
    return undefined
  }

  let closed = false
  return {
    async access(question) {
      try {
        const make = (identifier: number, secret: SharedSecret): Asked => accessRequest(identifier, question, secret, effects.random(AUTHENTICATOR_BYTES))
        const reply = await ask(auth, make)
        return reply ? readAnswer(reply) : { kind: 'silence' }
      } catch (error) {
        // A name or password that no packet can carry is nobody's; an Accept that we cannot read grants nothing.
        if (error instanceof MalformedError) return { kind: 'reject' }
        throw error
      }
    },
    async account(report) {
      try {
        return (await ask(acct, (identifier, secret) => accountingRequest(identifier, report, secret))) !== undefined
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error
        log.error('accounting report does not fit a packet', { code: error.code })
        return false
      }
    },
    async close() {
      closed = true
      for (const { health } of [...auth, ...acct]) health.close()
      await Promise.all([...auth, ...acct].map(({ line }) => line.close()))
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
