import type { AccountingStore } from '../nas.ts'
import type { Vouchers } from './vouchers.ts'

/**
 * The same store, through which vouchers learn what is used of them: a report on a voucher's session is acknowledged when both have
 * it on the disk. Should only one of them, the access server says it again, and totals said twice count once. RFC 2866 §5.13 does not
 * ask for a User-Name: a report without one is about whoever the session is known to be of.
 */
export function meteringVouchers<Store extends AccountingStore>(store: Store, vouchers: Pick<Vouchers, 'spend' | 'isCode'>): Store {
  const record: AccountingStore['record'] = function record(origin, report, session) {
    const stored = store.record(origin, report, session)
    const userName = report.userName || (session?.userName ?? '')
    return vouchers.isCode(userName) ? Promise.all([stored, vouchers.spend(origin, { ...report, userName })]).then(() => undefined) : stored
  }
  return { ...store, record }
}
