/**
 * What becomes of a batch that is over, void or past its last day: a month later it is erased, with its vouchers and its label. A clock
 * that was wrong for a while must not cost anybody a voucher, so what counts is since when a batch has been over without a break.
 */
import type { Clock } from '#shared/clock.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Db } from '#shared/db/open.ts'
import { MINUTE_MS } from './table.ts'

const KEPT_MINUTES = 30 * 24 * 60
/** About a millisecond's work, which holds up the loop. */
const VOUCHERS_PER_WRITE = 256

const IS_OVER = '(void = 1 or ifnull(until_minute <= ?, 0))'
// Later than now is what a clock said that has been put right since.
const OVER = `update voucher_batch set over_minute = ? where ${IS_OVER} and ifnull(over_minute > ?, 1)`
const NOT_OVER = `update voucher_batch set over_minute = null where over_minute is not null and not ${IS_OVER}`
const SOME = `(select id from voucher where batch = ? order by id limit ${VOUCHERS_PER_WRITE})`

export type ErasureParts = { readonly durable: Pick<DurableWriter, 'write'>; readonly reader: Db; readonly clock: Pick<Clock, 'now'> }
export type Erasure = {
  /** Rejects when the disk refuses; what is left is erased the next time. */
  round(): Promise<void>
  close(): void
}

export function createErasure({ durable, reader, clock }: ErasureParts): Erasure {
  const due = reader.prepare<[number], string>('select label from voucher_batch where over_minute <= ?').pluck()
  const member = reader.prepare<[string], number>('select 1 from voucher where batch = ? limit 1').pluck()
  let running: Promise<void> | undefined
  let closed = false
  const goesOn = (): boolean => !closed

  async function erase(label: string): Promise<void> {
    while (goesOn() && member.get(label)) {
      await durable.write({ sql: `delete from voucher_session where voucher in ${SOME}`, values: [label] }, { sql: `delete from voucher where id in ${SOME}`, values: [label] })
    }
    if (goesOn()) await durable.write({ sql: 'delete from voucher_batch where label = ?', values: [label] })
  }

  async function eraseAll(): Promise<void> {
    const minute = Math.floor(clock.now() / MINUTE_MS)
    await durable.write({ sql: OVER, values: [minute, minute, minute] }, { sql: NOT_OVER, values: [minute] })
    if (goesOn()) for (const label of due.all(minute - KEPT_MINUTES)) await erase(label)
  }

  return {
    round: () => (running ??= eraseAll().finally(() => (running = undefined))),
    close: () => void (closed = true),
  }
}
