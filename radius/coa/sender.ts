/** Asks foreign access servers to end or to change a session (RFC 5176): where the session's accounting comes from, by its client's secret. */
import type { Effects } from '#shared/effects.ts'
import { MalformedError } from '#shared/errors.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { SharedSecret } from '../authenticator.ts'
import { openLine, PATIENCE, type Asked, type Line, type Patience } from '../client/line.ts'
import type { ClientTable } from '../clients.ts'
import type { Origin } from '../nas.ts'
import { CODES, type Packet } from '../packet.ts'
import type { SessionChange } from './change.ts'
import { errorCause, type ErrorCause } from './error-causes.ts'
import { coaRequest, disconnectRequest, type NamedSession } from './requests.ts'

/** A batch of vouchers that is voided may have thousands of sessions; the others wait their turn. */
const MOST_AT_ONCE = 64

export type ForeignSession = NamedSession & { readonly origin: Origin }

export type Told =
  | { readonly kind: 'done' }
  /** Without a cause where the access server gave none, or one that the RFC does not know. */
  | { readonly kind: 'refused'; readonly cause: ErrorCause | undefined }
  /** No believable answer to any of three tries. */
  | { readonly kind: 'silent' }
  /** Its address belongs to none of our clients any more, so that there is no secret to speak by. */
  | { readonly kind: 'stranger' }

export type CoaSender = {
  disconnect(session: ForeignSession): Promise<Told>
  change(session: ForeignSession, change: SessionChange): Promise<Told>
  /** What is on its way ends as `silent`. */
  close(): Promise<void>
}

function told(reply: Packet | undefined): Told {
  if (!reply) return { kind: 'silent' }
  if (reply.code === CODES.disconnectAck || reply.code === CODES.coaAck) return { kind: 'done' }
  return { kind: 'refused', cause: causeOf(reply) }
}

function causeOf(reply: Packet): ErrorCause | undefined {
  try {
    return errorCause(reply.read(ATTRIBUTES['Error-Cause']) ?? 0)
  } catch (error) {
    // A refusal with a cause that cannot be read is a refusal.
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** At most `MOST_AT_ONCE` tasks at the same time. */
function turnstile(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let inside = 0
  return async function enter(task) {
    if (inside >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    else inside++
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else inside--
    }
  }
}

/** @param clients the server's own table: a secret that is changed there holds for the next request. */
export function createCoaSender(clients: Pick<ClientTable, 'find'>, effects: Effects, patience: Partial<Patience> = {}): CoaSender {
  const lines = new Set<Line>()
  const enter = turnstile()
  let closed = false

  async function ask({ origin }: ForeignSession, make: (identifier: number, secret: SharedSecret) => Asked): Promise<Told> {
    const client = clients.find(origin.address)?.client
    if (!client) return { kind: 'stranger' }
    if (closed) return { kind: 'silent' }
    // A socket of its own for each conversation: they are rare, and no late answer can meet another question.
    const line = openLine(origin.address, client.coaPort, { ...PATIENCE, ...patience }, effects)
    lines.add(line)
    try {
      return told(await line.ask((identifier) => make(identifier, client.secret)))
    } finally {
      lines.delete(line)
      await line.close()
    }
  }
  const nowSeconds = (): number => Math.floor(effects.clock.now() / 1000)

  return {
    disconnect: (session) => enter(() => ask(session, (identifier, secret) => disconnectRequest(identifier, session, secret, nowSeconds()))),
    change: (session, change) => enter(() => ask(session, (identifier, secret) => coaRequest(identifier, session, change, secret, nowSeconds()))),
    async close() {
      closed = true
      await Promise.all([...lines].map((line) => line.close()))
    },
  }
}
