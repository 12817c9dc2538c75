import type { Translate } from '#shared/i18n/texts.ts'
import type { Method } from './methods.ts'

/** Texts of the second fact, by the way that comes first; every other is as long as what the portal grants. */
const TIME: Readonly<Partial<Record<Method['id'], string>>> = { voucher: 'terms.timeVoucher', account: 'terms.timeAccount' }

/** The first two facts of the first page: what is asked of whom, and for how long one is online. `time` is what a tap gives, in words. */
export function signInFacts(t: Translate, methods: readonly Method[], time: string): [asked: string, lasting: string] {
  const account = methods.some(({ id }) => id === 'account')
  const nameless = methods.some(({ id }) => id === 'click' || id === 'voucher')
  const asked = account ? (nameless ? 'terms.freeOrAccount' : 'terms.account') : 'terms.free'
  const [first] = methods
  return [t(asked), t((first && TIME[first.id]) ?? 'terms.time', { time })]
}
