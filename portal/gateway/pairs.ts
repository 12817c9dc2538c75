// Which hardware addresses spoke with a network address in the last minute: the kernel notes it from the frames themselves
// (ruleset.ts), while its neighbour table silently follows whoever spoke last.
import type { Clock } from '#shared/clock.ts'
import { parseMacAddress, type IpAddress, type MacAddress } from '#shared/personal.ts'
import { parseListing } from './elements.ts'
import type { NftWriter } from './nft-writer.ts'
import { TABLE } from './ruleset.ts'

/** A listing of N pairs takes N · 5 µs: it is asked for at most this often, and never for more than a twentieth of the time. */
const LEAST_FRESH_MS = 200
const PAUSE_FACTOR = 20
const LISTINGS = ['pair4', 'pair6'].map((set) => `list set ${TABLE} ${set}`)
const NONE: ReadonlySet<MacAddress> = new Set()

export type Pairs = {
  /** Everyone who claimed `address` lately; may be empty. @throws UnavailableError `enforcer` */
  claimants(address: IpAddress): Promise<ReadonlySet<MacAddress>>
}

function concatenated(val: unknown): readonly string[] {
  return typeof val === 'object' && val !== null && 'concat' in val && Array.isArray(val.concat) ? val.concat.map(String) : []
}

export function parsePairs(listings: readonly string[]): ReadonlyMap<string, ReadonlySet<MacAddress>> {
  const claims = new Map<string, Set<MacAddress>>()
  for (const { val } of listings.flatMap(parseListing)) {
    const [hardware = '', address = ''] = concatenated(val)
    const mac = parseMacAddress(hardware)
    if (mac === undefined) continue
    const known = claims.get(address)
    if (known) known.add(mac)
    else claims.set(address, new Set([mac]))
  }
  return claims
}

export function createPairs(reader: NftWriter, clock: Clock): Pairs {
  let claims: Promise<ReadonlyMap<string, ReadonlySet<MacAddress>>> | undefined
  let freshUntil = 0

  async function read(): Promise<ReadonlyMap<string, ReadonlySet<MacAddress>>> {
    const began = clock.monotonic()
    freshUntil = Infinity
    try {
      return parsePairs(await Promise.all(LISTINGS.map((line) => reader.run(line))))
    } catch (error) {
      claims = undefined
      throw error
    } finally {
      const ended = clock.monotonic()
      freshUntil = ended + Math.max(LEAST_FRESH_MS, PAUSE_FACTOR * (ended - began))
    }
  }

  return {
    async claimants(address) {
      if (claims === undefined || clock.monotonic() >= freshUntil) claims = read()
      return (await claims).get(address) ?? NONE
    },
  }
}
