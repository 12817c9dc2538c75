import { UnavailableError } from '#shared/errors.ts'
import type { Enforcer, Grant } from '../gateway/enforcer.ts'
import type { Controller } from './controller.ts'
import type { ForeignGate } from './foreign-gate.ts'
import { KINDS } from './kinds.ts'
import type { Effects } from '#shared/effects.ts'

export type Gates = ReadonlyMap<string, ForeignGate>

/** One gate for each controller whose kind has one. @throws TypeError when its settings do not suffice. */
export function gatesOf(controllers: readonly Controller[], effects: Effects): Gates {
  return new Map(
    controllers.flatMap((controller) => {
      const gate = KINDS[controller.kind].gate?.(controller, effects)
      return gate ? [[controller.name, gate] as const] : []
    }),
  )
}

/** Our own gate and the foreign ones as one: whoever came by a controller is let through there. */
export function withGates(own: Enforcer, gates: Gates): Enforcer {
  if (gates.size === 0) return own

  function gateOf(controller: string): ForeignGate {
    const gate = gates.get(controller)
    if (!gate) throw new UnavailableError('enforcer', 'this controller is not configured any more', { data: { controller } })
    return gate
  }

  return {
    ...own,
    open: async (grant: Grant) => (grant.behind === undefined ? own.open(grant) : gateOf(grant.behind.controller).open(grant)),
    close: async (mac, controller) => (controller === undefined ? own.close(mac) : gateOf(controller).close(mac)),
    async list() {
      const [mine, ...foreign] = await Promise.all([own.list(), ...[...gates.values()].map((gate) => gate.list())])
      return [...mine, ...foreign.flat()]
    },
    async stop() {
      for (const gate of gates.values()) gate.stop()
      await own.stop()
    },
  }
}
