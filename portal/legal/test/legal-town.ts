// A legal desk with its two holders, on a clock that stands still and a disk of its own.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { UnavailableError } from '#shared/errors.ts'
import { createMetrics } from '#shared/metrics.ts'
import type { IpAddress, MacAddress } from '#shared/personal.ts'
import type { PortBlocks } from '../../gateway/port-blocks.ts'
import { SESSION_MIGRATIONS } from '../../migrations.ts'
import { createAlarms, type Alarms } from '../alarms.ts'
import { daysFrom, makeHolderA, makeHolderB, readHolderA, readHolderB, readSecretA, readSecretB, type HolderFiles } from '../holder-keys.ts'
import type { LegalSession } from '../hook.ts'
import { createLegalDesk, type LegalDesk } from '../legal-desk.ts'
import { PROFILES } from '../profile.ts'
import { createSealedLog, type HolderKeys } from '../sealed-log.ts'
import { askHolderA, openAsHolderB, type Answer, type Request } from '../search.ts'

export const START_MS = Date.UTC(2026, 10, 23, 10)
export const PUBLIC = '203.0.113.7'

export type LegalTown = {
  readonly desk: LegalDesk
  readonly clock: ManualClock
  readonly alarms: Alarms
  readonly dir: string
  readonly a: HolderFiles
  readonly b: HolderFiles
  /** Marks with their blocks, as the kernel would have them. */
  readonly kernel: Map<number, number>
  /** The kernel's table of ports: while it is away it takes no block. */
  readonly table: { there: boolean }
  /** Addresses that the neighbour table tells, by MAC. */
  readonly addresses: Map<string, readonly string[]>
  /** Swaps the keys that the gateway has. */
  setKeys(keys: HolderKeys): void
  /** Lines of a day's file. */
  lines(day?: string): string[]
  /** Every byte under the data directory. */
  disk(): string
  /** The two holders together. */
  answer(request: Partial<Request>, ...days: string[]): Promise<Answer>
  /** The process stops and another takes up the runtime directory; with `boot` the power went too. */
  restart(boot?: string): Promise<void>
  /** The process is killed, with whatever it had not written; another finds these sessions, and no others. */
  kill(...left: readonly string[]): Promise<void>
  close(): Promise<void>
}

export async function legalTown(options: { readonly keyDays?: number; readonly ports?: number } = {}): Promise<LegalTown> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-legal-'))
  const clock = manualClock(START_MS)
  const effects = { clock, random: randomBytes, log: silentLog(), metrics: createMetrics() }
  const alarms = createAlarms(effects)
  const [a, b] = [makeHolderA(daysFrom('2026-11-23', options.keyDays ?? 99)), makeHolderB()]
  let keys: HolderKeys = { a: readHolderA(a.public), b: readHolderB(b.public) }
  const kernel = new Map<number, number>()
  const table = { there: true }
  const addresses = new Map<string, readonly string[]>()
  const blocks: PortBlocks = {
    start: async () => {},
    give: async (mark, from) => {
      if (!table.there) throw new UnavailableError('enforcer', 'nft refused: No such file or directory')
      kernel.set(mark, from)
    },
    take: async (mark) => void kernel.delete(mark),
    stop: async () => {},
  }
  let volatile: Db = openDb(':memory:', { durability: 'volatile', migrations: SESSION_MIGRATIONS })
  let boot = 'boot-1'

  function open(): LegalDesk {
    const log = createSealedLog({ directory: join(dir, 'legal'), keys: () => keys, retentionDays: PROFILES.fr.retention.traffic, effects, alarms })
    return createLegalDesk({ profile: PROFILES.fr, log, blocks, ports: options.ports ?? 60, addressesOf: (mac) => (addresses.get(mac) ?? []) as IpAddress[], publicAddress: () => PUBLIC, volatile, effects, alarms, boot })
  }
  const killed: LegalDesk[] = []
  let desk = open()
  await desk.start(() => true)
  const lines = (day = '2026-11-23'): string[] => readFileSync(join(dir, 'legal', `${day}.jwe`), 'utf8').split('\n').filter((line) => line !== '')

  return {
    get desk() {
      return desk
    },
    clock, alarms, dir, a, b, kernel, table, addresses, lines,
    setKeys: (other) => void (keys = other),
    disk: () => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => readFileSync(join(one.parentPath, one.name), 'latin1')).join(''),
    async answer(request, ...days) {
      const whole = { address: PUBLIC, at: clock.now(), toleranceMs: 1_000, reference: 'réquisition 1', ...request }
      const half = await askHolderA(readSecretA(a.secret), whole, (days.length > 0 ? days : ['2026-11-23']).flatMap((day) => lines(day)))
      return openAsHolderB(readSecretB(b.secret), readHolderA(a.public), half)
    },
    async restart(next) {
      await desk.close()
      if (next !== undefined) {
        boot = next
        volatile.close()
        volatile = openDb(':memory:', { durability: 'volatile', migrations: SESSION_MIGRATIONS })
        kernel.clear()
      }
      desk = open()
      await desk.start(() => true)
    },
    async kill(...left) {
      killed.push(desk)
      desk = open()
      await desk.start((id) => left.includes(id))
    },
    async close() {
      for (const one of [...killed, desk]) await one.close()
      volatile.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export function sessionNumber(n: number, startedMs: number): LegalSession {
  return { id: `session-${n}`, mac: (0x02_00_00_00_00_00 + n).toString(16).padStart(12, '0') as MacAddress, mark: n + 1, site: 'default', startedMs }
}
