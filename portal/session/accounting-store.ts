import type { OwnAccounting } from '#radius/accounting-store.ts'
import type { AccountingReport, Origin } from '#radius/nas.ts'

/**
 * What the embedded RADIUS server hears goes into gateway.db (radius/accounting-store.ts). A token is alive while accounting says so,
 * and while the portal's own store has a session that used it. `heard` is told what was stored: of phones that foreign access servers let in.
 */
export function portalAccounting(own: OwnAccounting, aliveHere: (tokenNonce: string) => boolean, heard: (report: AccountingReport, origin: Origin) => void = () => {}): OwnAccounting {
  return {
    ...own,
    async record(origin, report, session) {
      await own.record(origin, report, session)
      heard(report, origin)
    },
    alive: (nonce) => own.alive(nonce) || aliveHere(nonce),
  }
}
