// The way from a gateway to whoever holds the city's vouchers: its hub.
import type { Lessor } from '#radius/vouchers/city.ts'
import type { Effects } from '#shared/effects.ts'
import { reason } from '#shared/log.ts'
import { leaseAnswer, VOUCHER_TYP, VOUCHERED_TYP, type LeaseAnswer } from '#shared/voucher-lease.ts'
import { hubQuestions, type HubLine, type Way } from './hub-question.ts'
import { voucherMarks, type MarksText, type VoucherMarks } from './voucher-marks.ts'

const WAY: Way<LeaseAnswer> = { path: '/v1/vouchers', asked: VOUCHER_TYP, told: VOUCHERED_TYP, schema: leaseAnswer }

export type HubLessor = Lessor & Pick<VoucherMarks, 'fetch'>

/** @param text where the marks of the city's vouchers are kept over a restart. */
export function createLessor(line: HubLine, text: MarksText, effects: Pick<Effects, 'clock' | 'log' | 'metrics' | 'random'>): HubLessor {
  const { clock, metrics } = effects
  const log = effects.log.scoped('vouchers')
  const silent = metrics.counter('parvis_voucher_hub_silent_total', 'Questions about the city’s vouchers that the hub did not answer')
  const closing = Promise.withResolvers<undefined>()
  const askAs = hubQuestions(line, effects, log)
  const marks = voucherMarks(askAs, text, effects, log)

  return {
    async ask(question, patienceMs) {
      const patience = Promise.withResolvers<undefined>()
      const cancel = clock.after(patienceMs, () => patience.resolve(undefined))
      const asking = askAs(WAY, question).catch((error: unknown) => void log.warn('the hub was not asked about a voucher', { reason: reason(error) }))
      const answer = (await Promise.race([asking, patience.promise, closing.promise])) ?? undefined
      cancel()
      if (!answer) silent()
      return answer
    },
    mayBe: marks.mayBe,
    fetch: marks.fetch,
    close() {
      marks.close()
      closing.resolve(undefined)
    },
  }
}
