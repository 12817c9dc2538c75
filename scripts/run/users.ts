// Who may sign in with a name or a code: accounts and vouchers on disk, as a running server and the commands open them.
import { join } from 'node:path'
import { createAccounts, type Accounts } from '#radius/accounts/accounts.ts'
import { accountKeys } from '#radius/accounts/keys.ts'
import { ACCOUNT_MIGRATIONS } from '#radius/accounts/row.ts'
import { VOUCHER_MIGRATIONS } from '#radius/vouchers/table.ts'
import { createVouchers, type Vouchers } from '#radius/vouchers/vouchers.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import type { Effects } from '#shared/effects.ts'
import { openDisk, type DiskStore } from './ground.ts'

export type Users = { readonly accounts: Accounts; readonly vouchers: Vouchers; /** vouchers.db, for what is lent of the city’s. */ readonly vouchersDisk: DiskStore; close(): Promise<void> }

export type UsersOptions = {
  /** Accounts kept in memory. */
  readonly cached?: number
  /** False for commands, where a stalled loop hurts nobody. Default true. */
  readonly pooled?: boolean
}

/** @param data the data directory, whose lock the caller holds. */
export async function openUsers(data: string, effects: Pick<Effects, 'clock' | 'log' | 'random'>, { cached, pooled = true }: UsersOptions = {}): Promise<Users> {
  const device = deviceKeyAt(join(data, 'device.key'))
  const disks: DiskStore[] = []
  async function open(name: string, migrations: readonly string[]): Promise<DiskStore> {
    const disk = await openDisk(join(data, name), { migrations, secureDelete: true }, pooled)
    disks.push(disk)
    return disk
  }
  async function closeDisks(): Promise<void> {
    for (const disk of disks) await disk.close()
  }
  try {
    const accounts = createAccounts({ ...(await open('accounts.db', ACCOUNT_MIGRATIONS)), keys: accountKeys(device), cached })
    const vouchersDisk = await open('vouchers.db', VOUCHER_MIGRATIONS)
    const vouchers = createVouchers({ ...vouchersDisk, device, ...effects })
    return {
      accounts,
      vouchers,
      vouchersDisk,
      async close() {
        vouchers.close()
        await closeDisks()
      },
    }
  } catch (error) {
    await closeDisks()
    throw error
  }
}
