// What `parvis account` and `parvis voucher` ask for, of the running server or of the files themselves.
import { accountFromJson } from '#radius/accounts/row.ts'
import { CODE_FORMS } from '#radius/vouchers/code.ts'
import type { VoucherOrder } from '#radius/vouchers/vouchers.ts'
import { UsageError } from '#shared/errors.ts'
import type { Action } from '../control/server.ts'
import type { Users } from './users.ts'

/** What a running server does beside, when an account or a batch is no more. */
export type Withdrawal = {
  /** Begins to end the sessions of an account; how many there are. */
  account(holder: string): number
  /** Ends the sessions of vouchers that are void, in its own time. */
  vouchers(): void
}
const NOBODY_ONLINE: Withdrawal = { account: () => 0, vouchers: () => undefined }

const MOST_SECONDS = 10 * 366 * 86_400
const MOST_KBPS = 10_000_000

function numberOf(value: unknown, name: string, least: number, most: number): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) throw new UsageError('voucher', `${name} must be a whole number from ${least} to ${most}`)
  return value
}

/** @throws UsageError `voucher`. */
function readOrder({ label, count, form, seconds, octets, untilMinute, devices, validMinutes, downKbps, upKbps }: Readonly<Record<string, unknown>>): VoucherOrder {
  const wanted = CODE_FORMS.find((one) => one === form)
  if (typeof label !== 'string' || !wanted) throw new UsageError('voucher', 'a label and a form are needed')
  return {
    label,
    form: wanted,
    count: numberOf(count, 'count', 1, Number.MAX_SAFE_INTEGER) ?? 1,
    seconds: numberOf(seconds, 'seconds', 1, MOST_SECONDS),
    octets: numberOf(octets, 'octets', 1, Number.MAX_SAFE_INTEGER),
    untilMinute: numberOf(untilMinute, 'untilMinute', 0, Number.MAX_SAFE_INTEGER),
    devices: numberOf(devices, 'devices', 0, 1_000),
    validMinutes: numberOf(validMinutes, 'validMinutes', 1, MOST_SECONDS / 60),
    downKbps: numberOf(downKbps, 'downKbps', 1, MOST_KBPS),
    upKbps: numberOf(upKbps, 'upKbps', 1, MOST_KBPS),
  }
}

export function userActions({ accounts, vouchers }: Pick<Users, 'accounts' | 'vouchers'>, withdrawal: Withdrawal = NOBODY_ONLINE): ReadonlyMap<string, Action> {
  async function remove({ nameKey, key }: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    // A name comes before the beginning of a key that is spelled alike.
    const byName = await accounts.remove(String(nameKey))
    const removed = byName ?? (typeof key === 'string' ? await accounts.remove(key) : undefined)
    if (removed === undefined || removed === 'several') return { removed: false, several: removed === 'several' }
    return { removed: true, key: removed, sessions: withdrawal.account(`account:${removed}`) }
  }

  return new Map<string, Action>([
    ['account put', async ({ account }) => ({ replaced: await accounts.put(accountFromJson(account)) })],
    ['account import begin', async () => accounts.beginImport()],
    ['account import rows', async ({ accounts: rows }) => accounts.gather(Array.isArray(rows) ? rows.map(accountFromJson) : [])],
    ['account import finish', async () => accounts.finishImport()],
    ['account list', () => ({ accounts: accounts.list() })],
    ['account remove', remove],
    ['voucher make', async (order) => ({ codes: await vouchers.make(readOrder(order)) })],
    ['voucher list', () => ({ batches: vouchers.list() })],
    [
      'voucher void',
      async ({ label }) => {
        const count = await vouchers.void(String(label))
        withdrawal.vouchers()
        return { count: count ?? null }
      },
    ],
  ])
}
