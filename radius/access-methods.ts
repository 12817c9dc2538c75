/** Ways of signing in. The place in the list is the `profile` byte of a portal token: add at the end only. */
export const ACCESS_METHODS = ['click', 'voucher', 'account', 'free'] as const
export type AccessMethod = (typeof ACCESS_METHODS)[number]
