import type { Db } from '#shared/db/open.ts'
import { publicKey } from '#shared/sign.ts'
import type { createGroup } from './group.ts'
import type { Device, Devices, DeviceState, EnrolCodes } from './store.ts'

type Group = ReturnType<typeof createGroup>
type Row = { kid: string; gateway: string; jwk: string; state: DeviceState }

function device({ kid, gateway, jwk, state }: Row): Device {
  return { kid, gateway, jwk: publicKey(JSON.parse(jwk)).jwk, state }
}

export function createDevices(db: Db, group: Group): Devices {
  const find = db.prepare('select kid, gateway, jwk, state from device where kid = ?')
  const list = db.prepare('select kid, gateway, jwk, state from device order by gateway')
  const nameTaken = db.prepare('select 1 from device where gateway = ? and kid <> ?')
  const put = db.prepare(
    `insert into device (kid, gateway, jwk, model, epoch, enrolled_ms, next) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (kid) do update set gateway = excluded.gateway, model = excluded.model, epoch = excluded.epoch, enrolled_ms = excluded.enrolled_ms,
     next = excluded.next, last_post = null, state = case state when 'revoked' then 'revoked' else 'active' end`,
  )
  const release = db.prepare("update device set state = 'active', free_pass = 1 where kid = ? and state <> 'revoked'")
  const freePasses = db.prepare('update device set free_pass = 1')

  return {
    async find(kid) {
      const row = find.get(kid) as Row | undefined
      return row && device(row)
    },
    list: async () => (list.all() as Row[]).map(device),
    enrol: (one) =>
      group.run(() => {
        if (nameTaken.get(one.gateway, one.kid)) return false
        put.run(one.kid, one.gateway, JSON.stringify(one.jwk), one.model, one.epoch, one.enrolledMs, one.next)
        return true
      }),
    release: (kid) => group.run(() => void release.run(kid)),
    freePasses: () => group.run(() => void freePasses.run()),
  }
}

export function createCodes(db: Db, group: Group): EnrolCodes {
  const sweep = db.prepare('delete from enrol_code where expires_ms <= ?')
  const put = db.prepare('insert into enrol_code (hash, expires_ms) select ?, ? where (select count(*) from enrol_code where used_by is null) < ?')
  const use = db.prepare('update enrol_code set used_by = ? where hash = ? and expires_ms > ? and coalesce(used_by, ?) = ?')
  return {
    add: (hash, expiresMs, nowMs, most) =>
      group.run(() => {
        sweep.run(nowMs)
        return put.run(hash, expiresMs, most).changes === 1
      }),
    use: (hash, kid, nowMs) => group.run(() => use.run(kid, hash, nowMs, kid, kid).changes === 1),
  }
}
