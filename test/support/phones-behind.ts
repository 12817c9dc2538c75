// Phones that a foreign access controller sends to the portal of a test: all of them come from one address, as behind one that translates them.
import { expect } from 'vitest'
import { noEnforcer, noNeighbours } from '#portal/gateway/no-network.ts'
import type { ControllerSettings } from '#portal/controllers/controller.ts'
import type { NasParts } from './controllers.ts'
import { ask, formFields, portalTown, type Answer, type PortalTown, type PortalTownOptions } from './portal-town.ts'

const ADDRESS = '127.0.0.9'

export const locationOf = ({ headers }: Answer): string => String(headers['location'] ?? '')
export const atOf = (address: string): string => /[?&]at=([\w-]+)/.exec(address)?.[1] ?? ''

/** A portal without a network of its own. `hears`: beside a RADIUS server, so that access servers tell whom they let in and end what they are asked to. */
export async function townBehind(controllers: readonly ControllerSettings[], more: PortalTownOptions = {}, hears = true): Promise<PortalTown> {
  const town: PortalTown = await portalTown({
    enforcer: noEnforcer,
    neighbours: noNeighbours,
    ...more,
    settings: { controllers, ...more.settings },
    accounting: { record: async ({ client }, report) => town.portal.guests.heard(report, client), ...more.accounting },
    parts: { ...(hears && { hangUp: async () => true }), ...more.parts },
  })
  return town
}

export type PhonesBehind = {
  get(target: string): Promise<Answer>
  post(path: string, fields: Readonly<Record<string, string>>): Promise<Answer>
  /** The redirect, the page behind it, and the press of its button, with what else was typed or ticked. */
  tap(redirect: string, typed?: Readonly<Record<string, string>>): Promise<{ page: Answer; answer: Answer; at: string }>
  /** What a simulated controller needs: it stands there before the portal and its RADIUS server do. */
  nasOf(name: string, mac: string): NasParts
}

export function phonesBehind(town: () => PortalTown): PhonesBehind {
  const get = (target: string): Promise<Answer> => ask({ from: ADDRESS, port: town().portal.port, path: target.replace(/^http:\/\/[^/]+/, '') })
  const post = (path: string, fields: Readonly<Record<string, string>>): Promise<Answer> =>
    ask({ from: ADDRESS, port: town().portal.port, path, method: 'POST', body: new URLSearchParams(fields).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
  return {
    get,
    post,
    async tap(redirect, typed = {}) {
      const arrived = await get(redirect)
      expect(arrived.status).toBe(302)
      const page = await get(locationOf(arrived))
      expect(page.status).toBe(200)
      const at = atOf(locationOf(arrived))
      return { page, at, answer: await post(`/connect?at=${at}`, { ...formFields(page.body), ...typed }) }
    },
    nasOf: (name, mac) => ({ phone: { mac }, portalUrl: () => `${town().portal.url}at/${name}`, authPort: () => town().radius.authPort }),
  }
}
