// Whether our server's record of sessions is exactly what was sent: every session, each with the counters of its last report.
import { join } from 'node:path'
import { ACCOUNTING_MIGRATIONS } from '#radius/accounting/schema.ts'
import { sessionNames } from '#radius/session-name.ts'
import { deviceKeyAt } from '#shared/db/key-file.ts'
import { openDb, type Db } from '#shared/db/open.ts'
import { derivedKey } from '#shared/derived-key.ts'
import { SESSION_NAMES } from '../../run/accounting.ts'
import { REPORTED, type Generator, type LoadResult } from './load.ts'
import type { Ours } from './ours.ts'
import { CLIENT } from './town.ts'

const LONGEST_MS = 30_000
const POLL_MS = 20

type Row = { readonly session: string; readonly seconds: number; readonly input_octets: number; readonly output_octets: number; readonly stopped: number }
const SESSIONS = 'select session, seconds, input_octets, output_octets, stop_minute is not null as stopped from accounting_session'

/** How many reports of its three a session's row has taken in; -1 when the row is none of them. */
function reportsOf(row: Row): number {
  const last = REPORTED.findIndex(({ seconds, inputOctets, outputOctets }) => row.seconds === seconds && row.input_octets === inputOctets && row.output_octets === outputOctets)
  return (row.stopped === 1) === (last === REPORTED.length - 1) ? last + 1 : -1
}

/** Reports that the rows come to. @throws when a row has other counters than were sent, or a session is missing before a later one. */
function countReports(rows: ReadonlyMap<string, Row>, lanes: Iterable<readonly string[]>, nameOf: (id: string) => string): number {
  let reports = 0
  for (const lane of lanes) {
    let last: number = REPORTED.length
    for (const id of lane) {
      const row = rows.get(nameOf(id))
      const had = row ? reportsOf(row) : 0
      if (had < 0 || (had > 0 && last < REPORTED.length)) throw new Error('a session’s row is not what its access point reported')
      reports += had
      last = had
      if (had === 0) break
    }
  }
  return reports
}

function rowsOf(db: Db): Map<string, Row> {
  return new Map(db.prepare<[], Row>(SESSIONS).all().map((row) => [row.session, row]))
}

/**
 * Waits until all reports are folded and compares. Resolves to the seconds that took.
 * @throws when the rows are not what was sent: all that was answered is there, and nothing that was not sent.
 */
export async function sessionsExact(ours: Pick<Ours, 'data' | 'runtime'>, generator: Pick<Generator, 'lanes'>, { sent, replies }: LoadResult): Promise<number> {
  const beganMs = performance.now()
  const db = openDb(join(ours.data, 'radius.db'), { durability: 'relaxed', migrations: ACCOUNTING_MIGRATIONS })
  try {
    const unfolded = db.prepare<[], number>('select count(*) from accounting_journal').pluck()
    while ((unfolded.get() ?? 0) > 0) {
      if (performance.now() - beganMs > LONGEST_MS) throw new Error('the journal is not folded')
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    const seconds = (performance.now() - beganMs) / 1000
    const names = sessionNames(derivedKey(deviceKeyAt(join(ours.data, 'device.key')), SESSION_NAMES))
    const reports = countReports(rowsOf(db), generator.lanes(), (id) => names(CLIENT, id))
    // What was still under way when the generator stopped listening is stored without having been answered to its knowledge.
    if (reports < replies || reports > sent) throw new Error(`the rows come to ${reports} reports; ${sent} were sent and ${replies} acknowledged`)
    return seconds
  } finally {
    db.close()
  }
}
