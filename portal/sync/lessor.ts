// The way from a gateway to whoever holds the city's vouchers: its hub. Signed there and back, answered under the question's own id.
import * as v from 'valibot'
import type { Lessor } from '#radius/vouchers/city.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { openJws, signJws, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import { leaseAnswer, VOUCHER_TYP, VOUCHERED_TYP, type LeaseAnswer } from '#shared/voucher-lease.ts'
import { askHub, type HubFetch } from './hub-fetch.ts'

const MINUTE_MS = 60_000

export type LessorParts = {
  /** Origin of the hub. */
  readonly url: string
  readonly device: DeviceKey
  /** The hub's pinned key; undefined before enrolment. */
  readonly hub: () => PublicKey | undefined
  readonly fetch: HubFetch
}

export function createLessor({ url, device, hub, fetch }: LessorParts, effects: Pick<Effects, 'clock' | 'log' | 'metrics'>): Lessor {
  const { clock, metrics } = effects
  const log = effects.log.scoped('vouchers')
  const silent = metrics.counter('parvis_voucher_hub_silent_total', 'Questions about the city’s vouchers that the hub did not answer')
  const closing = Promise.withResolvers<undefined>()
  let offMinutes = 0

  async function exchange(question: Parameters<Lessor['ask']>[0], pinned: PublicKey): Promise<LeaseAnswer | undefined> {
    const minute = Math.max(0, Math.floor(clock.now() / MINUTE_MS) + offMinutes)
    const body = Buffer.from(await signJws(device, VOUCHER_TYP, JSON.stringify({ ...question, aud: new URL(url).origin, minute })))
    const { status, text } = await askHub(fetch, clock, new URL('/v1/vouchers', url).href, 'POST', { 'content-type': 'application/jose' }, body)
    if (status !== 200) return void log.warn('the hub refused a question about a voucher', { status, answer: text.slice(0, 200) })
    const answer = v.parse(leaseAnswer, JSON.parse(openJws(text, VOUCHERED_TYP, pinned).toString('utf8')))
    // An answer to another question, kept and sent again.
    return answer.id === question.id ? answer : undefined
  }

  /** A gateway whose clock is wrong says the hub's minute from then on: what is signed needs to be fresh by the hub's clock alone. */
  async function inTime(question: Parameters<Lessor['ask']>[0], pinned: PublicKey): Promise<LeaseAnswer | undefined> {
    const answer = await exchange(question, pinned)
    if (answer?.state !== 'clock') return answer
    offMinutes = answer.minute - Math.floor(clock.now() / MINUTE_MS)
    return exchange(question, pinned)
  }

  return {
    async ask(question, patienceMs) {
      const pinned = hub()
      if (!pinned) return undefined
      const patience = Promise.withResolvers<undefined>()
      const cancel = clock.after(patienceMs, () => patience.resolve(undefined))
      const asking = inTime(question, pinned).catch((error: unknown) => void log.warn('the hub was not asked about a voucher', { reason: reason(error) }))
      const answer = (await Promise.race([asking, patience.promise, closing.promise])) ?? undefined
      cancel()
      if (!answer) silent()
      return answer
    },
    mayBe: () => false,
    close: () => closing.resolve(undefined),
  }
}
