// For a portal without a network of its own, in front of foreign access controllers alone: nobody is its neighbour.
import { UnavailableError } from '#shared/errors.ts'
import { NO_USAGE, type Enforcer, type Neighbours } from './enforcer.ts'

export function noEnforcer(): Enforcer {
  return {
    name: 'controllers',
    async start() {},
    open: () => Promise.reject(new UnavailableError('enforcer', 'this portal has no network of its own')),
    close: async () => NO_USAGE,
    list: async () => [],
    async stop() {},
  }
}

/** A source address is nobody: all phones behind a controller may share one. */
export function noNeighbours(): Neighbours {
  return { async start() {}, asker: async () => ({ kind: 'unknown' }), onSighting() {}, async stop() {} }
}
