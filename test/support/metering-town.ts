// Vouchers with their source and their metering, on a clock that stands still; gone with its test.
import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { manualClock, type ManualClock } from '#shared/clock.ts'
import type { Decision } from '#radius/access/access.ts'
import type { Credential } from '#radius/access/credentials.ts'
import { stationNames } from '#radius/access/station-names.ts'
import { createLiveSessions } from '#radius/live-sessions.ts'
import type { AccountingReport, AccountingStore } from '#radius/nas.ts'
import { meteringVouchers } from '#radius/vouchers/metering.ts'
import { voucherSource } from '#radius/vouchers/source.ts'
import type { VoucherOrder } from '#radius/vouchers/vouchers.ts'
import { accountTown, ask, pap, removeTown } from './account-town.ts'
import { PROFILES, START_MS } from './radius-town.ts'

const ORIGIN = { client: 'local', address: '127.0.0.1' }
export const [PHONE, TABLET, LAPTOP] = ['02-00-00-00-00-01', '02-00-00-00-00-02', '02-00-00-00-00-03'] as const
export const ORDER: VoucherOrder = { label: 'festival', count: 1, form: 'digits', seconds: undefined, octets: undefined, untilMinute: undefined, devices: undefined }
export const DAY_MS = 86_400_000

export function town(options: Parameters<typeof accountTown>[1] & { clock?: ManualClock } = {}) {
  const clock = options.clock ?? manualClock(START_MS)
  const here = accountTown(clock, options)
  const { vouchers } = here
  const live = createLiveSessions(clock)
  const withdrawn: string[] = []
  const source = voucherSource({ vouchers, live, profiles: PROFILES, clock, stationOf: stationNames(randomBytes), withdraw: (holder) => void withdrawn.push(holder) })
  const stored: AccountingReport[] = []
  const books: AccountingStore = { record: async (_, report) => void stored.push(report), alive: () => false }
  const accounting = meteringVouchers(books, vouchers)
  let ended = false
  async function end(): Promise<void> {
    if (!ended) await here.close()
    ended = true
  }
  onTestFinished(async () => {
    await end()
    removeTown(here)
  })
  async function says(code: string, how: Credential = pap(code), station: string = PHONE): Promise<Decision | undefined> {
    const decision = source.decide(ask(code, how, station))
    if (decision instanceof Promise) clock.advance(2_000)
    return decision
  }
  async function said(...asked: Parameters<typeof says>): Promise<unknown> {
    const decision = await says(...asked)
    return decision?.kind === 'accept' ? decision.authorisation.sessionSeconds : decision?.kind === 'reject' ? decision.reason : decision
  }
  async function make(order: Partial<VoucherOrder> = {}): Promise<string> {
    const [code = ''] = await vouchers.make({ ...ORDER, ...order })
    return code
  }
  async function report(status: AccountingReport['status'], userName: string, some: Partial<AccountingReport> = {}): Promise<void> {
    const whole: AccountingReport = { status, userName, nasIdentifier: 'ap', acctSessionId: 's1', callingStationId: PHONE, eventSeconds: Math.floor(clock.now() / 1000), ...some }
    await accounting.record(ORIGIN, whole, live.heard(ORIGIN, whole, (name) => source.holderOf?.(name)))
  }
  return { ...here, clock, live, source, withdrawn, stored, says, said, make, report, end }
}

/** Rounds come each ten minutes; what they have begun ends in its own time. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= DAY_MS) {
    clock.advance(Math.min(left, DAY_MS))
    await new Promise((resolve) => setImmediate(resolve))
  }
}
