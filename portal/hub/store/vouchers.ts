import type { Db } from '#shared/db/open.ts'
import { rule, type CityTerms, type CityVoucher, type LiveLease, type Ruling } from '../vouchers/grant.ts'
import type { createGroup } from './group.ts'
import type { CityBatch, CityVouchers, LeaseOutcome, LeaseRequest } from './store.ts'

/** Longer than a question may wait on its way: until then its id is known, and its answer the same. */
const LEASE_KEPT_MINUTES = 3 * 24 * 60
const BATCH_KEPT_MINUTES = 30 * 24 * 60
const ERASED_AT_ONCE = 256
/** Whatever gateways report, sums stay numbers of SQLite's. */
const MOST_USED = Number.MAX_SAFE_INTEGER

type TermsRow = { seconds: number | null; octets: number | null; until_minute: number | null; valid_minutes: number | null; devices: number; down_kbps: number | null; up_kbps: number | null; void: number }
type BatchRow = TermsRow & { label: string; made_day: number; count: number }
type VoucherRow = TermsRow & { used_seconds: number; used_octets: number; ends_minute: number | null }
type LeaseRow = { id: Buffer; voucher: Buffer; seconds: number; octets: number; places: number; ends_minute: number; moved: number; settled: number }

const TERMS = 'b.seconds, b.octets, b.until_minute, b.valid_minutes, b.devices, b.down_kbps, b.up_kbps, b.void'
const NONE = Buffer.alloc(0)

function termsOf(row: TermsRow): CityTerms {
  const { seconds, octets, until_minute, valid_minutes, devices, down_kbps, up_kbps } = row
  return {
    seconds: seconds ?? undefined, octets: octets ?? undefined, untilMinute: until_minute ?? undefined, validMinutes: valid_minutes ?? undefined, devices,
    downKbps: down_kbps ?? undefined, upKbps: up_kbps ?? undefined,
  }
}

export function createCityVouchers(db: Db, group: ReturnType<typeof createGroup>): CityVouchers {
  const taken = db.prepare<[string], number>('select count(*) from city_batch where label = ?').pluck()
  const members = db.prepare<[string], number>('select count(*) from city_voucher where batch = ?').pluck()
  const putBatch = db.prepare(
    `insert into city_batch (label, seconds, octets, until_minute, valid_minutes, devices, down_kbps, up_kbps, made_day) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const putVoucher = db.prepare('insert into city_voucher (id, batch, mark) values (?, ?, ?)')
  const list = db.prepare<[], BatchRow>(
    `select ${TERMS}, b.label, b.made_day, count(v.id) as count from city_batch b left join city_voucher v on v.batch = b.label
     group by b.label order by b.made_day desc, b.label`,
  )
  const makeVoid = db.prepare('update city_batch set void = 1, over_minute = ifnull(over_minute, ?) where label = ?')

  const find = db.prepare<[Buffer], VoucherRow>(
    `select ${TERMS}, v.used_seconds, v.used_octets, v.until_minute as ends_minute from city_voucher v join city_batch b on b.label = v.batch where v.id = ?`,
  )
  const spend = db.prepare(`update city_voucher set used_seconds = max(0, min(${MOST_USED}, used_seconds + ?)), used_octets = max(0, min(${MOST_USED}, used_octets + ?)) where id = ?`)
  const begin = db.prepare('update city_voucher set until_minute = ifnull(until_minute, ?) where id = ?')
  const leaseOf = db.prepare<[Buffer], LeaseRow>('select * from city_lease where id = ?')
  const liveOf = db.prepare<[Buffer, number], LeaseRow>('select * from city_lease where voucher = ? and settled = 0 and moved = 0 and ends_minute > ?')
  const putLease = db.prepare('insert into city_lease (id, voucher, seconds, octets, places, ends_minute) values (?, ?, ?, ?, ?, ?)')
  const settle = db.prepare('update city_lease set settled = 1 where id = ?')
  const move = db.prepare('update city_lease set moved = 1 where id = ?')

  const marks = db.prepare<[number, number, number], number>(
    `select v.mark from city_voucher v join city_batch b on b.label = v.batch
     where v.mark is not null and b.void = 0 and ifnull(b.until_minute > ?, 1) and ifnull(v.until_minute > ?, 1) order by b.made_day desc limit ?`,
  ).pluck()
  const OVER = '(void = 1 or ifnull(until_minute <= ?, 0))'
  // Down to the hour: up, a lease that is over would be alive again.
  const blurLeases = db.prepare('update city_lease set ends_minute = ends_minute - ends_minute % 60 where ends_minute % 60 > 0 and (settled = 1 or moved = 1 or ends_minute <= ?)')
  const dropLeases = db.prepare('delete from city_lease where settled = 1 and ends_minute < ?')
  const noteOver = db.prepare(`update city_batch set over_minute = ? where ${OVER} and ifnull(over_minute > ?, 1)`)
  const noteNotOver = db.prepare(`update city_batch set over_minute = null where over_minute is not null and not ${OVER}`)
  const due = db.prepare<[number], string>('select label from city_batch where over_minute <= ? limit 1').pluck()
  const some = `(select id from city_voucher where batch = ? order by id limit ${ERASED_AT_ONCE})`
  const dropLeasesOf = db.prepare(`delete from city_lease where voucher in ${some}`)
  const dropVouchers = db.prepare(`delete from city_voucher where id in ${some}`)
  const dropBatch = db.prepare('delete from city_batch where label = ? and not exists (select 1 from city_voucher where batch = label)')

  function voucherAt(id: Buffer): CityVoucher | undefined {
    const row = find.get(id)
    return row && { terms: termsOf(row), void: row.void !== 0, usedSeconds: row.used_seconds, usedOctets: row.used_octets, endsMinute: row.ends_minute ?? undefined }
  }

  /** What was taken out for a lease goes back, what was used of it is used. Without a limit nothing was taken out. */
  function giveBack(lease: LeaseRow | undefined, id: Buffer, { terms }: CityVoucher, { seconds, octets }: LeaseRequest['used']): void {
    if (lease?.settled === 1) return
    if (lease) settle.run(lease.id)
    const out = { seconds: terms.seconds === undefined ? 0 : (lease?.seconds ?? 0), octets: lease?.octets ?? 0 }
    spend.run(seconds - out.seconds, octets - out.octets, id)
  }

  function grant(request: LeaseRequest, id: Buffer, ruling: Ruling, { terms }: CityVoucher): void {
    if (ruling.kind !== 'granted') return
    for (const other of ruling.moved) move.run(other)
    putLease.run(request.id, id, ruling.seconds, ruling.octets, ruling.places, ruling.endsMinute)
    spend.run(terms.seconds === undefined ? 0 : ruling.seconds, ruling.octets, id)
    if (terms.validMinutes !== undefined) begin.run(ruling.untilMinute ?? null, id)
  }

  /** Asked again, because the answer was lost: what was granted stands, and nothing more is taken out. */
  function asBefore(lease: LeaseRow, voucher: CityVoucher): Ruling {
    if (lease.moved === 1) return { kind: 'refused', reason: 'moved' }
    if (voucher.void) return { kind: 'refused', reason: 'void' }
    const untilMinute = [voucher.terms.untilMinute, voucher.endsMinute].reduce((a, b) => (a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)))
    return { kind: 'granted', seconds: lease.seconds, octets: lease.octets, places: lease.places, endsMinute: lease.ends_minute, untilMinute, moved: [] }
  }

  function lease(request: LeaseRequest): LeaseOutcome {
    const before = request.renews && leaseOf.get(request.renews)
    const id = before?.voucher ?? request.voucher ?? NONE
    const voucher = voucherAt(id)
    if (!voucher) return { kind: 'unknown' }
    const known = leaseOf.get(request.id)
    if (known) return known.voucher.equals(id) ? { kind: 'ruled', ruling: asBefore(known, voucher), voucher } : { kind: 'unknown' }
    giveBack(before, id, voucher, request.used)
    const left = voucherAt(id) ?? voucher
    if (request.places === 0) return { kind: 'returned' }
    const others = liveOf.all(id, request.minute).map((row): LiveLease => ({ id: row.id, places: row.places, endsMinute: row.ends_minute }))
    const ruling: Ruling = before?.moved === 1 ? { kind: 'refused', reason: 'moved' } : rule(left, request.places, others, request.minute)
    grant(request, id, ruling, voucher)
    return { kind: 'ruled', ruling, voucher: voucherAt(id) ?? voucher }
  }

  function tidy(minute: number): boolean {
    blurLeases.run(minute)
    dropLeases.run(minute - LEASE_KEPT_MINUTES)
    noteOver.run(minute, minute, minute)
    noteNotOver.run(minute)
    const label = due.get(minute - BATCH_KEPT_MINUTES)
    if (label === undefined) return false
    dropLeasesOf.run(label)
    dropVouchers.run(label)
    dropBatch.run(label)
    return true
  }

  return {
    make: (batch, vouchers) =>
      group.run(() => {
        if (taken.get(batch.label)) return false
        const { label, seconds, octets, untilMinute, validMinutes, devices, downKbps, upKbps, madeDay } = batch
        putBatch.run(label, seconds ?? null, octets ?? null, untilMinute ?? null, validMinutes ?? null, devices, downKbps ?? null, upKbps ?? null, madeDay)
        for (const { id, mark } of vouchers) putVoucher.run(id, label, mark)
        return true
      }),
    list: async () => list.all().map((row): CityBatch => Object.assign({ label: row.label, madeDay: row.made_day, void: row.void !== 0, count: row.count }, termsOf(row))),
    void: (label, minute) =>
      group.run(() => {
        if (!taken.get(label)) return undefined
        makeVoid.run(minute, label)
        return members.get(label) ?? 0
      }),
    marks: async (minute, most) => marks.all(minute, minute, most),
    lease: (request) => group.run(() => lease(request)),
    tidy: (minute) => group.run(() => tidy(minute)),
  }
}
