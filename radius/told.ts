/**
 * What somebody who was refused hears, as Reply-Message (RFC 2865 §5.18): in French, like all that citizens read first. Only what a
 * holder needs: a code that nobody made and one with a wrong password sound alike, as do a name that is nobody's and a wrong password,
 * and what is said of a voucher or an account is said to whoever has proved it.
 */
export const TOLD = {
  mistyped: 'Ce code contient une faute de frappe.',
  wrong: 'Code, nom ou mot de passe incorrect.',
  expired: 'Ce code n’est plus valable.',
  spent: 'Ce code est épuisé.',
  inUse: 'Trop d’appareils sont déjà en ligne avec ce code ou ce compte.',
  tooSoon: 'Trop d’essais : attendez deux secondes.',
  busy: 'Trop de demandes en ce moment : réessayez dans une minute.',
} as const
export type Told = keyof typeof TOLD

/** Reasons that are told; whoever meets another hears only that it was refused. */
const BY_REASON: Readonly<Record<string, Told>> = {
  voucher_mistyped: 'mistyped',
  voucher_unknown: 'wrong',
  voucher_wrong: 'wrong',
  voucher_void: 'expired',
  voucher_expired: 'expired',
  voucher_spent: 'spent',
  voucher_in_use: 'inUse',
  voucher_too_soon: 'tooSoon',
  voucher_unsure: 'busy',
  voucher_tries: 'busy',
  account_wrong: 'wrong',
  user_unknown: 'wrong',
  account_in_use: 'inUse',
  account_too_soon: 'tooSoon',
  account_checks_full: 'busy',
}
const BY_SENTENCE = new Map(Object.entries(TOLD).map(([told, sentence]): [string, Told] => [sentence, told as Told]))

/** The sentence for a reason; undefined where there is nothing more to say than no. */
export function sentenceTold(reason: string): string | undefined {
  const told = Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined
  return told && TOLD[told]
}

/** What a Reply-Message of a server of ours says; undefined for the words of any other. */
export function readTold(message: string | undefined): Told | undefined {
  return message === undefined ? undefined : BY_SENTENCE.get(message)
}
