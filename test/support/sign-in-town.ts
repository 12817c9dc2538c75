// A portal town whose RADIUS server knows vouchers and accounts, and a clock that runs while somebody waits.
import { randomBytes } from 'node:crypto'
import { accountSource, strangerSource } from '#radius/accounts/source.ts'
import { createPasswordChecks } from '#radius/accounts/password-checks.ts'
import { stationNames } from '#radius/access/station-names.ts'
import { createLiveSessions } from '#radius/live-sessions.ts'
import { oneProfile } from '#radius/profiles.ts'
import { meteringVouchers } from '#radius/vouchers/metering.ts'
import { voucherSource } from '#radius/vouchers/source.ts'
import type { VoucherOrder } from '#radius/vouchers/vouchers.ts'
import { formsOf } from '#scripts/town/phone.ts'
import type { Clock } from '#shared/clock.ts'
import { accountTown, removeTown, type AccountTown } from './account-town.ts'
import { portalTown, type Answer, type Phone, type PortalTown, type PortalTownOptions, type TownUsers } from './portal-town.ts'

const STEP_MS = 6
const STEP_EVERY_MS = 2
const ORDER: VoucherOrder = { label: 'bons', count: 1, form: 'letters', seconds: 3_600, octets: undefined, untilMinute: undefined, devices: undefined }

export type SignInTown = PortalTown & {
  readonly users: AccountTown
  vouchers(order?: Partial<VoucherOrder>): Promise<string[]>
  /** Lets the town's clock run until somebody has waited long enough. */
  passing<Result>(waited: Promise<Result>): Promise<Result>
  /** Opens the page, fills the form of a way to sign in, sends it. */
  signIn(phone: Phone, method: string, fields?: Readonly<Record<string, string>>, path?: string): Promise<Answer>
}

/** The fields of one way's form, as a browser would send them untouched. */
export function wayFields(page: string, method: string): Record<string, string> {
  const form = formsOf(page).find(({ fields }) => fields['method'] === method)
  if (!form) throw new Error(`the page has no form for ${method}`)
  return { ...form.fields }
}

/** The re-entry code that a page shows. */
export function codeOn(page: string): string {
  const code = /<p class="code"[^>]*><b>([0-9a-z]{5}-[0-9a-z]{5})<\/b>/.exec(page)?.[1]
  if (code === undefined) throw new Error('no re-entry code on the page')
  return code
}

export async function signInTown(options: PortalTownOptions = {}): Promise<SignInTown> {
  let accounts: AccountTown | undefined
  function users(clock: Clock): TownUsers {
    const here = (accounts = accountTown(clock))
    const live = createLiveSessions(clock)
    const profiles = oneProfile(options.profile ?? { sessionSeconds: 7_200 })
    const parts = { live, profiles, stationOf: stationNames(randomBytes) }
    const checks = createPasswordChecks(clock)
    return {
      live,
      sources: [voucherSource({ ...parts, vouchers: here.vouchers, clock }), accountSource({ ...parts, accounts: here.accounts, checks })],
      last: strangerSource({ ...parts, accounts: here.accounts, checks }),
      metering: (store) => meteringVouchers(store, here.vouchers),
    }
  }
  const town = await portalTown({ ...options, users, settings: { methods: ['click', 'voucher', 'account', 'reentry'], ...options.settings } })
  if (!accounts) throw new Error('the town has no users')
  const known = accounts

  function passing<Result>(waited: Promise<Result>): Promise<Result> {
    const timer = setInterval(() => town.clock.advance(STEP_MS), STEP_EVERY_MS)
    return waited.finally(() => clearInterval(timer))
  }

  return {
    ...town,
    users: known,
    passing,
    vouchers: (order) => known.vouchers.make({ ...ORDER, ...order }),
    async signIn(phone, method, fields = {}, path = '/') {
      const page = await phone.get(path)
      return passing(phone.post('/connect', { ...wayFields(page.body, method), ...fields }))
    },
    async close() {
      await town.close()
      await known.close()
      removeTown(known)
    },
  }
}
