/** accounts.db as the server asks and changes it. Names reach no disk: a row is found by a keyed hash of the name. */
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import type { Credential } from '../access/credentials.ts'
import { forgetOldest } from '../access/delays.ts'
import type { AccountKeys } from './keys.ts'
import { canonicalName } from './name.ts'
import type { AccountKind, AccountRow } from './row.ts'
import { openSecret } from './sealed-secret.ts'
import { COLUMNS, kindOf, PERSON, putStatement, sameCheck, type FindRow, type ListRow } from './table.ts'

/** Keys of removed accounts: 120 bytes each. */
const MOST_REMOVED = 16_384
/** About 250 bytes each. */
const MOST_CACHED = 131_072
/** A hundred thousand accounts; taken only as far as they are read. */
const PAGES_KIB = 16_000

export type Account = {
  readonly kind: AccountKind
  /** Sessions at the same time; 0 is without limit, undefined what the profile says. */
  readonly sessions: number | undefined
  /** A machine's, once it was needed or proved: then one comparison decides. */
  secret: string | undefined
  /** Until then, the means to check it. */
  key: Buffer | undefined
  checkHigh: number | undefined
  checkLow: number | undefined
}
/** An account as it may be shown. `key` has 32 hexadecimal digits. */
export type AccountListing = { readonly key: string; readonly kind: AccountKind; readonly madeDay: number; readonly label: string; readonly sessions: number | undefined }

export type Accounts = {
  /** The account of a User-Name. */
  find(userName: string): Account | undefined
  /** Stands for the account without its name: 32 hexadecimal digits. */
  keyOf(userName: string): string
  /** Whether there is an account with this key. */
  has(key: string): boolean
  /** Whether the account of a User-Name was removed since we started: what is left of its sessions is still nobody else's. */
  wasRemoved(userName: string): boolean
  /** Whether a machine's account is proved. @throws UnavailableError `account_sealed` */
  machineProves(account: Account, userName: string, credential: Credential): boolean
  /** A person's argon2id hash, with what is mixed into it; undefined when the account is gone. */
  personHash(userName: string): { readonly hash: string; readonly key: Buffer; readonly pepper: Buffer } | undefined
  /** Whether there is a person among them: then strangers are answered as slowly as people are (`password-checks.ts`). */
  hasPeople(): boolean

  list(): AccountListing[]
  /** Adds or replaces; holds from the moment it resolves. Resolves to whether there was one. */
  put(row: AccountRow): Promise<boolean>
  /** Forgets what was gathered before. */
  beginImport(): Promise<void>
  gather(rows: readonly AccountRow[]): Promise<void>
  /** All that was gathered becomes valid at once. Resolves to how many accounts that were, and how many of them there had been. */
  finishImport(): Promise<{ readonly count: number; readonly replaced: number }>
  /** Takes away the account whose key it is or begins with: its whole key; `several`, and nothing is done, when more begin alike. */
  remove(key: string): Promise<string | 'several' | undefined>
}

export type AccountsParts = {
  /** Opened with ACCOUNT_MIGRATIONS and durability `full`; closed by the caller, read by nobody else. */
  readonly durable: DurableWriter
  readonly reader: Db
  readonly keys: AccountKeys
  /** Accounts kept in memory; 0 asks the database each time. Default 131,072. */
  readonly cached?: number | undefined
}

export function createAccounts({ durable, reader, keys, cached = MOST_CACHED }: AccountsParts): Accounts {
  const byKey = reader.prepare<[Buffer], FindRow>('select kind, check_high, check_low, sessions from account where key = ?')
  const proofOf = reader.prepare<[Buffer], Buffer>('select proof from account where key = ?').pluck()
  const people = reader.prepare<[], number>(`select exists (select 1 from account where kind = ${PERSON})`).pluck()
  const listed = reader.prepare<[], ListRow>('select lower(hex(key)) as key, kind, made_day, label, sessions from account order by made_day, label, key')
  const beginning = reader.prepare<[string], string>("select lower(hex(key)) from account where lower(hex(key)) like ? || '%' limit 2").pluck()
  const staged = reader.prepare<[], { count: number; replaced: number }>('select count(*) as count, count(a.key) as replaced from account_staged s left join account a on a.key = s.key')
  // By the name as it was asked for. A change forgets them all: a change is rare, and finding one again takes microseconds.
  const known = new Map<string, Account>()
  const removed = new Set<string>()
  let peopleKnown: boolean | undefined

  /**
   * All reads see one state of the file, which only we change: a transaction of its own for each of them would cost a fifth of the
   * look-up. A state that is held keeps the write-ahead log from being used again, so every write lets go of it.
   */
  function renew(): void {
    if (reader.inTransaction) reader.exec('commit')
    reader.exec('begin')
  }

  const nameKey = (userName: string): Buffer => keys.nameKey(canonicalName(userName))

  /** Undefined when the account is gone: that proves nothing, where an empty secret would be proved by an empty password. */
  function secretOf(key: Buffer): string | undefined {
    const sealed = proofOf.get(key)
    return sealed && openSecret(keys.sealing, key, sealed).toString()
  }

  function remember(userName: string, account: Account): Account {
    const [oldest] = known.size >= cached ? known.keys() : []
    if (oldest !== undefined) known.delete(oldest)
    known.set(userName, account)
    return account
  }

  function read(userName: string): Account | undefined {
    const key = nameKey(userName)
    const row = byKey.get(key)
    if (!row) return undefined
    const account: Account = {
      kind: kindOf(row.kind), sessions: row.sessions ?? undefined, secret: undefined, key, checkHigh: row.check_high ?? undefined, checkLow: row.check_low ?? undefined,
    }
    return cached === 0 ? account : remember(userName, account)
  }

  function learn(account: Account, secret: string): void {
    account.secret = secret
    account.key = undefined
    account.checkHigh = undefined
    account.checkLow = undefined
  }

  async function write(...statements: Statement[]): Promise<void> {
    try {
      await durable.write(...statements)
    } finally {
      renew()
    }
  }

  async function change(...statements: Statement[]): Promise<void> {
    await write(...statements)
    known.clear()
    peopleKnown = undefined
    // Who was removed, and a password that was replaced, are to be on the disk no more; our own reading would keep the log.
    if (reader.inTransaction) reader.exec('commit')
    durable.forget()
    renew()
  }
  reader.pragma(`cache_size = -${PAGES_KIB}`)
  renew()

  return {
    find: (userName) => known.get(userName) ?? read(userName),
    keyOf: (userName) => nameKey(userName).toString('hex'),
    wasRemoved: (userName) => removed.size > 0 && removed.has(nameKey(userName).toString('hex')),
    has: (key) => byKey.get(Buffer.from(key, 'hex')) !== undefined,
    machineProves(account, userName, credential) {
      if (account.secret !== undefined) return credential.proves(account.secret)
      const key = account.key ?? nameKey(userName)
      const password = credential.password?.()
      if (!password) {
        const secret = secretOf(key)
        if (secret === undefined) return false
        learn(account, secret)
        return credential.proves(secret)
      }
      const right = sameCheck(keys.verifier(key, password), account)
      // What was just proved need not be unsealed, which costs ten times as much.
      if (right && cached > 0) learn(account, password.toString())
      return right
    },
    personHash(userName) {
      const key = nameKey(userName)
      const hash = byKey.get(key)?.kind === PERSON ? proofOf.get(key) : undefined
      return hash && { hash: hash.toString(), key, pepper: keys.pepper }
    },
    hasPeople: () => (peopleKnown ??= people.get() === 1),

    list: () => listed.all().map(({ key, kind, label, made_day, sessions }) => ({ key, kind: kindOf(kind), label, madeDay: made_day, sessions: sessions ?? undefined })),
    async put(row) {
      const replaced = byKey.get(row.key) !== undefined
      await change(putStatement('account', row))
      return replaced
    },
    beginImport: () => write({ sql: 'delete from account_staged', values: [] }),
    gather: (rows) => write(...rows.map((row) => putStatement('account_staged', row))),
    async finishImport() {
      const counts = staged.get() ?? { count: 0, replaced: 0 }
      await change({ sql: `insert or replace into account (${COLUMNS}) select ${COLUMNS} from account_staged`, values: [] }, { sql: 'delete from account_staged', values: [] })
      return counts
    },
    async remove(key) {
      const [found, another] = beginning.all(key)
      if (found === undefined || another !== undefined) return another === undefined ? undefined : 'several'
      await change({ sql: 'delete from account where key = ?', values: [Buffer.from(found, 'hex')] })
      removed.add(found)
      if (removed.size > MOST_REMOVED) forgetOldest(removed)
      return found
    },
  }
}
