/** Who may ask: found by source address, the longest prefix first. */
import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '#shared/errors.ts'
import { addressBlock, addressBytes, type AddressBlock } from './address-block.ts'
import { sharedSecret, type SharedSecret } from './authenticator.ts'
import type { Slots } from './duplicates.ts'
import { prefixTree, type PrefixTree } from './prefix-tree.ts'
import { rateLimit, type RateLimit } from './rate-limit.ts'
import type { ClientSettings } from './settings.ts'

/** Far more than the access points of a city ask, and a fraction of what one core answers: one that has gone mad leaves room for the others. */
const PACKETS_PER_SECOND = 10_000
/** RFC 5176 §3. */
const COA_PORT = 3799
/** A client may be a whole block: addresses beyond these are looked up each time. */
const MOST_KEPT_ADDRESSES = 65_536

export type Client = {
  readonly name: string
  readonly secret: SharedSecret
  readonly requireMessageAuthenticator: boolean
  readonly stationBound: boolean
  readonly allowance: RateLimit
  /** Where it takes Disconnect- and CoA-Requests. */
  readonly coaPort: number
}
/** One source address of a client, with the requests remembered for it. */
export type Peer = {
  readonly client: Client
  readonly slots: Slots
  /** The table of clients, counted over all replacements, in which `client` was found last. */
  table: number
}

export type ClientTable = {
  /** The client that an address belongs to; undefined for strangers. */
  find(address: string): Peer | undefined
  /** Remembers an address that has proved itself, so that the next packet costs one look-up. */
  keep(address: string, peer: Peer): void
  /**
   * Replaces all clients while packets come. One whose settings stay keeps its allowance and its remembered requests; what is being
   * decided for one that is gone is still answered, under the secret it was asked with.
   * @throws UsageError as `clientTable`; the old table then stays.
   */
  replace(clients: readonly ClientSettings[]): void
  names(): readonly string[]
}

/** One table of clients, as built from the settings. */
type Built = { readonly four: PrefixTree<Client>; readonly six: PrefixTree<Client>; readonly bySettings: ReadonlyMap<ClientSettings, Client> }

function parseBlock({ name, address }: ClientSettings): AddressBlock {
  const block = addressBlock(address)
  if (block) return block
  throw new UsageError('client_address', `RADIUS client ${name}: address must be an address or a block such as 192.0.2.0/24 or 2001:db8::/48`, { data: { client: name } })
}

function makeClient(settings: ClientSettings): Client {
  try {
    return {
      name: settings.name,
      secret: sharedSecret(settings.secret),
      requireMessageAuthenticator: settings.requireMessageAuthenticator ?? true,
      stationBound: settings.binding !== 'none',
      allowance: rateLimit(settings.packetsPerSecond ?? PACKETS_PER_SECOND),
      coaPort: settings.coaPort ?? COA_PORT,
    }
  } catch (cause) {
    throw new UsageError('client_secret', `RADIUS client ${settings.name}: the secret must have 1 to 1024 bytes`, { data: { client: settings.name }, cause })
  }
}

/** @param before whose clients are taken over where their settings have stayed the same. */
function build(clients: readonly ClientSettings[], before?: Built): Built {
  const stayed = new Map([...(before?.bySettings ?? [])].map((entry) => [`${entry[0].name} ${entry[0].address}`, entry]))
  const [four, six] = [prefixTree<Client>(), prefixTree<Client>()]
  const bySettings = new Map<ClientSettings, Client>()
  for (const settings of clients) {
    const { bytes, bits } = parseBlock(settings)
    const old = stayed.get(`${settings.name} ${settings.address}`)
    const client = old && isDeepStrictEqual(old[0], settings) ? old[1] : makeClient(settings)
    const taken = (bytes.length === 4 ? four : six).add(bytes, bits, client)
    if (taken) throw new UsageError('client_address', `RADIUS clients ${taken.name} and ${settings.name} have the same address`, { data: { client: settings.name } })
    bySettings.set(settings, client)
  }
  return { four, six, bySettings }
}

/** @throws UsageError `client_address` or `client_secret` naming the client. */
export function clientTable(clients: readonly ClientSettings[]): ClientTable {
  let built = build(clients)
  let table = 0
  const kept = new Map<string, Peer>()

  function search(address: string): Client | undefined {
    const bytes = addressBytes(address)
    return bytes && (bytes.length === 4 ? built.four : built.six).find(bytes)
  }

  /** @param known what was kept of this address before the clients were replaced. */
  function findAnew(address: string, known: Peer | undefined): Peer | undefined {
    const client = search(address)
    if (known && known.client === client) {
      known.table = table
      return known
    }
    if (known) kept.delete(address)
    return client && { client, slots: new Map(), table }
  }

  return {
    find(address) {
      const peer = kept.get(address)
      return peer?.table === table ? peer : findAnew(address, peer)
    },
    keep(address, peer) {
      if (kept.size < MOST_KEPT_ADDRESSES) kept.set(address, peer)
    },
    replace(next) {
      built = build(next, built)
      table++
      const living = new Set(built.bySettings.values())
      for (const [address, peer] of kept) if (!living.has(peer.client)) kept.delete(address)
    },
    names: () => [...built.bySettings.keys()].map(({ name }) => name),
  }
}
