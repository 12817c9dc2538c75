// One loaded directory: what app.ts asks, and the only thing that is swapped when another is imported.
import { createCatalogue, type Catalogue } from './catalogue.ts'
import { digestOf, importDirectory } from './import.ts'
import type { Profile } from './profile.ts'
import type { SourceFile } from './read-directory.ts'
import type { ImportReport } from './report.ts'
import { createSearch, type Search } from './search.ts'
import { storedProfile, type DirectoryStore } from './store.ts'

export type Directory = {
  readonly store: DirectoryStore
  readonly catalogue: Catalogue
  readonly search: Search
  readonly profile: Profile | undefined
}

/** What is stored now, ready to be asked. */
export function loadDirectory(store: DirectoryStore): Directory {
  return { store, catalogue: createCatalogue(store), search: createSearch(store.db), profile: storedProfile(store) }
}

/** Imports these files unless the store was made from the very same ones; the report is undefined then. */
export function bringUpToDate(store: DirectoryStore, files: readonly SourceFile[]): ImportReport | undefined {
  return store.note('source') === digestOf(files) ? undefined : importDirectory(store, files)
}
