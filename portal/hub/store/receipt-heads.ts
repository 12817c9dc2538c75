import type { Db } from '#shared/db/open.ts'
import { publicKey } from '#shared/sign.ts'
import type { ReceiptHeads } from './store.ts'

export function createReceiptHeads(db: Db): ReceiptHeads {
  const of = db.prepare<[string, string, number], { day: string; head: string; jwk: string }>(
    'select h.day, h.head, d.jwk from receipt_head h join device d on d.kid = h.kid where h.gateway = ? and h.site = ? order by h.day desc limit ?',
  )
  return {
    of: async (gateway, site, most) => of.all(gateway, site, most).map(({ day, head, jwk }) => ({ day, head, key: publicKey(JSON.parse(jwk)).jwk })),
  }
}

/** Inside the transaction that stores its batch. */
export function createHeadKeeper(db: Db) {
  const known = db.prepare<[string, string, string], string>('select head from receipt_head where gateway = ? and site = ? and day = ?').pluck()
  const put = db.prepare('insert into receipt_head (gateway, site, day, kid, head) values (?, ?, ?, ?, ?) on conflict do nothing')
  return {
    /** A head that was published stands: another for the same day is a story changed afterwards. */
    contradicts: (gateway: string, site: string, { day, jws }: { day: string; jws: string }) => (known.get(gateway, site, day) ?? jws) !== jws,
    put: (gateway: string, site: string, kid: string, { day, jws }: { day: string; jws: string }): void => void put.run(gateway, site, day, kid, jws),
  }
}
