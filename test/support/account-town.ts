// Accounts and vouchers of a test town: on real files, with a server in front of them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { accountKeys, type AccountKeys } from '#radius/accounts/keys.ts'
import { createAccounts, type Accounts } from '#radius/accounts/accounts.ts'
import { ACCOUNT_MIGRATIONS } from '#radius/accounts/row.ts'
import { sealAccount, type NewAccount } from '#radius/accounts/seal-account.ts'
import { VOUCHER_MIGRATIONS } from '#radius/vouchers/table.ts'
import { createVouchers, type Vouchers } from '#radius/vouchers/vouchers.ts'
import type { Question } from '#radius/access/access.ts'
import type { Credential } from '#radius/access/credentials.ts'
import { ATTRIBUTES } from '#radius/attributes.ts'
import { clientTable } from '#radius/clients.ts'
import { openPacket } from '#radius/packet.ts'
import { PacketWriter } from '#radius/packet-writer.ts'
import type { Clock } from '#shared/clock.ts'
import { inlineWriter } from '#shared/db/durable-writer.ts'
import { openDb } from '#shared/db/open.ts'
import { silentLog } from '#shared/log.ts'
import { generateDeviceKey, type DeviceKey } from '#shared/sign.ts'

const random = (length: number): Buffer => randomBytes(length)

export type AccountTown = {
  readonly dir: string
  readonly device: DeviceKey
  readonly keys: AccountKeys
  readonly accounts: Accounts
  readonly vouchers: Vouchers
  add(account: Partial<NewAccount> & Pick<NewAccount, 'name' | 'password'>): Promise<void>
  close(): Promise<void>
}

/** @param dir an earlier town's, after a restart. */
export function accountTown(clock: Clock, options: { readonly cached?: number; readonly dir?: string; readonly device?: DeviceKey } = {}): AccountTown {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'parvis-accounts-'))
  const device = options.device ?? generateDeviceKey()
  const keys = accountKeys(device)
  const open = (name: string, migrations: readonly string[]) => {
    const path = join(dir, name)
    const settings = { durability: 'full', migrations, secureDelete: true } as const
    return { durable: inlineWriter(path, settings), reader: openDb(path, settings) }
  }
  const disks = { accounts: open('accounts.db', ACCOUNT_MIGRATIONS), vouchers: open('vouchers.db', VOUCHER_MIGRATIONS) }
  const accounts = createAccounts({ ...disks.accounts, keys, ...(options.cached === undefined ? {} : { cached: options.cached }) })
  const vouchers = createVouchers({ ...disks.vouchers, device, clock, random, log: silentLog() })
  return {
    dir, device, keys, accounts, vouchers,
    async add(account) {
      await accounts.put(await sealAccount(keys, { kind: 'machine', label: '', sessions: undefined, ...account }, 20_000, random))
    },
    async close() {
      vouchers.close()
      for (const { durable, reader } of Object.values(disks)) {
        reader.close()
        await durable.close()
      }
    },
  }
}

export function removeTown({ dir }: AccountTown): void {
  rmSync(dir, { recursive: true, force: true })
}

/** As PAP, CHAP and MS-CHAPv2 show themselves to a source. */
export function pap(password: string): Credential {
  return { kind: 'pap', proves: (secret) => secret === password, password: () => Buffer.from(password) }
}
export function chap(password: string): Credential {
  return { kind: 'chap', proves: (secret) => secret === password }
}

export function ask(userName: string, credential: Credential, station: string | undefined = '02-00-00-00-00-01'): Question {
  const client = clientTable([{ name: 'local', address: '127.0.0.1', secret: 'x' }]).find('127.0.0.1')?.client
  if (!client) throw new TypeError('the test town has a client')
  const writer = new PacketWriter().begin(1, 1)
  writer.addIf(ATTRIBUTES['Calling-Station-Id'], station === '' ? undefined : station)
  writer.bytes.writeUInt16BE(writer.end, 2)
  return { client, address: '127.0.0.1', userName, credential, packet: openPacket(Buffer.from(writer.bytes.subarray(0, writer.end))) }
}
