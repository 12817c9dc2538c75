// Devices that staff has shut out until the end of the site's day. In the volatile store alone: a reboot forgets them.
import type { Db } from '#shared/db/open.ts'

export const BARS_MIGRATION = 'create table barred (client text primary key, until_ms integer not null) strict, without rowid;'

export type Bars = {
  bar(client: string, untilMs: number): void
  /** Until when; undefined when it is not, or not any more. `client` as `clientKey` makes it. */
  until(client: string, nowMs: number): number | undefined
  lift(client: string): void
  shift(ms: number): void
}

export function createBars(db: Db): Bars {
  const put = db.prepare('insert or replace into barred (client, until_ms) values (?, ?)')
  const get = db.prepare<[string, number], number>('select until_ms from barred where client = ? and until_ms > ?').pluck()
  const lift = db.prepare('delete from barred where client = ?')
  const tidy = db.prepare('delete from barred where until_ms <= ?')
  const shift = db.prepare('update barred set until_ms = until_ms + ?')
  return {
    bar: (client, untilMs) => void put.run(client, untilMs),
    until(client, nowMs) {
      const until = get.get(client, nowMs)
      if (until === undefined) tidy.run(nowMs)
      return until
    },
    lift: (client) => void lift.run(client),
    shift: (ms) => void shift.run(ms),
  }
}
