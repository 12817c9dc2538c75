// What the rest of the portal knows of foreign access controllers: one object, made once.
import type { Authorisation } from '#radius/nas.ts'
import type { Effects } from '#shared/effects.ts'
import { UsageError } from '#shared/errors.ts'
import type { KeyObject } from '#shared/keyed-mac.ts'
import { reason } from '#shared/log.ts'
import type { ClientId, MacAddress } from '#shared/personal.ts'
import { siteFor, type Site } from '#shared/place.ts'
import { localClient } from '../consent/form-token.ts'
import type { Place } from '../detect/place.ts'
import type { Asker, Behind, Grant } from '../gateway/enforcer.ts'
import { allowList } from './allow-list.ts'
import { arrivalStates, type ArrivalState, type Opened } from './arrival-state.ts'
import type { Arrival, Controller, ControllerSettings, Introduction, Redirect } from './controller.ts'
import type { ForeignGate } from './foreign-gate.ts'
import { gatesOf, type Gates } from './gates.ts'
import { KINDS, type Kind } from './kinds.ts'
import { withoutUntold } from './untold.ts'
import { createUsed } from './used.ts'

export type ControllerDesk = {
  readonly gates: Gates
  readonly configured: boolean
  named(name: string): Controller | undefined
  /** The UniFi controller whose site this is: the path of its redirect cannot be chosen. */
  ofApiSite(site: string): Controller | undefined
  introduce(controller: Controller, redirect: Redirect): Introduction
  seal(arrival: Arrival): ArrivalState | undefined
  /** For the pages of a session: by its link alone a phone behind a controller would be nobody to all others. */
  stateOf(mac: MacAddress, behind: Behind): ArrivalState | undefined
  /** Undefined for what we did not seal, for what is too old, and for controllers that are not configured any more. */
  arrived(state: string | undefined): Opened | undefined
  placeOf(arrival: Arrival, sites: readonly Site[]): Place
  /** Its controller asks our RADIUS server. */
  handsOver(arrival: Arrival): boolean
  /** False for a redirect that has opened a session already, and for a MAC that its controller does not know as waiting. */
  admits(arrived: Opened): Promise<boolean>
  /** Its redirect has opened a session. */
  used(behind: Behind): void
  holdable(behind: Behind | undefined, limits: Authorisation): Authorisation
  /** Where the phone carries the word to its gateway; undefined where the gate has heard it from us. */
  wayBack(arrival: Arrival, then: string): string | undefined
  /** Where a phone leaves by itself. */
  leaving(behind: Behind | undefined): string | undefined
  radiusClientOf(controller: string): string
  handOverTo(arrival: Arrival, credentials: Parameters<NonNullable<Kind['handOver']>>[2], then: string): string | undefined
  /** What a controller's own programs ask; undefined when this one does not ask, or not from there. */
  ask(controller: Controller, source: string, form: (name: string) => string | undefined): string | undefined
  /** Sessions that are over here and go on behind a controller that cannot end them. */
  lingering(): number
  /** After a restart of ours: what is open stays open. */
  takeUp(grants: readonly Grant[]): void
}

/** `l2:…`, `ctl:…` or `claim:…` (protocols.md §1). */
export function clientIdOf({ mac, behind }: Extract<Asker, { kind: 'client' }>): ClientId {
  return behind === undefined ? localClient(mac) : (`${behind.facts['bind']}:${behind.controller}:${mac}` as string as ClientId)
}

/** What goes with the session: never the page that was asked for. */
export function behindOf({ arrival: { controller, bind, back, facts }, once }: Opened): Behind {
  return { controller, facts: { ...facts, bind, once, ...(back !== undefined && { back }) } }
}

/** The way back: nobody arrives anew by it, and what its redirect has used up stays used. */
function arrivalOf(mac: MacAddress, { controller, facts: { bind, back, once = '', ...facts } }: Behind): Arrival {
  return { controller, bind: bind === 'ctl' ? 'ctl' : 'claim', mac, event: 'online', hints: {}, facts: withoutUntold(facts), once: once.slice(controller.length + 1), ...(back !== undefined && { back }) }
}

function controllerOf(settings: ControllerSettings): Controller {
  const kind = KINDS[settings.kind]
  try {
    return { ...settings, back: allowList(settings.addresses, kind.ports) }
  } catch (error) {
    throw new UsageError('controllers', `controller ${settings.name}: ${reason(error)}`)
  }
}

/** @throws UsageError `controllers` when a return address is none. */
export function createControllerDesk(settings: readonly ControllerSettings[], formKey: KeyObject, effects: Effects): ControllerDesk {
  const { clock } = effects
  const controllers = new Map(settings.map((one) => [one.name, controllerOf(one)]))
  const gates = gatesOf([...controllers.values()], effects)
  const states = arrivalStates(formKey, effects.random)
  const used = createUsed(clock)
  const pollers = new Map([...controllers.values()].map((one) => [one.name, one.pollFrom && allowList(one.pollFrom, [0])]))

  const rowOf = (controller: string): Kind | undefined => {
    const known = controllers.get(controller)
    return known && KINDS[known.kind]
  }
  const gateOf = (controller: string): ForeignGate | undefined => gates.get(controller)

  return {
    gates,
    configured: controllers.size > 0,
    named: (name) => controllers.get(name),
    ofApiSite: (site) => [...controllers.values()].find(({ kind, api }) => kind === 'unifi' && api?.site === site),
    introduce: (controller, redirect) => KINDS[controller.kind].read(redirect, controller),
    seal: (arrival) => states.seal(arrival, clock.now()),
    stateOf: (mac, behind) => states.seal(arrivalOf(mac, behind), clock.now()),
    arrived(state) {
      const opened = state === undefined ? undefined : states.open(state, clock.now())
      return opened && controllers.has(opened.arrival.controller) ? opened : undefined
    },
    placeOf({ controller, hints }, sites) {
      const named = sites.find(({ id }) => id === controllers.get(controller)?.site)
      return named ? { site: named, fitted: true } : siteFor(sites, hints)
    },
    handsOver: ({ controller }) => rowOf(controller)?.handOver !== undefined,
    admits: async ({ arrival, once }) => !used.has(once) && ((await gateOf(arrival.controller)?.admits(arrival)) ?? true),
    used: ({ facts }) => used.add(facts['once'] ?? ''),
    holdable: (behind, limits) => (behind && gateOf(behind.controller)?.holdable(limits)) ?? limits,
    wayBack(arrival, then) {
      const controller = controllers.get(arrival.controller)
      return controller && KINDS[controller.kind].wayBack?.(arrival, controller, then)
    },
    leaving(behind) {
      const leave = behind && rowOf(behind.controller)?.leave
      const back = behind?.facts['back']
      return leave && back !== undefined ? leave({ back }) : undefined
    },
    radiusClientOf: (controller) => controllers.get(controller)?.radiusClient ?? controller,
    handOverTo(arrival, credentials, then) {
      const controller = controllers.get(arrival.controller)
      return controller && KINDS[controller.kind].handOver?.(arrival, controller, credentials, then)
    },
    ask(controller, source, form) {
      const allowed = pollers.get(controller.name)
      return allowed === undefined || allowed(source, 0) ? gateOf(controller.name)?.asked?.(form) : undefined
    },
    lingering: () => [...gates.values()].reduce((sum, gate) => sum + (gate.lingering?.() ?? 0), 0),
    takeUp(grants) {
      for (const grant of grants) if (grant.behind) gateOf(grant.behind.controller)?.takeUp(grant)
    },
  }
}
