import type { OwnAccounting } from '#radius/accounting-store.ts'
import type { AccountingReport, Origin } from '#radius/nas.ts'

/**
 * What the embedded RADIUS server hears goes into gateway.db (radius/accounting-store.ts). A token is alive while accounting says so,
 * and while the portal's own store has a session that used it. `heard` is told of phones that foreign access servers let in.
 */
export function portalAccounting(own: OwnAccounting, aliveHere: (tokenNonce: string) => boolean, heard: (report: AccountingReport, origin: Origin) => void = () => {}): OwnAccounting {
  return {
    ...own,
    async record(origin, report, session) {
      // On a full disk too who is online is online; what it refused comes again and changes nothing.
      heard(report, origin)
      await own.record(origin, report, session)
    },
    alive: (nonce) => own.alive(nonce) || aliveHere(nonce),
  }
}
