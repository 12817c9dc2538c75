// A file of accounts becomes rows that may lie on a disk: all of them or none.
import { existsSync, readFileSync } from 'node:fs'
import { parseCsv, type CsvRecord } from '#kiosk/directory/csv.ts'
import { accountProblem, sealAccount, type NewAccount } from '#radius/accounts/seal-account.ts'
import { canonicalName } from '#radius/accounts/name.ts'
import type { AccountKeys } from '#radius/accounts/keys.ts'
import type { AccountKind, AccountRow } from '#radius/accounts/row.ts'
import { ParvisError, UsageError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'

const COLUMNS = ['name', 'password'] as const
const MOST_TOLD = 20
/** Threads of libuv's pool, each of which hashes for tens of milliseconds. */
const AT_ONCE = 4

export type ImportFile = { readonly accounts: readonly Pick<NewAccount, 'name' | 'password'>[]; /** Lines that a later one with the same name replaces. */ readonly repeated: number }
type Wrong = { readonly line: number; readonly problem: string }

/** Tells lines and problems, never a name or a password. */
function mistakes(wrong: readonly Wrong[]): ParvisError {
  const lines = wrong.slice(0, MOST_TOLD).map(({ line, problem }) => `  line ${line}: ${problem}`)
  const more = wrong.length > MOST_TOLD ? [`  and ${wrong.length - MOST_TOLD} more`] : []
  return new ParvisError('import', [`${wrong.length === 1 ? 'one line is' : `${wrong.length} lines are`} wrong: nothing was imported`, ...lines, ...more].join('\n'))
}

function columnsOf(heading: CsvRecord | undefined): Readonly<Record<(typeof COLUMNS)[number], number>> {
  const names = heading?.fields.map((field) => field.trim().toLowerCase()) ?? []
  const [name, password] = COLUMNS.map((column) => names.indexOf(column))
  if (name === undefined || password === undefined || name < 0 || password < 0 || names.length !== COLUMNS.length) {
    throw new ParvisError('import', `line 1 must name the columns: ${COLUMNS.join(',')}`)
  }
  return { name, password }
}

/** @throws ParvisError `import` with every wrong line. */
export function readImport(text: string, kind: AccountKind): ImportFile {
  const { records, broken } = parseCsv(text)
  const [heading, ...lines] = records
  const at = columnsOf(heading)
  const wrong: Wrong[] = broken ? [{ line: broken.line, problem: broken.reason }] : []
  const byName = new Map<string, Pick<NewAccount, 'name' | 'password'>>()
  for (const { line, fields } of lines) {
    const account = { name: fields[at.name] ?? '', password: fields[at.password] ?? '' }
    const problem = fields.length === COLUMNS.length ? accountProblem({ ...account, kind }) : `${fields.length} ${fields.length === 1 ? 'field' : 'fields'} instead of ${COLUMNS.length}`
    if (problem === undefined) byName.set(canonicalName(account.name), account)
    else wrong.push({ line, problem })
  }
  if (wrong.length > 0) throw mistakes(wrong)
  return { accounts: [...byName.values()], repeated: lines.length - byName.size }
}

export function readImportFile(path: string, kind: AccountKind): ImportFile {
  if (!existsSync(path)) throw new UsageError('usage', `there is no file ${path}`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    throw new UsageError('usage', `${path} cannot be read as UTF-8: ${reason(error)}`)
  }
  return readImport(text, kind)
}

type Common = Pick<NewAccount, 'kind' | 'label' | 'sessions'> & { readonly madeDay: number }

/** @param sealed hears how many are done. */
export async function sealAll(keys: AccountKeys, { accounts }: ImportFile, common: Common, random: (length: number) => Buffer, sealed: (count: number) => void): Promise<AccountRow[]> {
  const rows: AccountRow[] = []
  const waiting = accounts.values()
  async function hand(): Promise<void> {
    for (const account of waiting) {
      rows.push(await sealAccount(keys, { ...common, ...account }, common.madeDay, random))
      sealed(rows.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, hand))
  return rows
}
