/** Several servers that can do the same: asked in order, the silent ones last, until one gives a reply that is believed. */
import type { Cancel } from '#shared/clock.ts'
import type { Effects } from '#shared/effects.ts'
import type { SharedSecret } from '../authenticator.ts'
import { AUTHENTICATOR_BYTES, type Packet } from '../packet.ts'
import { watchHealth, type Health } from './health.ts'
import type { Carry } from './carrier.ts'
import { openLine, type Asked, type Conversation, type Line, type Patience } from './line.ts'
import { statusServer } from './requests.ts'

/** A server that answers some names and not others, such as one that asks further ones, must not fill the log. */
const TOLD_EVERY_MS = 60_000

export type ServerAddress = { readonly address: string; readonly port: number; readonly secret: SharedSecret }
export type ServersOptions = {
  /** What they are for, in the log: `auth`, `acct`. */
  readonly name: string
  /** Sent with Status-Server. */
  readonly nasIdentifier: string
  readonly patience: Patience
  /** After this a question ends without an answer, however many servers are left. Without it, when all were silent. */
  readonly withinMs?: number
  /** How packets get there: by UDP when left out. */
  readonly carry?: Carry | undefined
}
/** `server` is the place in the list of the one that answered. */
export type Heard<A extends Asked> = { readonly reply: Packet; readonly asked: A; readonly server: number }
export type Servers = {
  /**
   * Undefined when none answered in time, or after `close`. A server that was given up for the next is still listened to:
   * a slow answer counts as long as no other has come.
   * @param only the one server that may be asked, because it holds the beginning of this conversation.
   * @throws what `make` throws.
   */
  ask<A extends Asked>(make: (identifier: number, secret: SharedSecret) => A, only?: number): Promise<Heard<A> | undefined>
  /** Whether a server was silent when last asked. */
  silent(server: number): boolean
  close(): Promise<void>
}

type Way = { readonly line: Line; readonly secret: SharedSecret; readonly health: Health; readonly server: number }

export function openServers(addresses: readonly ServerAddress[], options: ServersOptions, effects: Effects): Servers {
  const { name, patience, withinMs } = options
  const log = effects.log.scoped('radius')
  const ways = addresses.map(openWay)
  let closed = false

  function openWay({ address, port, secret }: ServerAddress, server: number): Way {
    const line = openLine(address, port, patience, effects, doubter(server), options.carry)
    const status = (identifier: number): Asked => statusServer(identifier, secret, effects.random(AUTHENTICATOR_BYTES), options.nasIdentifier)
    const probe = async (): Promise<boolean> => (await line.ask(status, 1)) !== undefined
    const health = watchHealth(probe, patience, effects.clock, teller(server))
    effects.metrics.gauge('parvis_radius_server_silent', 'Whether a RADIUS server that we ask was silent, and is asked last', () => Number(health.silent), placeOf(server))
    return { line, secret, health, server }
  }

  /** By its place in the settings: neither log nor metrics name addresses. */
  function placeOf(server: number): { servers: string; server: string } {
    return { servers: name, server: String(server + 1) }
  }

  function teller(server: number): (silent: boolean) => void {
    let told = false
    let toldMs = -Infinity
    return function tell(silent) {
      const nowMs = effects.clock.monotonic()
      if (silent === told || (silent && nowMs - toldMs < TOLD_EVERY_MS)) return
      told = silent
      if (!silent) return log.info('server is asked in its turn again', placeOf(server))
      toldMs = nowMs
      log.warn('server is silent; the others are asked first', placeOf(server))
    }
  }

  /** Without this a server that leaves Message-Authenticator out looks like one that is silent. */
  function doubter(server: number): () => void {
    let toldMs = -Infinity
    return function doubt() {
      const nowMs = effects.clock.monotonic()
      if (nowMs - toldMs < TOLD_EVERY_MS) return
      toldMs = nowMs
      log.warn('server’s reply is not believed: no Message-Authenticator in it, or the secrets differ', placeOf(server))
    }
  }

  function inOrder(only: number | undefined): Way[] {
    if (only !== undefined) return ways.filter((way) => way.server === only)
    return [...ways.filter((way) => !way.health.silent), ...ways.filter((way) => way.health.silent)]
  }

  function ask<A extends Asked>(make: (identifier: number, secret: SharedSecret) => A, only?: number): Promise<Heard<A> | undefined> {
    const left = inOrder(only)
    const begun: { readonly way: Way; readonly conversation: Conversation }[] = []
    return new Promise((resolve, reject) => {
      let over = false
      let listening = 0
      const cancel: Cancel = withinMs === undefined ? () => undefined : effects.clock.after(withinMs, () => giveUp())

      function end(tell: () => void): void {
        if (over) return
        over = true
        cancel()
        for (const { conversation } of begun) conversation.stop()
        tell()
      }
      function giveUp(): void {
        if (over) return
        if (!closed) for (const { way } of begun) way.health.sawSilence()
        end(() => resolve(undefined))
      }
      function next(): void {
        if (over) return
        const way = left.shift()
        if (way) return askOne(way)
        if (withinMs === undefined || listening === 0) giveUp()
      }
      function silence(way: Way): void {
        if (!closed) way.health.sawSilence()
        next()
      }
      function askOne(way: Way): void {
        // Where time sets the end, the last one is asked again until then.
        const tries = withinMs !== undefined && left.length === 0 ? Infinity : patience.tries
        try {
          const { asked, ...conversation } = way.line.begin((identifier) => make(identifier, way.secret), () => silence(way), tries)
          begun.push({ way, conversation })
          listening++
          void conversation.reply.then((reply) => {
            listening--
            if (!reply || !asked) return next()
            way.health.sawReply()
            end(() => resolve({ reply, asked, server: way.server }))
          })
        } catch (error) {
          end(() => reject(error))
        }
      }
      next()
    })
  }

  return {
    ask,
    silent: (server) => ways[server]?.health.silent ?? true,
    async close() {
      closed = true
      for (const { health } of ways) health.close()
      await Promise.all(ways.map(({ line }) => line.close()))
    },
  }
}
