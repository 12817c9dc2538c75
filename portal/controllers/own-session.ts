import type { Behind } from '../gateway/enforcer.ts'

/** Nobody but whoever asks says that it is this device. */
export function isMereClaim(behind: Behind | undefined): boolean {
  return behind?.facts['bind'] === 'claim'
}

/**
 * Anyone behind a controller that vouches for nobody can write a neighbour's MAC into a redirect: there a session is that of the
 * redirect that opened it, and to all others it is not there.
 */
export function isOwnSession(session: { readonly behind?: Behind | undefined }, behind: Behind | undefined): boolean {
  return !isMereClaim(behind) || session.behind?.facts['once'] === behind?.facts['once']
}
