// Portal-free: the best cities ask nothing (people.md). A device is let in when it is seen, if RADIUS says yes; no page, no receipt.
import { createDelays } from '#radius/access/delays.ts'
import type { Clock } from '#shared/clock.ts'
import { reason, type Log } from '#shared/log.ts'
import { createPassingMap } from '#shared/passing-map.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { Site } from '#shared/place.ts'
import type { PlaceOf } from '../detect/place.ts'
import { secondsLeft, type OpenSession } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { PortalSettings } from '../settings.ts'
import type { Connect } from './connect.ts'
import { methodsAt, type Method } from './methods.ts'

/** A device that stays is seen again within two minutes: one whose time ends before that is asked for anew when it has ended. */
const RENEW_WITHIN_SECONDS = 125
const AFTER_END_MS = 50
/** Nobody was asked which language they read. */
const NO_LANGUAGE = 'other'

export type FreeParts = {
  readonly settings: PortalSettings
  readonly connect: Connect
  readonly sessions: Pick<Sessions, 'live' | 'barrier'>
  readonly placeOf: PlaceOf
  readonly clock: Clock
  readonly log: Log
}
export type Free = {
  /** Whether no page is shown at this site. */
  at(site: Site): boolean
  /** Whether any site is like that. */
  readonly anywhere: boolean
  /** A device is there: lets it in, unless it is in already. True when it is online. */
  admit(mac: MacAddress, site: Site): Promise<boolean>
  /** As the network tells of it. `network` is the interface on which it was seen. */
  seen(mac: MacAddress, network: string | undefined): void
}

/** The way without a page, where a site has it. */
function freeMethod(settings: PortalSettings, site: string): Method | undefined {
  return methodsAt(settings, site).find(({ form }) => !form)
}

export function createFree({ settings, connect, sessions, placeOf, clock, log }: FreeParts): Free {
  const only = settings.sites.length === 1 ? settings.sites[0] : undefined
  // Whom RADIUS refused: not asked about for every packet of every app.
  const delays = createDelays(clock)
  const underway = createPassingMap<MacAddress, Promise<boolean>>()
  const renewing = new Set<MacAddress>()

  function renewLater(session: OpenSession, site: Site): void {
    const left = secondsLeft(session, clock.now())
    if (left > RENEW_WITHIN_SECONDS || renewing.has(session.mac)) return
    renewing.add(session.mac)
    clock.after(left * 1000 + AFTER_END_MS, () => {
      renewing.delete(session.mac)
      admit(session.mac, site).catch(failed)
    })
  }

  async function ask(mac: MacAddress, site: Site, method: Method): Promise<boolean> {
    const live = await sessions.live(mac)
    if (live) {
      renewLater(live, site)
      return true
    }
    if (delays.waits(mac) || sessions.barrier(site.id, mac)) return false
    const connected = await connect({ mac, site, language: NO_LANGUAGE, method, proof: { kind: 'token' } })
    const online = connected.kind === 'opened' || connected.kind === 'live'
    if (online) delays.right(mac)
    else delays.wrong(mac)
    return online
  }

  /** One question for each device at a time, whoever noticed it. */
  async function admit(mac: MacAddress, site: Site): Promise<boolean> {
    const method = freeMethod(settings, site.id)
    if (!method) return false
    const known = underway.get(mac)
    if (known) return known
    const asking = ask(mac, site, method).finally(() => underway.delete(mac))
    underway.set(mac, asking)
    return asking
  }
  const failed = (error: unknown): void => log.warn('a device was not let in', { reason: reason(error) })

  return {
    at: ({ id }) => freeMethod(settings, id) !== undefined,
    anywhere: settings.sites.some(({ id }) => freeMethod(settings, id) !== undefined),
    admit,
    seen(mac, network) {
      const place = only ? { site: only, fitted: true } : placeOf(undefined, network)
      // Of a device that is somewhere, its first request says where.
      if (only || (network !== undefined && place.fitted)) admit(mac, place.site).catch(failed)
    },
  }
}
