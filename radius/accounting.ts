/** Accounting-Request (RFC 2866): believed, read into a report, stored, and only then acknowledged. */
import type { Effects } from '#shared/effects.ts'
import { readAccountingReport } from './accounting/report.ts'
import type { HolderOf, LiveSessions } from './live-sessions.ts'
import { ACCOUNTING_STATUS, type AccountingStore } from './nas.ts'
import { CODES } from './packet.ts'
import type { Answer, Request, Service } from './server.ts'
import { doubtSelfProving } from './trust.ts'

export type AccountingParts = {
  readonly store: Pick<AccountingStore, 'record'>
  readonly live: LiveSessions
  readonly holderOf: HolderOf
}

const STORED: Answer = { code: CODES.accountingResponse }
/** The NAS keeps what we do not acknowledge and sends it again. */
const NOT_STORED: Answer = { silent: 'not_stored' }
/** Acknowledged, though nothing is kept of it. */
const OTHER = 'other'

export function accountingService({ store, live, holderOf }: AccountingParts, effects: Pick<Effects, 'clock' | 'metrics'>): Service {
  const heard = new Map(
    [...Object.keys(ACCOUNTING_STATUS), OTHER].map((status) => [status, effects.metrics.counter('parvis_radius_accounting_total', 'Accounting reports acknowledged', { status })]),
  )

  /**
   * RFC 2866 §2 has what was recorded acknowledged and all else sent again. Of a tunnel, a failure or a vendor's own status there is
   * nothing that a later try could record, and silence would make the access server take us for dead: it is counted and acknowledged,
   * whatever its number, as FreeRADIUS does with what its modules pass over.
   */
  function acknowledgeOnly(): Answer {
    heard.get(OTHER)?.()
    return STORED
  }

  function answer({ packet, client, address }: Request): Answer | Promise<Answer> {
    const report = readAccountingReport(packet, effects.clock.now())
    if (!report) return acknowledgeOnly()
    const origin = { client: client.name, address }
    const session = live.heard(origin, report, holderOf)
    return store.record(origin, report, session).then(
      () => {
        heard.get(report.status)?.()
        return STORED
      },
      () => NOT_STORED,
    )
  }
  return { doubt: doubtSelfProving, answer, late: () => ({ silent: 'store_late' }), proves: () => false }
}
