import type { EndedSession } from '../session/session.ts'
import { secondsUsed } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Guest, Guests } from './guests.ts'

/** Asks the access server to end the session of this user; false when it did not, or nobody knows which one keeps it. */
export type HangUp = (guest: Guest) => Promise<boolean>

/** Our own sessions and those that foreign access servers keep, behind one door: a link is a link. */
export function withGuests(sessions: Sessions, guests: Guests, hangUp: HangUp, now: () => number): Sessions {
  async function end(guest: Guest): Promise<EndedSession | undefined> {
    if (!(await hangUp(guest))) return undefined
    guests.gone(guest)
    return { kind: 'ended', id: guest.id, site: guest.site, cause: 'userRequest', seconds: secondsUsed(guest, now()), usage: guest.usage }
  }
  return {
    ...sessions,
    inTurn: (mac, act, behind) => sessions.inTurn(mac, (live) => act(live ?? (behind && guests.live(mac, behind))), behind),
    live: async (mac, behind) => (await sessions.live(mac, behind)) ?? (behind && guests.live(mac, behind)),
    held: async (token) => (await sessions.held(token)) ?? guests.held(token),
    async end(id, cause, goesOn) {
      const guest = guests.byId(id)
      return guest ? end(guest) : sessions.end(id, cause, goesOn)
    },
    async round() {
      guests.round()
      await sessions.round()
    },
  }
}
