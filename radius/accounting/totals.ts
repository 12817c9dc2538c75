/** What the reports of one session come to, whatever their order and however often they came. */
import type { Statement } from '#shared/db/group-commit.ts'
import { ACCOUNTING_STATUS } from '../nas.ts'
import type { AccountingRecord, StoredRecord } from './record.ts'
import { UPSERT_SESSION } from './schema.ts'

export type SessionTotals = {
  readonly client: string
  readonly nas: string
  readonly session: string
  user: string
  /** Of its earliest report. */
  firstMinute: number
  /** When it was last heard of. */
  lastMinute: number
  seconds: number
  inputOctets: number
  outputOctets: number
  inputPackets: number
  outputPackets: number
  /** Null while the session goes on. */
  stopMinute: number | null
  cause: number | null
}

function first({ client, nas, session, user, minute, heardMinute, seconds, inputOctets, outputOctets, inputPackets, outputPackets }: AccountingRecord): SessionTotals {
  return { client, nas, session, user, firstMinute: minute, lastMinute: heardMinute, seconds, inputOctets, outputOctets, inputPackets, outputPackets, stopMinute: null, cause: null }
}

function takeIn(totals: SessionTotals, record: AccountingRecord): void {
  if (totals.user === '') totals.user = record.user
  totals.firstMinute = Math.min(totals.firstMinute, record.minute)
  totals.lastMinute = Math.max(totals.lastMinute, record.heardMinute)
  totals.seconds = Math.max(totals.seconds, record.seconds)
  totals.inputOctets = Math.max(totals.inputOctets, record.inputOctets)
  totals.outputOctets = Math.max(totals.outputOctets, record.outputOctets)
  totals.inputPackets = Math.max(totals.inputPackets, record.inputPackets)
  totals.outputPackets = Math.max(totals.outputPackets, record.outputPackets)
}

/** @param all by the records' keys. */
export function addRecord(all: Map<string, SessionTotals>, record: StoredRecord): void {
  let totals = all.get(record.key)
  if (totals) takeIn(totals, record)
  else all.set(record.key, (totals = first(record)))
  if (record.status !== ACCOUNTING_STATUS.stop || totals.stopMinute !== null) return
  totals.stopMinute = record.minute
  totals.cause = record.cause
}

export function upsertStatement(totals: SessionTotals): Statement {
  const { client, nas, session, user, firstMinute, lastMinute, seconds, inputOctets, outputOctets, inputPackets, outputPackets, stopMinute, cause } = totals
  return { sql: UPSERT_SESSION, values: [client, nas, session, user, firstMinute, lastMinute, seconds, inputOctets, outputOctets, inputPackets, outputPackets, stopMinute, cause] }
}
