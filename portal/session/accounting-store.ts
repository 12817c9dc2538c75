import { readTokenUser, tokenNonce } from '#radius/access/portal-token.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import type { AccountingReport, AccountingStore } from '#radius/nas.ts'
import { minuteOf } from './session.ts'

/** Rows of ended sessions die a day after their Stop. */
const KEEP_MINUTES = 24 * 60

const HEARD = `insert into accounting (client, session, token_user, heard, seconds, up_bytes, down_bytes, stopped, cause)
  values (?,?,?,?,?,?,?,?,?) on conflict (client, session) do update set
  heard = max(heard, excluded.heard), seconds = max(seconds, excluded.seconds),
  up_bytes = max(up_bytes, excluded.up_bytes), down_bytes = max(down_bytes, excluded.down_bytes),
  token_user = coalesce(token_user, excluded.token_user),
  cause = case when stopped is null then excluded.cause else cause end, stopped = coalesce(stopped, excluded.stopped)`
const REBOOTED = "update accounting set stopped = ?, cause = 'nasReboot' where client = ? and stopped is null"
const PURGE = 'delete from accounting where stopped < ?'

type Alive = { readonly client: string; readonly session: string }

export type PortalAccounting = AccountingStore & {
  /** Deletes what ended more than a day ago. */
  purge(): Promise<void>
}

/**
 * What the embedded RADIUS server hears, kept without hardware address, network address, account name or Class: they go no
 * further than the socket. Key (client, Acct-Session-Id), counters by maximum, a Stop is final (protocols.md §3).
 * `aliveHere` tells whether the portal's own store has a live session that used this token.
 */
export function createAccountingStore(parts: { durable: DurableWriter; reader: Db; now(): number; aliveHere(nonce: string): boolean }): PortalAccounting {
  const { durable, reader, now } = parts
  const alive = new Map<string, Alive>()

  function remember(row: { client: string; session: string; token_user: string | null }): void {
    const nonce = row.token_user === null ? undefined : tokenNonce(row.token_user)
    if (nonce !== undefined) alive.set(nonce, { client: row.client, session: row.session })
  }
  for (const row of reader.prepare<[], { client: string; session: string; token_user: string | null }>('select client, session, token_user from accounting where stopped is null').all()) remember(row)
  const isStopped = reader.prepare<[string, string], { stopped: number | null }>('select stopped from accounting where client = ? and session = ?')

  function forget(gone: (one: Alive) => boolean): void {
    for (const [nonce, one] of alive) if (gone(one)) alive.delete(nonce)
  }

  function rowOf(client: string, report: AccountingReport): Statement {
    // Anything else that people sign in with is a name, and names stay off the disk.
    const user = readTokenUser(report.userName)?.user ?? null
    const stop = report.status === 'stop'
    const minute = minuteOf(now())
    return {
      sql: HEARD,
      values: [
        client, report.acctSessionId, user, minute,
        report.sessionSeconds ?? 0, report.inputOctets ?? 0, report.outputOctets ?? 0,
        stop ? minute : null, stop ? (report.terminateCause ?? null) : null,
      ],
    }
  }

  async function recordSession(client: string, report: AccountingReport): Promise<void> {
    await durable.write(rowOf(client, report))
    if (report.status === 'stop') return forget((one) => one.client === client && one.session === report.acctSessionId)
    // A Start or Interim that comes after the Stop (reordered, repeated) must not bring the token back to life.
    if (isStopped.get(client, report.acctSessionId)?.stopped == null) remember({ client, session: report.acctSessionId, token_user: report.userName })
  }

  return {
    async record(client, report) {
      if (report.status !== 'on' && report.status !== 'off') return recordSession(client, report)
      // RFC 2866 §5.1: the NAS starts or stops accounting as a whole, so none of its sessions lives.
      await durable.write({ sql: REBOOTED, values: [minuteOf(now()), client] })
      forget((one) => one.client === client)
    },
    alive: (nonce) => alive.has(nonce) || parts.aliveHere(nonce),
    purge: () => durable.write({ sql: PURGE, values: [minuteOf(now()) - KEEP_MINUTES] }),
  }
}
