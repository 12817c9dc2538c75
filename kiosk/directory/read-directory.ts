import { MalformedError } from '#shared/errors.ts'
import type { Profile } from './profile.ts'
import { readCsv } from './read-csv.ts'
import { readJson } from './read-json.ts'
import type { Reporter } from './report.ts'
import { collectRows, type Rows } from './rows.ts'

/** One file of a directory as it was handed in. */
export type SourceFile = { readonly name: string; readonly text: string }

export type ReadDirectory = { readonly rows: Rows; readonly profile: Profile | undefined }

/** Reads all files of a directory into rows; what is wrong goes to the reporter, and a broken file does not stop the others. */
export function readDirectory(files: readonly SourceFile[], reporter: Reporter): ReadDirectory {
  const collector = collectRows(reporter)
  let profile: Profile | undefined
  for (const { name, text } of files) {
    try {
      if (name.toLowerCase().endsWith('.json')) profile = readJson(name, text, collector, reporter) ?? profile
      else readCsv(name, text, collector, reporter)
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      reporter.read()
      reporter.refused(name, '', error.message)
    }
  }
  return { rows: collector.finish(), profile }
}
