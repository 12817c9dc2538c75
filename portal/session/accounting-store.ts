import type { OwnAccounting } from '#radius/accounting-store.ts'

/**
 * What the embedded RADIUS server hears goes into gateway.db (radius/accounting-store.ts). A token is alive while accounting says so,
 * and while the portal's own store has a session that used it.
 */
export function portalAccounting(own: OwnAccounting, aliveHere: (tokenNonce: string) => boolean): OwnAccounting {
  return { ...own, alive: (nonce) => own.alive(nonce) || aliveHere(nonce) }
}
