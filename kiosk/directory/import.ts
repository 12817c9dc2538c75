import { createHash } from 'node:crypto'
import { encodeBase32 } from '#shared/base32.ts'
import { gather, isPublished, makeEntry, qualityOf, type Entry, type ServiceRows } from './entry.ts'
import { needsUnder, TILES } from './needs.ts'
import { readDirectory, type SourceFile } from './read-directory.ts'
import { createReporter, type ImportReport, type Reporter } from './report.ts'
import { searchText } from './search-text.ts'
import type { DirectoryStore } from './store.ts'
import { tablesOf, type Tables } from './tables.ts'

/** Raise it when what an import makes of the same files changes: stored directories are then made again. */
const IMPORT_VERSION = 1
/** 40 bits: short enough for a sparse QR code, and taken further when two services meet. */
const CODE_DIGITS = 8

type Weighed = { readonly entry: Entry; readonly rows: ServiceRows; readonly quality: number }

/** A short public name of a service, the same after every import. */
function codeOf(id: string, taken: Set<string>): string {
  const digits = encodeBase32(createHash('sha256').update(id).digest())
  let length = CODE_DIGITS
  while (taken.has(digits.slice(0, length))) length++
  const code = digits.slice(0, length)
  taken.add(code)
  return code
}

/** Entries in order of quality, the full-text index and the needs. */
function rebuild({ db }: DirectoryStore, tables: Tables): void {
  db.exec(`delete from entry; delete from entry_need; insert into search (search) values ('delete-all')`)
  const addEntry = db.prepare<[number, string, string, string]>('insert into entry (n, id, code, card) values (?, ?, ?, ?)')
  const addNeed = db.prepare<[string, number]>('insert or ignore into entry_need (need, n) values (?, ?)')
  const addText = db.prepare<[number, string, string, string, string, string]>('insert into search (rowid, name, words, body, stem, need) values (?, ?, ?, ?, ?, ?)')
  const weighed: Weighed[] = tables.all('service').filter(isPublished).map((service) => {
    const rows = gather(tables, service)
    const entry = makeEntry(tables, rows)
    return { entry, rows, quality: qualityOf(entry, rows) }
  })
  weighed.sort((a, b) => b.quality - a.quality || (a.entry.id < b.entry.id ? -1 : 1))
  const taken = new Set<string>()
  for (const [index, { entry, rows }] of weighed.entries()) {
    const n = index + 1
    addEntry.run(n, entry.id, codeOf(entry.id, taken), JSON.stringify(entry))
    for (const need of entry.needs) addNeed.run(need, n)
    const text = searchText(tables, entry, rows)
    addText.run(n, text.name, text.words, text.body, text.stem, text.need)
  }
}

function reportEmptyTiles(store: DirectoryStore, reporter: Reporter): void {
  const met = new Set(store.db.prepare<[], string>('select distinct need from entry_need').pluck().all())
  for (const { id } of TILES) if (!needsUnder(id).some((need) => met.has(need))) reporter.emptyTile(id)
}

/**
 * Puts the directory of these files in the place of the one that is stored, whole or not at all.
 * The report names every row that was not stored as it came; nothing in the files can make this throw.
 */
export function importDirectory(store: DirectoryStore, files: readonly SourceFile[]): ImportReport {
  const reporter = createReporter()
  const { rows, profile } = readDirectory(files, reporter)
  store.db.transaction(() => {
    store.replace(rows)
    if (profile) store.setNote('profile', JSON.stringify(profile))
    else store.db.prepare(`delete from note where key = 'profile'`).run()
    rebuild(store, tablesOf(rows))
    reportEmptyTiles(store, reporter)
    store.setNote('source', digestOf(files))
  }).immediate()
  return reporter.report()
}

/** What tells whether a stored directory was made from these very files. */
export function digestOf(files: readonly SourceFile[]): string {
  const hash = createHash('sha256').update(`parvis-directory/${IMPORT_VERSION}`)
  for (const { name, text } of files) hash.update(`\0${name}\0${text.length}\0`).update(text)
  return hash.digest('hex')
}
