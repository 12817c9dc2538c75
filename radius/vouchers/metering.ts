import type { AccountingStore } from '../nas.ts'
import type { Vouchers } from './vouchers.ts'

/**
 * The same store, through which vouchers learn what is used of them: a report on a voucher's session is acknowledged when both have
 * it on the disk. Should only one of them, the access server says it again, and totals said twice count once.
 */
export function meteringVouchers<Store extends AccountingStore>(store: Store, vouchers: Pick<Vouchers, 'spend' | 'isCode'>): Store {
  const record: AccountingStore['record'] = function record(origin, report, session) {
    const stored = store.record(origin, report, session)
    return vouchers.isCode(report.userName) ? Promise.all([stored, vouchers.spend(origin, report)]).then(() => undefined) : stored
  }
  return { ...store, record }
}
