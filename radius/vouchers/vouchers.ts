import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { every, type Clock } from '#shared/clock.ts'
import { derivedKey } from '#shared/derived-key.ts'
import { UsageError } from '#shared/errors.ts'
import { reason, type Log } from '#shared/log.ts'
import { quickMac } from '#shared/quick-mac.ts'
import type { DeviceKey } from '#shared/sign.ts'
import type { AccountingReport, Origin } from '../nas.ts'
import { makeVoucherCode, readVoucherCode, type CodeForm } from './code.ts'
import { ELSEWHERE, overStatements } from './city-table.ts'
import { createErasure } from './erasure.ts'
import { closeSilentStatements, heardStatement, MINUTE_MS, startedStatements, VOUCHER_ID_BYTES, type Spent } from './table.ts'

export const MOST_AT_ONCE = 50_000
export const MOST_LABEL_CHARACTERS = 100
const TIDY_EVERY_MS = 600_000
const DAY_MS = 86_400_000
/** How far back an event is believed; an access server without a clock lives in 1970, where its sessions would be over at once. */
const MOST_LATE_MINUTES = 24 * 60
/** 70 TB, more than any session: what 65,536 of them come to is still a number of SQLite's, whatever an access server says. */
const MOST_OCTETS = 2 ** 46

/** What each voucher of a batch gives. Undefined is without that limit, or for `devices` what the profile says. */
export type VoucherTerms = {
  readonly label: string
  /** Time online of all devices together. */
  readonly seconds: number | undefined
  /** In both directions together. */
  readonly octets: number | undefined
  /** Minutes since 1970: good before this one. */
  readonly untilMinute: number | undefined
  /** Sessions at the same time; 0 is without limit. */
  readonly devices: number | undefined
  /** How long each is good from its first use on; the end is told to the full hour. */
  readonly validMinutes?: number | undefined
  readonly downKbps?: number | undefined
  readonly upKbps?: number | undefined
}
export type VoucherOrder = VoucherTerms & { readonly count: number; readonly form: CodeForm }

/** A voucher as the source judges it; `used` is of all sessions that were acknowledged. */
export type Voucher = Omit<VoucherTerms, 'label'> & { readonly void: boolean; readonly usedSeconds: number; readonly usedOctets: number; /** It is good for some time from its first use on, and nobody has used it. */ readonly unbegun: boolean }
export type BatchListing = VoucherTerms & { readonly madeDay: number; readonly void: boolean; readonly count: number; readonly unused: number }

export type Vouchers = {
  /** 16 hexadecimal digits that stand for a code in canonical form. */
  idOf(code: string): string
  find(id: string): Voucher | undefined
  /** It is used for the first time: from now on it has an end. Resolves after fsync. */
  begin(id: string): Promise<void>
  /** Codes in canonical form, which are kept nowhere. @throws (rejects) UsageError `voucher` when the label is taken or the order is none. */
  make(order: VoucherOrder): Promise<string[]>
  list(): BatchListing[]
  /** How many vouchers are worth nothing from now on; undefined when there is no such batch. */
  void(label: string): Promise<number | undefined>
  /** Whether a name has the form of a code. */
  isCode(userName: string): boolean
  /** Resolves after fsync. The User-Name has the form of a code; of codes that are no voucher nothing is kept. */
  spend(origin: Origin, report: AccountingReport): Promise<void>
  close(): void
}

export type VouchersParts = {
  /** Opened with VOUCHER_MIGRATIONS and durability `full`; they belong to the caller. */
  readonly durable: DurableWriter
  readonly reader: Db
  readonly device: DeviceKey
  readonly clock: Clock
  readonly random: (length: number) => Buffer
  readonly log: Log
}

type TermsRow = { seconds: number | null; octets: number | null; until_minute: number | null; devices: number | null; valid_minutes: number | null; down_kbps: number | null; up_kbps: number | null }
type FindRow = TermsRow & { ends_minute: number | null; void: number; used_seconds: number; used_octets: number }
const FIND = `select b.seconds, b.octets, b.until_minute, b.devices, b.valid_minutes, b.down_kbps, b.up_kbps, b.void, v.until_minute as ends_minute,
    v.used_seconds + coalesce((select sum(seconds) from voucher_session where voucher = v.id), 0) as used_seconds,
    v.used_octets + coalesce((select sum(octets) from voucher_session where voucher = v.id), 0) as used_octets
  from voucher v join voucher_batch b on b.label = v.batch where v.id = ? and v.batch <> '${ELSEWHERE}'`
type ListRow = TermsRow & { label: string; made_day: number; void: number; count: number; unused: number }
const LIST = `select b.*, count(v.id) as count,
    coalesce(sum(v.used_seconds = 0 and v.used_octets = 0 and not exists (select 1 from voucher_session where voucher = v.id)), 0) as unused
  from voucher_batch b left join voucher v on v.batch = b.label where b.label <> '${ELSEWHERE}' group by b.label order by b.made_day, b.label`


function withTerms<Rest extends object>(row: TermsRow, rest: Rest): Omit<VoucherTerms, 'label'> & Rest {
  const { seconds, octets, until_minute, devices, valid_minutes, down_kbps, up_kbps } = row
  const beyond = { ...(valid_minutes !== null && { validMinutes: valid_minutes }), ...(down_kbps !== null && { downKbps: down_kbps }), ...(up_kbps !== null && { upKbps: up_kbps }) }
  return Object.assign({ seconds: seconds ?? undefined, octets: octets ?? undefined, untilMinute: until_minute ?? undefined, devices: devices ?? undefined, ...beyond }, rest)
}

const PUT_BATCH = 'insert into voucher_batch (label, seconds, octets, until_minute, devices, valid_minutes, down_kbps, up_kbps, made_day) values (?, ?, ?, ?, ?, ?, ?, ?, ?)'
// To the full hour, in favour of its holder: what is kept tells no minute at which somebody came. Without the cast the division is real.
const BEGIN = `update voucher set until_minute = ifnull(until_minute, ((cast(? as integer) + (select valid_minutes from voucher_batch where label = batch) + 59) / 60) * 60) where id = ?`

function checkOrder({ label, count }: VoucherOrder): void {
  const wrong = (text: string) => new UsageError('voucher', text)
  if (label.trim() === '' || label.length > MOST_LABEL_CHARACTERS) throw wrong(`a label has 1 to ${MOST_LABEL_CHARACTERS} characters`)
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_AT_ONCE) throw wrong(`vouchers are made 1 to ${MOST_AT_ONCE} at a time`)
}

export function createVouchers({ durable, reader, device, clock, random, log }: VouchersParts): Vouchers {
  const ids = quickMac(derivedKey(device, 'parvis/voucher/1'), 'parvis/voucher/1')
  const tags = quickMac(derivedKey(device, 'parvis/voucher-session/1'), 'parvis/voucher-session/1')
  const find = reader.prepare<[Buffer], FindRow>(FIND)
  const list = reader.prepare<[], ListRow>(LIST)
  const taken = reader.prepare<[string], number>(`select count(*) from voucher_batch where label = ? and label <> '${ELSEWHERE}'`).pluck()
  const members = reader.prepare<[string], number>('select count(*) from voucher where batch = ?').pluck()
  const erasure = createErasure({ durable, reader, clock })
  const nowMinute = (): number => Math.floor(clock.now() / MINUTE_MS)
  const idBytes = (code: string): Buffer => ids(code).subarray(0, VOUCHER_ID_BYTES)

  /** Access servers name sessions by hardware addresses, too. The code, which is on no disk, keeps the tag from being tried with addresses. */
  function spentBy(code: string, { client }: Origin, report: AccountingReport): Spent {
    const id = idBytes(code)
    const tag = tags(code, client, report.nasIdentifier, report.acctSessionId).readUInt16BE(0)
    const octets = (report.inputOctets ?? 0) + (report.outputOctets ?? 0)
    const [said, now] = [Math.floor(report.eventSeconds / 60), nowMinute()]
    const minute = said > now || said < now - MOST_LATE_MINUTES ? now : said
    return { id, tag, seconds: report.sessionSeconds ?? 0, octets: Math.min(octets, MOST_OCTETS), minute }
  }

  async function tidy(): Promise<void> {
    await durable.write(...closeSilentStatements(nowMinute()), ...overStatements(nowMinute()))
    await erasure.round()
    durable.forget()
  }
  const notTidied = (error: unknown): void => log.scoped('radius').warn('silent voucher sessions not closed, or old batches not erased', { reason: reason(error) })
  const cancel = every(clock, TIDY_EVERY_MS, () => void tidy().catch(notTidied), () => undefined)

  return {
    idOf: (code) => idBytes(code).toString('hex'),
    find(id) {
      const row = find.get(Buffer.from(id, 'hex'))
      if (!row) return undefined
      const { until_minute, ends_minute, valid_minutes } = row
      const end = until_minute === null || ends_minute === null ? (until_minute ?? ends_minute) : Math.min(until_minute, ends_minute)
      const used = { void: row.void !== 0, usedSeconds: row.used_seconds, usedOctets: row.used_octets, unbegun: valid_minutes !== null && ends_minute === null }
      return withTerms({ ...row, until_minute: end }, used)
    },
    begin: (id) => durable.write({ sql: BEGIN, values: [nowMinute(), Buffer.from(id, 'hex')] }),
    async make(order) {
      checkOrder(order)
      const { label, seconds, octets, untilMinute, devices, validMinutes, downKbps, upKbps, count, form } = order
      if (taken.get(label)) throw new UsageError('voucher', `there are vouchers labelled "${label}" already: choose another label`)
      // Two alike in 2⁶⁰ do not happen; should they, the second is made again.
      const codes = new Map<string, string>()
      while (codes.size < count) {
        const code = makeVoucherCode(form, random)
        codes.set(ids(code).toString('hex', 0, VOUCHER_ID_BYTES), code)
      }
      const batch = { sql: PUT_BATCH, values: [...[label, seconds, octets, untilMinute, devices, validMinutes, downKbps, upKbps].map((value) => value ?? null), Math.floor(clock.now() / DAY_MS)] }
      const each = Array.from(codes.keys(), (id) => ({ sql: 'insert into voucher (id, batch) values (?, ?)', values: [Buffer.from(id, 'hex'), label] }))
      await durable.write(batch, ...each)
      return [...codes.values()]
    },
    list: () => list.all().map((row) => withTerms(row, { label: row.label, madeDay: row.made_day, void: row.void !== 0, count: row.count, unused: row.unused })),
    async void(label) {
      if (!taken.get(label)) return undefined
      await durable.write({ sql: 'update voucher_batch set void = 1, over_minute = ifnull(over_minute, ?) where label = ?', values: [nowMinute(), label] })
      return members.get(label) ?? 0
    },
    isCode: (userName) => readVoucherCode(userName).kind === 'code',
    async spend(origin, report) {
      const read = readVoucherCode(report.userName)
      if (read.kind !== 'code') return
      const spent = spentBy(read.code, origin, report)
      await durable.write(...(report.status === 'start' ? startedStatements(spent) : []), heardStatement(spent))
    },
    close() {
      cancel()
      erasure.close()
    },
  }
}
