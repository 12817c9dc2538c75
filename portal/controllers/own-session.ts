import type { Behind } from '../gateway/enforcer.ts'

/**
 * Anyone behind a controller that vouches for nobody can write a neighbour's MAC into a redirect: there a session is that of the
 * redirect that opened it, and to all others it is not there.
 */
export function isOwnSession(session: { readonly behind?: Behind | undefined }, behind: Behind | undefined): boolean {
  return behind?.facts['bind'] !== 'claim' || session.behind?.facts['once'] === behind.facts['once']
}
