// A city with a hub and gateways that are lent its vouchers, on one clock: sessions begin, report, are ended and are lost as they would be.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stationNames } from '#radius/access/station-names.ts'
import type { Decision } from '#radius/access/access.ts'
import { createLiveSessions, type LiveSessions } from '#radius/live-sessions.ts'
import type { AccountingReport, AccountingStore } from '#radius/nas.ts'
import { createCity, type City } from '#radius/vouchers/city.ts'
import { meteringVouchers } from '#radius/vouchers/metering.ts'
import { voucherHolder, voucherSource } from '#radius/vouchers/source.ts'
import { VOUCHER_MIGRATIONS } from '#radius/vouchers/table.ts'
import { createVouchers, type Vouchers } from '#radius/vouchers/vouchers.ts'
import { inlineWriter } from '#shared/db/durable-writer.ts'
import { openDb } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { generateDeviceKey, type DeviceKey } from '#shared/sign.ts'
import type { Hub } from '#portal/hub/main.ts'
import type { CityOrder } from '#portal/hub/vouchers/pool.ts'
import type { HubFetch } from '#portal/sync/hub-fetch.ts'
import { createLessor } from '#portal/sync/lessor.ts'
import type { MarksText } from '#portal/sync/voucher-marks.ts'
import { testEffects, townHub, type TestEffects } from '../journeys/delivery-parts.ts'
import { ask, pap } from './account-town.ts'
import { PROFILES } from './radius-town.ts'

const ORDER: CityOrder = { label: 'festival', count: 1, form: 'digits', seconds: undefined, octets: undefined, untilMinute: undefined, validMinutes: undefined, devices: 1, downKbps: undefined, upKbps: undefined }
const INTERIM_MS = 300_000

/** What happens to a question on its way: `mute` is heard and its answer is lost. */
export type Line = 'open' | 'cut' | 'mute'
export type Online = { readonly code: string; readonly station: string; readonly id: string; readonly startMs: number; readonly timeoutMs: number; reportedMs: number }

export type Gateway = {
  readonly name: string
  line: Line
  readonly online: Set<Online>
  /** Milliseconds online of each code, of sessions that are over. */
  readonly spentMs: Map<string, number>
  /** How many sessions were ended by us. */
  withdrawn: number
  readonly asked: { count: number }
  says(code: string, station?: string): Promise<Decision | undefined>
  /** `in` for whoever is online now, else why not. */
  signIn(code: string, station?: string): Promise<string>
  leave(session: Online, octets?: number): Promise<void>
  /** Hears from its hub which vouchers there are, as it does each hour. */
  hearMarks(): Promise<void>
  city(): City
  vouchers(): Vouchers
  /** The process dies and comes back; `reboot`: its sessions are gone too. */
  restart(reboot: boolean): Promise<void>
  close(): Promise<void>
}

export type VoucherTown = {
  readonly effects: TestEffects
  readonly hub: Hub
  readonly dir: string
  gateway(name: string): Promise<Gateway>
  make(order?: Partial<CityOrder>): Promise<string>
  /** Passes in quarters of a minute, as rounds do, or in steps of its own. */
  pass(ms: number, stepMs?: number): Promise<void>
  settle(): Promise<void>
  /** Milliseconds online everywhere so far. */
  onlineMs(code: string): number
  close(): Promise<void>
}

type Life = { readonly lessor: ReturnType<typeof createLessor>; readonly live: LiveSessions; readonly city: City; readonly vouchers: Vouchers; readonly source: ReturnType<typeof voucherSource>; close(): Promise<void> }

export async function voucherTown(): Promise<VoucherTown> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-vouchers-'))
  const effects = testEffects()
  const { clock } = effects
  const hub = await townHub(dir, effects)
  const gateways: Gateway[] = []

  function begin(name: string, device: DeviceKey, fetch: HubFetch, text: MarksText, withdraw: (holder: string) => void): Life {
    const path = join(dir, `${name}.vouchers.db`)
    const settings = { durability: 'relaxed', migrations: VOUCHER_MIGRATIONS, secureDelete: true } as const
    const disk = { durable: inlineWriter(path, settings), reader: openDb(path, settings) }
    const live = createLiveSessions(clock)
    const vouchers = createVouchers({ ...disk, device, clock, random: randomBytes, log: silentLog() })
    const lessor = createLessor({ url: hub.origin, device, hub: () => hub.publicKey, fetch }, text, effects)
    const city = createCity({ lessor, ...disk, live, withdraw, holderOf: voucherHolder, clock, random: randomBytes, log: silentLog() })
    const source = voucherSource({ vouchers, city, withdraw, live, profiles: PROFILES, clock, stationOf: stationNames(randomBytes) })
    return {
      lessor, live, city, vouchers, source,
      async close() {
        vouchers.close()
        await city.close()
        disk.reader.close()
        await disk.durable.close()
      },
    }
  }

  async function gateway(name: string): Promise<Gateway> {
    const device = generateDeviceKey()
    await hub.enrolOwn({ key: device, gateway: name, epoch: '00000000000000aa', model: 'test' })
    const origin = { client: 'local', address: '127.0.0.1' }
    const over: Promise<void>[] = []
    const fetch: HubFetch = async (url, init) => {
      if (one.line === 'cut') throw new Error('cut off')
      one.asked.count++
      const answer = await hub.fetch(url, init)
      if (one.line === 'mute') throw new Error('the answer was lost')
      return answer
    }
    let next = 0
    let marks: string | undefined
    const text: MarksText = { read: () => marks, keep: (told) => void (marks = told) }
    function withdraw(holder: string): void {
      for (const session of one.online) {
        if (life.source.holderOf?.(session.code) !== holder) continue
        one.withdrawn++
        over.push(one.leave(session))
      }
    }
    const accounting = () => meteringVouchers<AccountingStore>({ record: async () => undefined, alive: () => false }, life.vouchers)
    async function report(status: AccountingReport['status'], { code, station, id, startMs }: Online, inputOctets = 0): Promise<void> {
      const sessionSeconds = Math.round((clock.now() - startMs) / 1_000)
      const said: AccountingReport = { status, nasIdentifier: name, acctSessionId: id, userName: code, callingStationId: station, eventSeconds: Math.floor(clock.now() / 1_000), sessionSeconds, inputOctets }
      await accounting().record(origin, said, life.live.heard(origin, said, (user) => life.source.holderOf?.(user)))
    }
    const one: Gateway = {
      name, line: 'open', online: new Set(), spentMs: new Map(), withdrawn: 0, asked: { count: 0 },
      async says(code, station = '02-00-00-00-00-01') {
        const decision = life.source.decide(ask(code, pap(code), station))
        return decision instanceof Promise ? answered(decision, life) : decision
      },
      async signIn(code, station = '02-00-00-00-00-01') {
        const decision = life.source.decide(ask(code, pap(code), station))
        const settled = decision instanceof Promise ? await answered(decision, life) : decision
        if (settled?.kind !== 'accept') return settled?.kind === 'reject' ? settled.reason : 'nobody'
        const session: Online = { code, station, id: `${name}-${next++}`, startMs: clock.now(), timeoutMs: clock.now() + (settled.authorisation.sessionSeconds ?? 0) * 1_000, reportedMs: clock.now() }
        one.online.add(session)
        await report('start', session)
        return 'in'
      },
      async leave(session, octets) {
        if (!one.online.delete(session)) return
        one.spentMs.set(session.code, (one.spentMs.get(session.code) ?? 0) + Math.min(clock.now(), session.timeoutMs) - session.startMs)
        await report('stop', session, octets)
      },
      hearMarks: () => life.lessor.fetch(),
      city: () => life.city,
      vouchers: () => life.vouchers,
      async restart(reboot) {
        await life.close()
        if (reboot) for (const session of one.online) {
          one.online.delete(session)
          one.spentMs.set(session.code, (one.spentMs.get(session.code) ?? 0) + clock.now() - session.startMs)
        }
        life = begin(name, device, fetch, text, withdraw)
        for (const session of one.online) await report('interim', session)
      },
      close: () => life.close(),
    }
    /** A refused guess waits on the clock: it is moved for it, and for nobody else. */
    async function answered(decision: Promise<Decision>, { city }: Life): Promise<Decision> {
      const over = { done: false }
      const noted = decision.finally(() => (over.done = true))
      for (let n = 0; n < 50 && !over.done; n++) {
        await city.settled()
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (!over.done) clock.advance(2_000)
      return noted
    }
    let life = begin(name, device, fetch, text, withdraw)
    gateways.push(one)
    tended.push(async () => {
      for (const session of one.online) {
        if (clock.now() >= session.timeoutMs) await one.leave(session)
        else if (clock.now() - session.reportedMs >= INTERIM_MS) {
          session.reportedMs = clock.now()
          await report('interim', session)
        }
      }
      await life.city.settled()
      await Promise.all(over.splice(0))
    })
    return one
  }
  const tended: (() => Promise<void>)[] = []

  async function settle(): Promise<void> {
    for (const tend of tended) await tend()
  }
  return {
    effects, hub, dir, gateway, settle,
    async make(order = {}) {
      const codes = await hub.pool.make({ ...ORDER, ...order })
      return codes?.[0] ?? ''
    },
    async pass(ms, stepMs = 15_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        clock.advance(Math.min(left, stepMs))
        await settle()
      }
    },
    onlineMs(code) {
      return gateways.flatMap((one) => [one.spentMs.get(code) ?? 0, ...[...one.online].map((session) => (session.code === code ? clock.now() - session.startMs : 0))]).reduce((a, b) => a + b, 0)
    },
    async close() {
      for (const one of gateways) await one.close()
      await hub.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
