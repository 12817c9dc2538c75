// Devices that staff has shut out until the end of the site's day. In the volatile store alone: a reboot forgets them.
import type { Db } from '#shared/db/open.ts'

export const BARS_MIGRATION = 'create table barred (client text primary key, until_ms integer not null) strict, without rowid;'
/** A device on our own network was once named with a gap behind it. */
export const BARS_WITHOUT_GAPS = 'update barred set client = rtrim(client);'

export type Bars = {
  bar(client: string, untilMs: number): void
  /** Until when; undefined when it is not, or not any more. `client` as `clientKey` makes it. */
  until(client: string, nowMs: number): number | undefined
  lift(client: string): void
  shift(ms: number): void
}

export function createBars(db: Db): Bars {
  const put = db.prepare('insert or replace into barred (client, until_ms) values (?, ?)')
  const drop = db.prepare('delete from barred where client = ?')
  const move = db.prepare('update barred set until_ms = until_ms + ?')
  const rows = db.prepare<[], { client: string; until_ms: number }>('select client, until_ms from barred').all()
  // Every page asks, and hardly anybody is barred.
  const barred = new Map(rows.map((row) => [row.client, row.until_ms]))

  function lift(client: string): void {
    if (barred.delete(client)) drop.run(client)
  }

  return {
    bar(client, untilMs) {
      barred.set(client, untilMs)
      put.run(client, untilMs)
    },
    until(client, nowMs) {
      const until = barred.get(client)
      if (until === undefined || until > nowMs) return until
      lift(client)
      return undefined
    },
    lift,
    shift(ms) {
      for (const [client, until] of barred) barred.set(client, until + ms)
      move.run(ms)
    },
  }
}
