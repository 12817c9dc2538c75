/** What each way of signing in allows, by site: decided by the settings, read at every Access-Accept. */
import type { Profile } from './authorisation.ts'
import type { Packet } from './packet.ts'

/** Ways of signing in. The place in the list is the `profile` byte of a portal token: add at the end only. */
export const ACCESS_METHODS = ['click', 'voucher', 'account'] as const
export type AccessMethod = (typeof ACCESS_METHODS)[number]

export type Profiles = {
  /** The same object for the same method and site, so that its attributes are written down once. */
  of(method: AccessMethod, packet: Packet): Profile
}

/** The same for every method and site. */
export function oneProfile(profile: Profile): Profiles {
  return { of: () => profile }
}
