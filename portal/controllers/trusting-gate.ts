import type { Clock } from '#shared/clock.ts'
import { NO_USAGE } from '../gateway/enforcer.ts'
import type { Controller } from './controller.ts'
import { createLedger, type ForeignGate } from './foreign-gate.ts'

/**
 * openNDS on levels 1 and 2: the phone carries the word to its gateway itself, and nothing comes back to us. The gateway's own
 * `sessiontimeout` and limits hold there; what we know of the session is what we were promised by RADIUS.
 */
export function trustingGate({ name }: Pick<Controller, 'name'>, { clock }: { readonly clock: Clock }): ForeignGate {
  const ledger = createLedger(name, () => clock.monotonic())
  return {
    holdable: ({ idleSeconds: _idle, downKbps: _down, upKbps: _up, quotaBytes: _quota, ...limits }) => limits,
    admits: async () => true,
    open: async (grant) => ledger.set(grant),
    async close(mac) {
      ledger.leave(mac)
      return NO_USAGE
    },
    list: async () => ledger.clients(() => NO_USAGE),
    lingering: ledger.lingering,
    takeUp: (grant) => ledger.set(grant),
    stop() {},
  }
}
