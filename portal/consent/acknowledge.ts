import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Site } from '#shared/place.ts'
import { writeInTime } from '../session/desk.ts'
import type { WithdrawalCode } from '../session/session.ts'
import { purposesOf, type ShownExtra } from './extras.ts'
import { makeReceipt, type ClockSync, type Receipt, type ReceiptFacts, type Signer } from './receipt.ts'
import { eraseReceipt, storeReceipt } from './receipts.ts'
import type { Terms } from './terms.ts'

/** The optional consents that stood on the page, and those that were ticked. */
export type Choices = { readonly shown: readonly ShownExtra[]; readonly given: readonly string[] }
export const NO_CHOICES: Choices = { shown: [], given: [] }

export type Acknowledged = {
  readonly receipt: { readonly jti: string; readonly code: WithdrawalCode; readonly statement: Statement }
  /** The disk refused what was optional: none of it was given. */
  readonly extrasRefused: boolean
}
export type Acknowledge = (read: { readonly site: Site; readonly terms: Terms; readonly choices?: Choices | undefined; readonly bind?: string }) => Promise<Acknowledged>

export type AcknowledgeParts = {
  readonly gateway: string
  readonly controller: string
  readonly sign: Signer
  readonly durable: DurableWriter
  readonly effects: Effects
  clockSync(): ClockSync
}

/**
 * Signs the receipt of a tap. One that only acknowledges is a statement to be stored with the session, or later when the disk is full:
 * access does not wait for it. An optional consent is on the disk before anything follows from it, or it is refused (protocols.md §3).
 */
export function createAcknowledge(parts: AcknowledgeParts): Acknowledge {
  const { effects, sign } = parts
  const { clock, random } = effects

  async function receiptOf(facts: ReceiptFacts): Promise<{ receipt: Receipt; statement: Statement }> {
    const receipt = await makeReceipt(facts, clock.now(), random, sign)
    return { receipt, statement: storeReceipt(receipt, clock.now()) }
  }
  const done = ({ receipt, statement }: Awaited<ReturnType<typeof receiptOf>>, extrasRefused: boolean): Acknowledged => ({ receipt: { jti: receipt.jti, code: receipt.code, statement }, extrasRefused })

  return async function acknowledge({ site, terms, choices = NO_CHOICES, bind = 'l2' }) {
    const facts = { gateway: parts.gateway, site: site.id, controller: parts.controller, terms, clk: parts.clockSync(), bind }
    const whole = await receiptOf({ ...facts, purposes: purposesOf(choices.shown, choices.given) })
    if (choices.given.length === 0) return done(whole, false)
    try {
      await writeInTime(parts, [whole.statement])
      return done(whole, false)
    } catch (error) {
      effects.log.warn('the disk refused optional consents', { reason: reason(error) })
      // A disk that was only slow may have stored it: then its text goes again, before anybody has its code.
      void parts.durable.write(eraseReceipt(whole.receipt.jti)).catch(() => undefined)
      return done(await receiptOf({ ...facts, purposes: purposesOf(choices.shown, []) }), true)
    }
  }
}
