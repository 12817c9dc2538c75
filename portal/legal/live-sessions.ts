// Which running session has which ports: in the runtime store, so that a restart gives no block away twice and a reboot forgets.
import type { Db } from '#shared/db/open.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { LegalSession } from './hook.ts'

/** In place of a port: another gateway translates this session's addresses, and gives it ports that we do not know. */
export const NOT_OURS = 0
/** `from`: first port of the block, or `NOT_OURS`. */
export type LiveSession = LegalSession & { readonly from: number; readonly v4: string | undefined; readonly v6: readonly string[]; readonly publicAddress: string | undefined }

type Row = { session: string; mac: string; mark: number; site: string; started_ms: number; port_from: number; v4: string | null; v6: string; public_address: string | null }

/** A script of sessions.db. */
export const LEGAL_SESSION_TABLE = `create table legal_session (
  session text primary key, mac text not null, mark integer not null, site text not null, started_ms integer not null,
  port_from integer not null, v4 text, v6 text not null, public_address text
) strict, without rowid;`

export type LiveSessions = {
  put(session: LiveSession): void
  get(id: string): LiveSession | undefined
  drop(id: string): void
  all(): LiveSession[]
}

/** The casts restore types that only our own inserts put there. */
function sessionOf(row: Row): LiveSession {
  return {
    id: row.session, mac: row.mac as MacAddress, mark: row.mark, site: row.site, startedMs: row.started_ms,
    from: row.port_from, v4: row.v4 ?? undefined, v6: JSON.parse(row.v6) as string[], publicAddress: row.public_address ?? undefined,
  }
}

export function createLiveSessions(db: Db): LiveSessions {
  const put = db.prepare('insert or replace into legal_session values (?,?,?,?,?,?,?,?,?)')
  const get = db.prepare<[string], Row>('select * from legal_session where session = ?')
  const drop = db.prepare('delete from legal_session where session = ?')
  const all = db.prepare<[], Row>('select * from legal_session')
  return {
    put: (one) => void put.run(one.id, one.mac, one.mark, one.site, Math.floor(one.startedMs), one.from, one.v4 ?? null, JSON.stringify(one.v6), one.publicAddress ?? null),
    get(id) {
      const row = get.get(id)
      return row && sessionOf(row)
    },
    drop: (id) => void drop.run(id),
    all: () => all.all().map(sessionOf),
  }
}
