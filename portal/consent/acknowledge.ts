import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Site } from '#shared/place.ts'
import { writeInTime } from '../session/desk.ts'
import type { WithdrawalCode } from '../session/session.ts'
import { purposesOf, type ShownExtra } from './extras.ts'
import { makeReceipt, type ClockSync, type ReceiptFacts, type Signer } from './receipt.ts'
import { eraseReceipt, storeReceipt } from './receipts.ts'
import type { Terms } from './terms.ts'

/** The optional consents that stood on the page, and those that were ticked. */
export type Choices = { readonly shown: readonly ShownExtra[]; readonly given: readonly string[] }
export const NO_CHOICES: Choices = { shown: [], given: [] }

export type Kept = { readonly jti: string; readonly code: WithdrawalCode; readonly statement: Statement }
/** A tap's receipt, on no disk yet; as JSON it stays what it is. */
export type SignedTap = {
  readonly receipt: Kept
  /** Where something optional was given: what holds if the disk refuses it. */
  readonly plain?: Kept
}
export type Acknowledged = {
  readonly receipt: Kept
  /** The disk refused what was optional: none of it was given. */
  readonly extrasRefused: boolean
}
export type SignTap = (read: { readonly site: Site; readonly terms: Terms; readonly choices?: Choices | undefined; readonly bind?: string }) => Promise<SignedTap>
export type Settle = (signed: SignedTap) => Promise<Acknowledged>
export type Acknowledge = (...read: Parameters<SignTap>) => Promise<Acknowledged>

export type AcknowledgeParts = {
  readonly gateway: string
  readonly controller: string
  readonly sign: Signer
  readonly durable: DurableWriter
  readonly effects: Effects
  clockSync(): ClockSync
}

export function createTapSigner(parts: Pick<AcknowledgeParts, 'gateway' | 'controller' | 'sign' | 'effects' | 'clockSync'>): SignTap {
  const { clock, random } = parts.effects

  async function keptOf(facts: ReceiptFacts): Promise<Kept> {
    const receipt = await makeReceipt(facts, clock.now(), random, parts.sign)
    return { jti: receipt.jti, code: receipt.code, statement: storeReceipt(receipt, clock.now()) }
  }

  return async function signTap({ site, terms, choices = NO_CHOICES, bind = 'l2' }) {
    const facts = { gateway: parts.gateway, site: site.id, controller: parts.controller, terms, clk: parts.clockSync(), bind }
    const receipt = await keptOf({ ...facts, purposes: purposesOf(choices.shown, choices.given) })
    return choices.given.length === 0 ? { receipt } : { receipt, plain: await keptOf({ ...facts, purposes: purposesOf(choices.shown, []) }) }
  }
}

/**
 * A receipt that only acknowledges is a statement to be stored with the session, or later when the disk is full: access does not wait
 * for it. An optional consent is on the disk before anything follows from it, or it is refused (protocols.md §3).
 */
export function createSettling(parts: Pick<AcknowledgeParts, 'durable' | 'effects'>): Settle {
  return async function settle({ receipt, plain }) {
    if (plain === undefined) return { receipt, extrasRefused: false }
    try {
      await writeInTime(parts, [receipt.statement])
      return { receipt, extrasRefused: false }
    } catch (error) {
      parts.effects.log.warn('the disk refused optional consents', { reason: reason(error) })
      // A disk that was only slow may have stored it: then its text goes again.
      void parts.durable.write(eraseReceipt(receipt.jti)).catch(() => undefined)
      return { receipt: plain, extrasRefused: true }
    }
  }
}

/** The receipt of a tap that opens its session at once. */
export function createAcknowledge(parts: AcknowledgeParts): Acknowledge {
  const [sign, settle] = [createTapSigner(parts), createSettling(parts)]
  return async (read) => settle(await sign(read))
}
