// What `ip neigh` and `ip monitor neigh` print, made into facts. Pure.
import { canonicalIp, parseMacAddress, type IpAddress, type MacAddress } from '#shared/personal.ts'

/** One line about one neighbour; without `mac` it has gone or never answered. */
export type Neighbour = { readonly address: IpAddress; readonly device: string; readonly mac: MacAddress | undefined; readonly present: boolean }

/** States in which the kernel has just heard the neighbour itself (ip-neighbour(8)). STALE only says that it once did. */
const HEARD = new Set(['REACHABLE', 'DELAY', 'PROBE'])
const HARDWARE_GROUP = /^(?:33:33|01:00:5e)/i

/** `192.0.2.7 dev lan0 lladdr 02:… REACHABLE`, `Deleted …`, `… FAILED`; undefined for any other line and for groups. */
export function parseNeighbour(line: string): Neighbour | undefined {
  const words = line.trim().split(/\s+/)
  const gone = words[0] === 'Deleted'
  const [address, dev, device] = gone ? words.slice(1) : words
  if (address === undefined || dev !== 'dev' || device === undefined || !/^[0-9a-f.:]+$/i.test(address)) return undefined
  const hardware = words[words.indexOf('lladdr') + 1] ?? ''
  if (HARDWARE_GROUP.test(hardware)) return undefined
  const mac = gone ? undefined : parseMacAddress(hardware)
  return { address: canonicalIp(address), device, mac, present: mac !== undefined && HEARD.has(words.at(-1) ?? '') }
}

/** More than the kernel's own table ever holds (gc_thresh3 is 1,024 by default). */
const MOST_ADDRESSES = 65_536

export type NeighbourTable = {
  /** Takes in a line. @returns the device when it is new at this address. */
  put(neighbour: Neighbour): MacAddress | undefined
  /** Who has the address, by interface: a link-local address may have one owner on each network. */
  at(address: IpAddress): ReadonlyMap<string, MacAddress>
  /** All addresses of a device. Who never asks pays nothing: the other way round is kept from the first question on. */
  of(mac: MacAddress): readonly IpAddress[]
  clear(): void
}

const NOBODY: ReadonlyMap<string, MacAddress> = new Map()

export function createNeighbourTable(lan: readonly string[]): NeighbourTable {
  const owners = new Map<IpAddress, Map<string, MacAddress>>()
  const ours = new Set(lan)
  let addresses: Map<MacAddress, Set<IpAddress>> | undefined

  function note(address: IpAddress, mac: MacAddress): void {
    const known = addresses?.get(mac)
    if (known) known.add(address)
    else addresses?.set(mac, new Set([address]))
  }
  /** Only when no interface has the device at this address any more. */
  function forget(address: IpAddress, mac: MacAddress | undefined): void {
    if (mac === undefined || [...(owners.get(address)?.values() ?? [])].includes(mac)) return
    const known = addresses?.get(mac)
    known?.delete(address)
    if (known?.size === 0) addresses?.delete(mac)
  }
  return {
    put({ address, device, mac }) {
      if (!ours.has(device)) return undefined
      const known = owners.get(address)
      if (mac === undefined) {
        const before = known?.get(device)
        known?.delete(device)
        if (known?.size === 0) owners.delete(address)
        forget(address, before)
        return undefined
      }
      if (known?.get(device) === mac) return undefined
      const before = known?.get(device)
      if (known) known.set(device, mac)
      else if (owners.size < MOST_ADDRESSES) owners.set(address, new Map([[device, mac]]))
      else return mac
      forget(address, before)
      note(address, mac)
      return mac
    },
    at: (address) => owners.get(address) ?? NOBODY,
    of(mac) {
      if (!addresses) {
        addresses = new Map()
        for (const [address, known] of owners) for (const owner of known.values()) note(address, owner)
      }
      return [...(addresses.get(mac) ?? [])]
    },
    clear() {
      owners.clear()
      addresses?.clear()
    },
  }
}
