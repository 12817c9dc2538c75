import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { accountKeys } from '#radius/accounts/keys.ts'
import { canonicalName } from '#radius/accounts/name.ts'
import { ACCOUNT_KINDS, accountToJson, isAccountKind, MOST_LABEL_CHARACTERS, MOST_SESSIONS, type AccountKind } from '#radius/accounts/row.ts'
import { machineSecret, sealAccount } from '#radius/accounts/seal-account.ts'
import type { AccountListing } from '#radius/accounts/accounts.ts'
import { systemClock } from '#shared/clock.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { UsageError } from '#shared/errors.ts'
import { readImportFile, sealAll } from './account-import.ts'
import type { Command, Invocation, Io } from './command.ts'
import { wholeNumber } from './numbers.ts'
import { readTyped, type Wanted } from './secret-input.ts'
import { withUsers, withUsersThere } from './users.ts'
import { verbOf } from './words.ts'

const DAY_MS = 86_400_000
/** Of a key's 32 digits; enough for tens of thousands of accounts. */
const SHOWN_KEY_DIGITS = 10
/** A request to the server holds a megabyte; an account less than 2 kB. */
const ROWS_PER_REQUEST = 400
const PROGRESS_MS = 2_000

const today = (): number => Math.floor(systemClock().now() / DAY_MS)
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

function textOf({ options }: Invocation, name: string): string | undefined {
  const value = options.get(name)
  return typeof value === 'string' ? value : undefined
}

function kindOf(invocation: Invocation, usual: AccountKind | undefined): AccountKind {
  const kind = textOf(invocation, 'kind') ?? usual
  if (!isAccountKind(kind)) throw new UsageError('usage', `--kind must be ${ACCOUNT_KINDS.join(' or ')}`)
  return kind
}

function common(invocation: Invocation): { label: string; sessions: number | undefined } {
  const label = textOf(invocation, 'label') ?? ''
  if (label.length > MOST_LABEL_CHARACTERS) throw new UsageError('usage', `--label has at most ${MOST_LABEL_CHARACTERS} characters`)
  return { label, sessions: wholeNumber(invocation, 'sessions', 0, MOST_SESSIONS) }
}

const NAME: Wanted = { what: 'Name', hidden: false }
/** For a name that is not on the command line, which every process can read. */
const ASKED = '-'

async function add(word: string, invocation: Invocation, io: Io): Promise<number> {
  const kind = kindOf(invocation, 'person')
  const given = kind === 'person' || invocation.options.has('secret-stdin')
  const asked = word === ASKED
  const typed = await readTyped([...(asked ? [NAME] : []), ...(given ? [{ what: kind === 'person' ? 'Password' : 'Secret', hidden: true }] : [])], io)
  const name = (asked ? typed[0] : word) ?? ''
  const password = (given ? typed.at(-1) : machineSecret(randomBytes)) ?? ''
  const settings = { name, kind, password, ...common(invocation) }
  return withUsers(io, async (ask, data) => {
    const row = await sealAccount(accountKeys(deviceKeyAt(join(data, 'device.key'))), settings, today(), randomBytes)
    const replaced = (await ask('account put', { account: accountToJson(row) }))['replaced'] === true
    const key = row.key.toString('hex')
    if (invocation.options.has('json')) io.out(`${JSON.stringify({ key, kind, replaced, ...(given ? {} : { secret: password }) })}\n`)
    else {
      io.out(`${replaced ? 'The account has a new password' : 'The account is there'} (${kind}, key ${key.slice(0, SHOWN_KEY_DIGITS)}).\n`)
      if (!given) io.out(`Its secret, shown this once:\n${password}\n`)
    }
    return 0
  })
}

async function importFile(path: string, invocation: Invocation, io: Io): Promise<number> {
  const kind = kindOf(invocation, undefined)
  const file = readImportFile(path, kind)
  const settings = { kind, ...common(invocation), madeDay: today() }
  const clock = systemClock()
  let toldMs = clock.monotonic()
  function progress(done: number): void {
    if (clock.monotonic() - toldMs < PROGRESS_MS) return
    toldMs = clock.monotonic()
    io.err(`${done} of ${file.accounts.length} passwords are hashed\n`)
  }
  return withUsers(io, async (ask, data) => {
    const rows = await sealAll(accountKeys(deviceKeyAt(join(data, 'device.key'))), file, settings, randomBytes, progress)
    await ask('account import begin')
    for (let at = 0; at < rows.length; at += ROWS_PER_REQUEST) await ask('account import rows', { accounts: rows.slice(at, at + ROWS_PER_REQUEST).map(accountToJson) })
    const { count, replaced } = await ask('account import finish')
    const { repeated } = file
    if (invocation.options.has('json')) io.out(`${JSON.stringify({ count, replaced, repeated })}\n`)
    else io.out(`${String(count)} ${count === 1 ? 'account is' : 'accounts are'} imported; ${String(replaced)} of them were there before${repeated > 0 ? `, ${repeated} ${repeated === 1 ? 'line was' : 'lines were'} replaced by later ones` : ''}.\n`)
    return 0
  })
}

function listText(accounts: readonly AccountListing[]): string {
  const sessions = ({ sessions: most }: AccountListing): string => (most === undefined ? '-' : most === 0 ? 'any' : String(most))
  const rows = accounts.map((one) => `${one.key.slice(0, SHOWN_KEY_DIGITS)}  ${one.kind.padEnd(7)}  ${dateOf(one.madeDay)}  ${sessions(one).padStart(8)}  ${one.label}`.trimEnd())
  return ['key         kind     made        sessions  label', ...rows, `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}. Their names are not stored: remove takes a name or a key.`, ...(accounts.some(({ sessions: most }) => most === undefined) ? ['Sessions "-": as many as the profile says; without one, a person has one and a machine any number.'] : [])].join('\n')
}

async function list(_word: string, invocation: Invocation, io: Io): Promise<number> {
  return withUsersThere(io, async (ask) => {
    const accounts = (await ask('account list'))['accounts'] as AccountListing[]
    const shown = accounts.map(({ key, kind, madeDay, label, sessions }) => ({ key, kind, made: dateOf(madeDay), label, sessions: sessions ?? null }))
    io.out(invocation.options.has('json') ? `${JSON.stringify({ accounts: shown })}\n` : `${listText(accounts)}\n`)
    return 0
  })
}

async function remove(word: string, invocation: Invocation, io: Io): Promise<number> {
  const [which = ''] = word === ASKED ? await readTyped([NAME], io) : [word]
  return withUsersThere(io, async (ask, data) => {
    const nameKey = accountKeys(deviceKeyAt(join(data, 'device.key'))).nameKey(canonicalName(which)).toString('hex')
    const key = /^[0-9a-f]{8,32}$/i.test(which) ? which.toLowerCase() : undefined
    const answer = await ask('account remove', { nameKey, key })
    const { removed, several, sessions } = answer
    if (invocation.options.has('json')) io.out(`${JSON.stringify(answer)}\n`)
    else if (removed === true) io.out(`The account is gone${Number(sessions) > 0 ? `, and its access servers are asked to end ${String(sessions)} ${sessions === 1 ? 'session' : 'sessions'}` : ''}.\n`)
    else io.err(several === true ? 'Several keys begin like this: give more of its digits.\n' : 'There is no account with this name or key.\n')
    return removed === true ? 0 : 1
  })
}

const VERBS = {
  add: { words: ['[NAME]'], run: add },
  import: { words: ['FILE.csv'], run: importFile },
  list: { words: [], run: list },
  remove: { words: ['[NAME]'], run: remove },
} as const

export const account: Command = {
  help: `parvis account add [NAME] [--kind person|machine] [--sessions N] [--label TEXT] [--secret-stdin] [--json]
parvis account import FILE.csv --kind person|machine [--sessions N] [--label TEXT] [--json]
parvis account list [--json]
parvis account remove [NAME|KEY] [--json]

add      a person (the default) types a password of 8 characters or more, or it comes through a pipe; only a slow hash of it is
         kept, so that people sign in by PAP alone. A machine gets a secret, shown once, or takes one with --secret-stdin; it is kept sealed, for
         CHAP and MS-CHAPv2 too. A name that is there already gets the new password.
import   from a file with the columns name,password (RFC 4180): all lines or, when one is wrong, none. Of lines with the same
         name the last holds; accounts that are there get the new password.
list     kind, day, sessions and label. Names are not stored; a key stands for each.
remove   by name, or by a key or its first eight digits. Sessions of it are ended.

Without NAME, or with - in its place, the name is asked for, or is the first line of a pipe: a command line can be read by every
process of the machine, and stays in the shell's history.

--sessions is how many devices may be online at once, 0 for any number. Without it radius.profiles decides; where that says
nothing, a person has one and a machine any number. Names are compared without regard to capitals.`,
  options: { kind: 'value', label: 'value', sessions: 'value', 'secret-stdin': 'flag', json: 'flag' },
  words: true,
  async run(invocation, io) {
    const { run } = verbOf('account', VERBS, invocation.words, account.help)
    const [, word = ASKED] = invocation.words
    return run(word, invocation, io)
  },
}
