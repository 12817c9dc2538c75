// What a country's law asks of a public network, as data: one row a country. Nothing else knows what any of them says.
import { FR } from './profiles/fr.ts'
import { NONE } from './profiles/default.ts'

/** What the sealed log may hold of a session. Never an address that was visited, never content. */
export const LOG_FIELDS = ['start', 'end', 'terminal_mac', 'lan_v4', 'lan_v6', 'public_addr', 'port_from', 'port_to', 'site'] as const
export type LogField = (typeof LOG_FIELDS)[number]

export type LegalProfile = {
  /** ISO 3166 in lower case, or `default`. */
  readonly id: string
  /** Dates `YYYY-MM-DD`. After `reviewBy` the gateway goes on and says aloud that the law must be looked at again. */
  readonly effectiveFrom: string
  readonly reviewBy: string
  /** Why access may be given at all; never consent. */
  readonly accessBasis: 'public_task'
  readonly identityRequired: boolean
  /** Ways by which identity may be shown, where it is required. */
  readonly identityMethods: readonly string[]
  /** Days; 0: never collected. `other` is what belongs to no one: receipts. */
  readonly retention: { readonly traffic: number; readonly security: number; readonly identity: number; readonly other: number }
  /** Empty: no log is kept, and nothing of it runs. */
  readonly logFields: readonly LogField[]
  /** From which age a child consents to optional extras alone; nobody is asked for an age. */
  readonly childAge: number
  /** Keys of the portal's texts (pages/texts): the third fact of the front page, and what /recorded says. */
  readonly texts: { readonly fact: string; readonly recorded: string }
  /** For whoever runs the gateway, in French and in English. */
  readonly operatorNotice: { readonly fr: string; readonly en: string }
  /** Whether somebody who may has signed it. */
  readonly counselSigned: boolean
  readonly sources: readonly string[]
}

export const PROFILES = { default: NONE, fr: FR } as const satisfies Readonly<Record<string, LegalProfile>>
export const PROFILE_IDS = ['default', 'fr'] as const
export type ProfileId = (typeof PROFILE_IDS)[number]

export function keepsLog(profile: LegalProfile): boolean {
  return profile.logFields.length > 0
}

/** True from the day after `reviewBy` on. @param nowMs Wall clock. */
export function reviewOverdue(profile: LegalProfile, nowMs: number): boolean {
  return new Date(nowMs).toISOString().slice(0, 10) > profile.reviewBy
}
