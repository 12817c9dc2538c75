// The voucher desk: what a librarian sees and does. No count of use is shown, because the hub must not tell how many came.
import type { Effects } from '#shared/effects.ts'
import type { Html, View } from '../staff/view.ts'
import type { HubStore } from '../store/store.ts'
import { confirmPage, deskPage, sheetPage, unknownPage } from './desk-pages.ts'
import { orderFrom } from './order.ts'
import type { Pool } from './pool.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Where no site has said its own yet. */
const TIMEZONE = 'Europe/Paris'

export type DeskParts = {
  readonly store: HubStore
  readonly pool: Pool
  readonly city: string
  /** Where a phone on the city's Wi-Fi reaches its portal; what QR codes lead to. */
  readonly portalUrl?: (() => string | undefined) | undefined
  /** The portal on this machine shows no field for vouchers. */
  readonly vouchersOffered?: boolean | undefined
}

export type Said = { readonly page: Html; readonly status: 200 | 400 | 404 | 409 } | { readonly to: string }
export type VoucherDesk = {
  show(view: View): Promise<Html>
  make(view: View, field: (name: string) => string): Promise<Said>
  confirm(view: View, label: string): Promise<Said>
  void(view: View, label: string): Promise<Said>
}

/** What is suggested: the day, and an hour for one device. */
const SUGGESTED: Readonly<Record<string, string>> = { count: '24', minutes: '60', devices: '1', form: 'digits' }

export function voucherDesk({ store, pool, city, portalUrl, vouchersOffered: offered = true }: DeskParts, { clock, log }: Effects): VoucherDesk {
  const timezone = async (): Promise<string> => (await store.counts.sites()).find(({ demo }) => !demo)?.timezone ?? TIMEZONE

  async function shown(view: View, typed: (name: string) => string, message?: string): Promise<Html> {
    return deskPage(view, { batches: await pool.list(), typed, message, offered, timezone: await timezone() })
  }
  const unknown = (view: View): Said => ({ page: unknownPage(view), status: 404 })

  return {
    show: (view) => shown(view, (name) => (name === 'label' ? new Date(Math.floor(clock.now() / DAY_MS) * DAY_MS).toISOString().slice(0, 10) : (SUGGESTED[name] ?? ''))),
    async make(view, field) {
      const order = orderFrom(field, await timezone(), Math.floor(clock.now() / MINUTE_MS))
      if (typeof order === 'string') return { page: await shown(view, field, view.t(`voucher.${order}`)), status: 400 }
      const codes = await pool.make(order)
      // Also when the page with the codes is loaded again: they are shown once.
      if (!codes) return { page: await shown(view, field, view.t('voucher.taken')), status: 409 }
      log.info('vouchers_made', { count: order.count })
      return { page: sheetPage(view, { city, terms: order, codes, portalUrl: portalUrl?.(), timezone: await timezone() }), status: 200 }
    },
    async confirm(view, label) {
      const batch = (await pool.list()).find((one) => one.label === label && !one.void)
      return batch ? { page: confirmPage(view, batch), status: 200 } : unknown(view)
    },
    async void(view, label) {
      const count = await pool.void(label)
      if (count === undefined) return unknown(view)
      log.info('vouchers_voided', { count })
      return { to: '/staff/vouchers' }
    },
  }
}
