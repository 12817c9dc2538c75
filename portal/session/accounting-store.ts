import { readTokenUser, tokenNonce } from '#radius/access/portal-token.ts'
import type { SessionNames } from '#radius/session-name.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import type { AccountingReport, AccountingStore } from '#radius/nas.ts'
import { minuteOf } from './session.ts'

/** Rows of ended sessions die a day after their Stop, those of sessions whose Stop was lost a day after their last word. */
const KEEP_MINUTES = 24 * 60

const HEARD = `insert into accounting (client, nas, session, token_user, heard, seconds, up_bytes, down_bytes, stopped, cause)
  values (?,?,?,?,?,?,?,?,?,?) on conflict (client, nas, session) do update set
  heard = max(heard, excluded.heard), seconds = max(seconds, excluded.seconds),
  up_bytes = max(up_bytes, excluded.up_bytes), down_bytes = max(down_bytes, excluded.down_bytes),
  token_user = coalesce(token_user, excluded.token_user),
  cause = case when stopped is null then excluded.cause else cause end, stopped = coalesce(stopped, excluded.stopped)`
const REBOOTED = "update accounting set stopped = ?, cause = 'nasReboot' where client = ? and nas = ? and stopped is null"
const OPEN = 'select client, nas, session, token_user from accounting where stopped is null'
const PURGE = 'delete from accounting where coalesce(stopped, heard) < ?'

type Alive = { readonly client: string; readonly nas: string; readonly session: string }
type OpenRow = Alive & { readonly token_user: string | null }

export type PortalAccounting = AccountingStore & {
  /** Deletes what ended, or was last heard of, more than a day ago. */
  purge(): Promise<void>
}

/**
 * What the embedded RADIUS server hears, kept without hardware address, network address, account name or Class: they go no
 * further than the socket. Key (client, NAS, Acct-Session-Id), counters by maximum, a Stop is final (protocols.md §3).
 * `aliveHere` tells whether the portal's own store has a live session that used this token.
 */
export function createAccountingStore(parts: { durable: DurableWriter; reader: Db; now(): number; aliveHere(nonce: string): boolean; nameOf: SessionNames }): PortalAccounting {
  const { durable, reader, now, nameOf } = parts
  const alive = new Map<string, Alive>()

  function remember({ token_user, ...one }: OpenRow): void {
    const nonce = token_user === null ? undefined : tokenNonce(token_user)
    if (nonce !== undefined) alive.set(nonce, one)
  }
  for (const row of reader.prepare<[], OpenRow>(OPEN).all()) remember(row)
  const silent = reader.prepare<[number], OpenRow>(`${OPEN} and heard < ?`)
  const isStopped = reader.prepare<[string, string, string], { stopped: number | null }>('select stopped from accounting where client = ? and nas = ? and session = ?')

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
        client, report.nasIdentifier, report.acctSessionId, user, minute,
        report.sessionSeconds ?? 0, report.inputOctets ?? 0, report.outputOctets ?? 0,
        stop ? minute : null, stop ? (report.terminateCause ?? null) : null,
      ],
    }
  }

  async function recordSession(client: string, report: AccountingReport): Promise<void> {
    await durable.write(rowOf(client, report))
    const { nasIdentifier: nas, acctSessionId: session, userName } = report
    if (report.status === 'stop') return forget((one) => one.client === client && one.nas === nas && one.session === session)
    // A Start or Interim that comes after the Stop (reordered, repeated) must not bring the token back to life.
    if (isStopped.get(client, nas, session)?.stopped == null) remember({ client, nas, session, token_user: userName })
  }

  return {
    async record({ client }, said) {
      const report = { ...said, acctSessionId: nameOf(client, said.acctSessionId) }
      if (report.status !== 'on' && report.status !== 'off') return recordSession(client, report)
      // RFC 2866 §5.1: the NAS starts or stops accounting as a whole, so none of its sessions lives.
      await durable.write({ sql: REBOOTED, values: [minuteOf(now()), client, report.nasIdentifier] })
      forget((one) => one.client === client && one.nas === report.nasIdentifier)
    },
    alive: (nonce) => alive.has(nonce) || parts.aliveHere(nonce),
    async purge() {
      const oldest = minuteOf(now()) - KEEP_MINUTES
      const lost = silent.all(oldest)
      await durable.write({ sql: PURGE, values: [oldest] })
      if (lost.length > 0) forget((one) => lost.some(({ client, nas, session }) => one.client === client && one.nas === nas && one.session === session))
    },
  }
}
