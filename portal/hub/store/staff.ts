import type { Db } from '#shared/db/open.ts'
import type { createGroup } from './group.ts'
import type { Account, StaffSession, StaffStore } from './store.ts'

export function createStaffStore(db: Db, group: ReturnType<typeof createGroup>): StaffStore {
  const count = db.prepare('select count(*) from staff_account').pluck()
  const add = db.prepare('insert into staff_account (name, password, role) select ?, ?, ? where ? = 0 or not exists (select 1 from staff_account) on conflict do nothing')
  const account = db.prepare('select name, password, role, failures, last_failure_ms as lastFailureMs from staff_account where name = ?')
  const failed = db.prepare('update staff_account set failures = failures + 1, last_failure_ms = ? where name = ?')
  const forgive = db.prepare('update staff_account set failures = 0 where name = ?')
  const open = db.prepare('insert into staff_session (hash, account, opened_ms, seen_ms) values (?, ?, ?, ?)')
  const session = db.prepare(
    `select account, role, opened_ms as openedMs, seen_ms as seenMs from staff_session join staff_account on name = account where hash = ?`,
  )
  const seen = db.prepare('update staff_session set seen_ms = ? where hash = ?')
  const end = db.prepare('delete from staff_session where hash = ?')
  const sweep = db.prepare('delete from staff_session where opened_ms < ? or seen_ms < ?')

  return {
    accounts: async () => count.get() as number,
    addAccount: ({ name, password, role, first = false }) => group.run(() => add.run(name, password, role, Number(first)).changes === 1),
    account: async (name) => account.get(name) as Account | undefined,
    failed: (name, nowMs) => group.run(() => void failed.run(nowMs, name)),
    forgive: (name) => group.run(() => void forgive.run(name)),
    open: (hash, name, nowMs) =>
      group.run(() => {
        forgive.run(name)
        open.run(hash, name, nowMs, nowMs)
      }),
    session: async (hash) => session.get(hash) as StaffSession | undefined,
    seen: (hash, nowMs) => group.run(() => void seen.run(nowMs, hash)),
    end: (hash) => group.run(() => void end.run(hash)),
    sweep: (openedBeforeMs, seenBeforeMs) => group.run(() => void sweep.run(openedBeforeMs, seenBeforeMs)),
  }
}
