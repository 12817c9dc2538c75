// The measured side: `parvis run --role radius` as a city starts it, by the launcher, on directories of its own.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ACCOUNT_MIGRATIONS, type AccountKind, type AccountRow } from '#radius/accounts/row.ts'
import { accountKeys } from '#radius/accounts/keys.ts'
import { createAccounts } from '#radius/accounts/accounts.ts'
import { sealAccount } from '#radius/accounts/seal-account.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { startInstance } from '../../instance.ts'
import { openDisk } from '../../run/ground.ts'
import { SERVER_CORE } from './process.ts'
import { CLIENT, password, personName, personPassword, SECRET, userName } from './town.ts'

/** Access points in as many blocks, besides the one that asks. */
export const CLIENTS = 1_000
/** The generator is one client: what stops a single access server that has gone mad must not stop it. */
const PACKETS_PER_SECOND = 1_000_000
const AT_ONCE = 1_000

export type OursOptions = {
  /** Machine secrets that it knows. */
  readonly users?: number
  /** People, whose passwords it keeps as argon2id. */
  readonly people?: number
  readonly cores?: string
  /** Default: any free ones. Two servers on the same ports share them. */
  readonly ports?: { readonly auth: number; readonly acct: number }
  /** 0 reads every account from its database when it is asked for. */
  readonly cachedAccounts?: number
}
export type Ours = {
  readonly pid: number
  readonly auth: number
  readonly acct: number
  readonly data: string
  readonly runtime: string
  readonly tokenKey: string
  log(): string
  stop(): Promise<void>
}

function settings(tokenKey: string, { cachedAccounts }: OursOptions): string {
  const client = (name: string, address: string, secret: string): string =>
    `[[radius.clients]]\nname = "${name}"\naddress = "${address}"\nsecret = "${secret}"\npackets_per_second = ${PACKETS_PER_SECOND}\n`
  const blocks = Array.from({ length: CLIENTS }, (_, index) => client(`ap-${index}`, `10.${index >> 8}.${index & 255}.0/24`, `secret-of-${index}`))
  const cached = cachedAccounts === undefined ? '' : `cached_accounts = ${cachedAccounts}\n`
  return [`[radius]\ntoken_key = "${tokenKey}"\nhost = ["127.0.0.1"]\nreuse_port = true\n${cached}`, client(CLIENT, '127.0.0.0/8', SECRET), ...blocks].join('\n')
}

/** Writes accounts.db as `parvis account import` would. */
async function seed(data: string, { users = 0, people = 0 }: OursOptions): Promise<void> {
  const keys = accountKeys(deviceKeyAt(join(data, 'device.key')))
  const disk = await openDisk(join(data, 'accounts.db'), { migrations: ACCOUNT_MIGRATIONS })
  const accounts = createAccounts({ durable: disk.durable, reader: disk.reader, keys })
  const row = (kind: AccountKind, name: string, pass: string): Promise<AccountRow> =>
    sealAccount(keys, { kind, name, password: pass, label: '', sessions: 0 }, 0, randomBytes)
  await accounts.beginImport()
  for (let from = 0; from < users; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, users - from)
    await accounts.gather(await Promise.all(Array.from({ length }, (_, index) => row('machine', userName(from + index), password(from + index)))))
  }
  await accounts.gather(await Promise.all(Array.from({ length: people }, (_, index) => row('person', personName(index), personPassword(index)))))
  await accounts.finishImport()
  await disk.close()
}

export async function startOurs(options: OursOptions = {}): Promise<Ours> {
  const data = mkdtempSync(join(tmpdir(), 'parvis-bench-'))
  const runtime = mkdtempSync('/dev/shm/parvis-bench-')
  const tokenKey = randomBytes(16).toString('hex')
  const remove = (): void => [data, runtime].forEach((place) => rmSync(place, { recursive: true, force: true }))
  try {
    await seed(data, options)
    const config = join(data, 'parvis.toml')
    writeFileSync(config, settings(tokenKey, options), { mode: 0o600 })
    const { auth = 0, acct = 0 } = options.ports ?? {}
    const instance = await startInstance({
      data,
      runtime,
      prefix: ['taskset', '-c', options.cores ?? SERVER_CORE],
      args: ['--role', 'radius', '--config', config, `--radius.auth_port=${auth}`, `--radius.acct_port=${acct}`],
    })
    async function stop(): Promise<void> {
      await instance.stop()
      remove()
    }
    return { pid: instance.pid, auth: instance.ports['radius_auth'] ?? 0, acct: instance.ports['radius_acct'] ?? 0, data, runtime, tokenKey, log: instance.log, stop }
  } catch (error) {
    remove()
    throw error
  }
}
