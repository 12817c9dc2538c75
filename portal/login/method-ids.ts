/** Ways to sign in, as `[portal] methods` names them: one row each in `methods.ts`. */
export const METHOD_IDS = ['click', 'voucher', 'account', 'reentry', 'free'] as const
export type MethodId = (typeof METHOD_IDS)[number]
