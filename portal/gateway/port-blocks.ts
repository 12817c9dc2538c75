// Each session's own ports of the public address, so that a log of sessions answers what only a log of flows could answer otherwise.
// A table of its own: only a legal profile that keeps a log makes it.
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'
import { blockCount, FIRST_SESSION_PORT } from '../legal/port-pool.ts'
import { createNftWriter, type NftWriter } from './nft-writer.ts'
import { checkInterface } from './policy.ts'
import { run } from './programs.ts'

export const PORTS_TABLE = 'ip parvis_ports'
/** What the gateway itself sends, and whatever has no block: never mistaken for a session. */
const OWN_PORTS = '1024-4999'
const MOST_SESSIONS = 65_536
/** Ahead of whatever address translation the machine has of its own: the first that decides has decided. */
const PRIORITY = 'srcnat - 10'

export type PortBlocksSettings = { readonly lan: readonly string[]; readonly wan: readonly string[]; readonly ports: number }

const chainOf = (from: number): string => `b${from}`

/** The table as one batch: what exists keeps its elements, and with them its sessions. IPv6 is not translated. */
export function portTable({ lan, wan, ports }: PortBlocksSettings): string {
  for (const name of [...lan, ...wan]) checkInterface(name)
  const blocks = Array.from({ length: blockCount(ports) }, (_, n) => FIRST_SESSION_PORT + n * ports)
  const names = (list: readonly string[]) => `{ ${list.map((name) => `"${name}"`).join(', ')} }`
  const out = wan.length > 0 ? `oifname ${names(wan)}` : `oifname != ${names([...lan, 'lo'])}`
  return [
    `table ${PORTS_TABLE} {`,
    `  map blocks { type mark : verdict; size ${MOST_SESSIONS}; }`,
    ...blocks.map((from) => `  chain ${chainOf(from)} { }`),
    `  chain leaving { type nat hook postrouting priority ${PRIORITY}; policy accept; }`,
    '}',
    ...blocks.flatMap((from) => [`flush chain ${PORTS_TABLE} ${chainOf(from)}`, `add rule ${PORTS_TABLE} ${chainOf(from)} meta l4proto { tcp, udp } masquerade to :${from}-${from + ports - 1}`, `add rule ${PORTS_TABLE} ${chainOf(from)} masquerade`]),
    `flush chain ${PORTS_TABLE} leaving`,
    `add rule ${PORTS_TABLE} leaving ${out} ct mark vmap @blocks`,
    `add rule ${PORTS_TABLE} leaving ${out} meta l4proto { tcp, udp } masquerade to :${OWN_PORTS}`,
    `add rule ${PORTS_TABLE} leaving ${out} masquerade`,
    '',
  ].join('\n')
}

export function blockLine(mark: number, from: number): string {
  const element = `{ ${mark} : goto ${chainOf(from)} }`
  return `add element ${PORTS_TABLE} blocks ${element}`
}

export function freeLine(mark: number, from: number): string {
  const element = `{ ${mark} : goto ${chainOf(from)} }`
  // Deleting what is not there would fail the line.
  return `add element ${PORTS_TABLE} blocks ${element}; delete element ${PORTS_TABLE} blocks ${element}`
}

/** @throws (all) UnavailableError `enforcer` when nft does not take it. */
export type PortBlocks = {
  start(): Promise<void>
  /** From now on the flows of `mark` leave from this block. */
  give(mark: number, from: number): Promise<void>
  take(mark: number, from: number): Promise<void>
  stop(): Promise<void>
}

/** Where nothing is translated: demonstrations, tests. */
export function noPortBlocks(): PortBlocks {
  const nothing = async (): Promise<void> => {}
  return { start: nothing, give: nothing, take: nothing, stop: nothing }
}

export function nftablesPortBlocks(settings: PortBlocksSettings, effects: Effects, writer: NftWriter = createNftWriter(effects)): PortBlocks {
  return {
    async start() {
      const { code, stderr } = await run('nft', ['-f', '-'], portTable(settings))
      if (code !== 0) throw new UnavailableError('enforcer', `nft did not take the table of ports: ${stderr.split('\n')[0] ?? ''}`)
    },
    give: async (mark, from) => void (await writer.run(blockLine(mark, from))),
    take: async (mark, from) => void (await writer.run(freeLine(mark, from))),
    stop: () => writer.stop(),
  }
}
