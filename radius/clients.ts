/** Who may ask: found by source address, the longest prefix first. */
import { isIP } from 'node:net'
import { UsageError } from '#shared/errors.ts'
import { sharedSecret, type SharedSecret } from './authenticator.ts'
import type { Slots } from './duplicates.ts'
import { rateLimit, type RateLimit } from './rate-limit.ts'
import type { ClientSettings } from './settings.ts'
import { ipv6Bytes } from './values.ts'

/** More than one core answers, so it stops nobody until it is lowered for a client. */
const PACKETS_PER_SECOND = 100_000
/** A client may be a whole block: addresses beyond these are looked up each time. */
const MOST_KEPT_ADDRESSES = 65_536

export type Client = {
  readonly name: string
  readonly secret: SharedSecret
  readonly requireMessageAuthenticator: boolean
  readonly stationBound: boolean
  readonly allowance: RateLimit
}
/** One source address of a client, with the requests remembered for it. */
export type Peer = { readonly client: Client; readonly slots: Slots }

export type ClientTable = {
  /** The client that an address belongs to; undefined for strangers. */
  find(address: string): Peer | undefined
  /** Remembers an address that has proved itself, so that the next packet costs one look-up. */
  keep(address: string, peer: Peer): void
  /** Replaces all clients while packets come. @throws UsageError as `clientTable`; the old table then stays. */
  replace(clients: readonly ClientSettings[]): void
  names(): readonly string[]
}

type Block = { readonly family: 4 | 6; readonly bits: number; readonly key: string }
type Level = { readonly family: 4 | 6; readonly bits: number; readonly clients: Map<string, Client> }

function addressBytes(address: string): Buffer | undefined {
  const family = isIP(address)
  if (family === 4) return Buffer.from(address.split('.').map(Number))
  return family === 6 ? ipv6Bytes(address) : undefined
}

/** The first `bits` of an address, as a key. */
function prefixKey(address: Buffer, bits: number): string {
  const prefix = Buffer.from(address.subarray(0, Math.ceil(bits / 8)))
  const spare = prefix.length * 8 - bits
  if (spare > 0) prefix[prefix.length - 1] = (prefix.at(-1) ?? 0) & (0xff << spare)
  return prefix.toString('hex')
}

function parseBlock({ name, address }: ClientSettings): Block {
  const [host = '', length, extra] = address.split('/')
  const bytes = addressBytes(host)
  const most = (bytes?.length ?? 0) * 8
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : most + 1
  if (!bytes || bits > most || extra !== undefined) {
    throw new UsageError('client_address', `RADIUS client ${name}: address must be an address or a block such as 192.0.2.0/24 or 2001:db8::/48`, { data: { client: name } })
  }
  return { family: bytes.length === 4 ? 4 : 6, bits, key: prefixKey(bytes, bits) }
}

function makeClient(settings: ClientSettings): Client {
  try {
    return {
      name: settings.name,
      secret: sharedSecret(settings.secret),
      requireMessageAuthenticator: settings.requireMessageAuthenticator ?? true,
      stationBound: settings.binding !== 'none',
      allowance: rateLimit(settings.packetsPerSecond ?? PACKETS_PER_SECOND),
    }
  } catch (cause) {
    throw new UsageError('client_secret', `RADIUS client ${settings.name}: the secret must have 1 to 1024 bytes`, { data: { client: settings.name }, cause })
  }
}

function buildLevels(clients: readonly ClientSettings[]): Level[] {
  const levels = new Map<string, Level>()
  for (const settings of clients) {
    const { family, bits, key } = parseBlock(settings)
    const name = `${family}/${bits}`
    const level = levels.get(name) ?? { family, bits, clients: new Map<string, Client>() }
    levels.set(name, level)
    const taken = level.clients.get(key)
    if (taken) throw new UsageError('client_address', `RADIUS clients ${taken.name} and ${settings.name} have the same address`, { data: { client: settings.name } })
    level.clients.set(key, makeClient(settings))
  }
  return [...levels.values()].sort((a, b) => b.bits - a.bits)
}

/** @throws UsageError `client_address` or `client_secret` naming the client. */
export function clientTable(clients: readonly ClientSettings[]): ClientTable {
  let levels = buildLevels(clients)
  let known = clients
  const kept = new Map<string, Peer>()

  function search(address: string): Client | undefined {
    const bytes = addressBytes(address)
    const family = bytes?.length === 4 ? 4 : 6
    for (const level of levels) {
      const client = bytes && level.family === family ? level.clients.get(prefixKey(bytes, level.bits)) : undefined
      if (client) return client
    }
    return undefined
  }

  return {
    find(address) {
      const peer = kept.get(address)
      if (peer) return peer
      const client = search(address)
      return client && { client, slots: new Map() }
    },
    keep(address, peer) {
      if (kept.size < MOST_KEPT_ADDRESSES) kept.set(address, peer)
    },
    replace(next) {
      levels = buildLevels(next)
      known = next
      kept.clear()
    },
    names: () => known.map((client) => client.name),
  }
}
