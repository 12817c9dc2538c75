/** accounts.db as the server asks and changes it. Names reach no disk: a row is found by a keyed hash of the name. */
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { equalBytes } from '#shared/keyed-mac.ts'
import type { Credential } from '../access/credentials.ts'
import type { AccountKeys } from './keys.ts'
import { canonicalName } from './name.ts'
import type { AccountKind, AccountRow } from './row.ts'
import { openSecret } from './sealed-secret.ts'

/** About 250 bytes each. */
const MOST_CACHED = 131_072

/** What is needed to decide: from memory a machine's secret, from the database the means to check it. */
export type Account = {
  readonly kind: AccountKind
  /** Sessions at the same time; 0 is without limit, undefined what the profile says. */
  readonly sessions: number | undefined
  readonly secret: string | undefined
  readonly key: Buffer | undefined
  readonly verifier: Buffer | undefined
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
  /** Opened with ACCOUNT_MIGRATIONS and durability `full`; they belong to the caller. */
  readonly durable: DurableWriter
  readonly reader: Db
  readonly keys: AccountKeys
  /** Accounts kept in memory; 0 asks the database each time. Default 131,072. */
  readonly cached?: number
}

type FindRow = { kind: AccountKind; verifier: Buffer | null; sessions: number | null }
type ListRow = { key: string; kind: AccountKind; made_day: number; label: string; sessions: number | null }

const COLUMNS = 'key, kind, proof, verifier, made_day, label, sessions'
const PUT = (table: string): string => `insert or replace into ${table} (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)`

function putStatement(table: 'account' | 'account_staged', { key, kind, proof, verifier, madeDay, label, sessions }: AccountRow): Statement {
  return { sql: PUT(table), values: [key, kind, proof, verifier ?? null, madeDay, label, sessions ?? null] }
}

export function createAccounts({ durable, reader, keys, cached = MOST_CACHED }: AccountsParts): Accounts {
  const byKey = reader.prepare<[Buffer], FindRow>('select kind, verifier, sessions from account where key = ?')
  const proofOf = reader.prepare<[Buffer], Buffer>('select proof from account where key = ?').pluck()
  const people = reader.prepare<[], number>("select exists (select 1 from account where kind = 'person')").pluck()
  const listed = reader.prepare<[], ListRow>('select lower(hex(key)) as key, kind, made_day, label, sessions from account order by made_day, label, key')
  const beginning = reader.prepare<[string], string>("select lower(hex(key)) from account where lower(hex(key)) like ? || '%' limit 2").pluck()
  const staged = reader.prepare<[], { count: number; replaced: number }>('select count(*) as count, count(a.key) as replaced from account_staged s left join account a on a.key = s.key')
  // By the name as it was asked for. A change forgets them all: a change is rare, and finding one again takes microseconds.
  const known = new Map<string, Account>()
  let peopleKnown: boolean | undefined

  const nameKey = (userName: string): Buffer => keys.nameKey(canonicalName(userName))

  function secretOf(key: Buffer): string {
    const sealed = proofOf.get(key)
    return sealed ? openSecret(keys.sealing, key, sealed).toString() : ''
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
    const { kind, verifier } = row
    const sessions = row.sessions ?? undefined
    if (cached === 0) return { kind, sessions, secret: undefined, key, verifier: verifier ?? undefined }
    return remember(userName, { kind, sessions, secret: kind === 'machine' ? secretOf(key) : undefined, key: undefined, verifier: undefined })
  }

  async function change(...statements: Statement[]): Promise<void> {
    await durable.write(...statements)
    known.clear()
    peopleKnown = undefined
  }

  return {
    find: (userName) => known.get(userName) ?? read(userName),
    keyOf: (userName) => nameKey(userName).toString('hex'),
    has: (key) => byKey.get(Buffer.from(key, 'hex')) !== undefined,
    machineProves({ secret, key, verifier }, userName, credential) {
      if (secret !== undefined) return credential.proves(secret)
      const of = key ?? nameKey(userName)
      const password = credential.password?.()
      return password && verifier ? equalBytes(keys.verifier(of, password), verifier) : credential.proves(secretOf(of))
    },
    personHash(userName) {
      const key = nameKey(userName)
      const hash = byKey.get(key)?.kind === 'person' ? proofOf.get(key) : undefined
      return hash && { hash: hash.toString(), key, pepper: keys.pepper }
    },
    hasPeople: () => (peopleKnown ??= people.get() === 1),

    list: () => listed.all().map(({ key, kind, label, made_day, sessions }) => ({ key, kind, label, madeDay: made_day, sessions: sessions ?? undefined })),
    async put(row) {
      const replaced = byKey.get(row.key) !== undefined
      await change(putStatement('account', row))
      return replaced
    },
    beginImport: () => durable.write({ sql: 'delete from account_staged', values: [] }),
    gather: (rows) => durable.write(...rows.map((row) => putStatement('account_staged', row))),
    async finishImport() {
      const counts = staged.get() ?? { count: 0, replaced: 0 }
      await change({ sql: `insert or replace into account (${COLUMNS}) select ${COLUMNS} from account_staged`, values: [] }, { sql: 'delete from account_staged', values: [] })
      return counts
    },
    async remove(key) {
      const [found, another] = beginning.all(key)
      if (found === undefined || another !== undefined) return another === undefined ? undefined : 'several'
      await change({ sql: 'delete from account where key = ?', values: [Buffer.from(found, 'hex')] })
      return found
    },
  }
}
