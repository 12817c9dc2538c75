import type { TableName } from './hsds.ts'

/** What happened to one row that was not stored exactly as it came. */
export type Problem = {
  readonly file: string
  /** The line in a CSV file, a JSON pointer in a JSON file. */
  readonly row: number | string
  readonly reason: string
  /** `refused`: not stored · `mended`: stored without the value that the reason names · `noted`: stored as it is. */
  readonly outcome: 'refused' | 'mended' | 'noted'
}

/** Says of every row whether it was imported, and why not: `read = stored + repeated + refused`. */
export type ImportReport = {
  readonly read: number
  readonly stored: number
  /** The same row again, as nested JSON repeats a location under each of its services. */
  readonly repeated: number
  readonly refused: number
  readonly byTable: Readonly<Partial<Record<TableName, number>>>
  readonly problems: readonly Problem[]
  /** Problems beyond the first 100,000 are counted, not listed. */
  readonly unlisted: number
  /** Fields that HSDS 3.0 does not know, as `file: field`, which are not kept. */
  readonly unknownFields: readonly string[]
  /** Home tiles that no service of this directory answers. */
  readonly emptyTiles: readonly string[]
}

const MOST_LISTED = 100_000

export type Reporter = {
  read(): void
  stored(table: TableName): void
  repeated(): void
  refused(file: string, row: Problem['row'], reason: string): void
  mended(file: string, row: Problem['row'], reason: string): void
  noted(file: string, row: Problem['row'], reason: string): void
  unknownField(file: string, field: string): void
  emptyTile(tile: string): void
  report(): ImportReport
}

export function createReporter(): Reporter {
  const counts = { read: 0, stored: 0, repeated: 0, refused: 0 }
  const byTable: Partial<Record<TableName, number>> = {}
  const problems: Problem[] = []
  const unknownFields = new Set<string>()
  const emptyTiles: string[] = []
  let unlisted = 0

  function list(problem: Problem): void {
    if (problems.length < MOST_LISTED) problems.push(problem)
    else unlisted++
  }

  return {
    read: () => void counts.read++,
    stored(table) {
      counts.stored++
      byTable[table] = (byTable[table] ?? 0) + 1
    },
    repeated: () => void counts.repeated++,
    refused(file, row, reason) {
      counts.refused++
      list({ file, row, reason, outcome: 'refused' })
    },
    mended: (file, row, reason) => list({ file, row, reason, outcome: 'mended' }),
    noted: (file, row, reason) => list({ file, row, reason, outcome: 'noted' }),
    unknownField: (file, field) => void (unknownFields.size < MOST_LISTED && unknownFields.add(`${file}: ${field.slice(0, 80)}`)),
    emptyTile: (tile) => void emptyTiles.push(tile),
    report: () => ({ ...counts, byTable, problems, unlisted, unknownFields: [...unknownFields], emptyTiles }),
  }
}
