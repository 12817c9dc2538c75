// The citizen's receipt: shown, taken along, consents withdrawn, erased. By the withdrawal code alone, from any device, without script.
import type { Form } from '../form.ts'
import { erasedPage, noReceiptPage, receiptPage, receiptsPage } from '../pages/receipt.ts'
import { href, type Reader } from '../pages/frame.ts'
import type { WithdrawalCode } from '../session/session.ts'
import type { Visit, Visits } from '../visit.ts'
import { shownExtras } from './extras.ts'
import { parseCode } from './receipt.ts'
import { termsOfSite } from './terms-route.ts'

/** `GET /receipt`: where a code is typed. */
export function receiptsRoute({ page, readerOf }: Visits) {
  return (visit: Visit) => page(visit, receiptsPage(readerOf(visit)))
}

/** A receipt is of the place where it was given, whatever door it is read at: its name, its hour, its terms as long as they stand. */
function shown({ page, receiptDesk, url, settings, termsFor }: Visits, visit: Visit, here: Reader, code: WithdrawalCode | undefined, note?: 'withdrawn') {
  const held = code && receiptDesk.held(code)
  if (!held) return page(visit, noReceiptPage(here), 404)
  const { site, terms } = held.text
  const reader = { ...here, site: settings.sites.find(({ id }) => id === site) ?? here.site }
  const { id, ver } = termsFor(reader)
  const stand = reader.site.id === site && id === terms.id && ver === terms.ver
  const again = stand ? `${href(reader, '/terms')}${site === here.site.id ? '' : termsOfSite(site)}` : undefined
  return page(visit, receiptPage(reader, held, { extras: shownExtras(settings.extras, reader.language), url: new URL(`/receipt/${held.code}`, url).href, again, note }))
}

/** `GET /receipt/<code>`: what the QR code leads to. Changes nothing. */
export function heldReceiptRoute(visits: Visits) {
  return (visit: Visit) => shown(visits, visit, visits.readerOf(visit), parseCode(visit.req.param('code') ?? ''))
}

/** `GET /receipt/<code>/copy`: the signed text with its place under the head of its day, once that has closed. */
export function receiptCopyRoute({ page, readerOf, receiptDesk }: Visits) {
  return async function giveCopy(visit: Visit) {
    const code = parseCode(visit.req.param('code') ?? '')
    const copy = code && (await receiptDesk.copy(code))
    if (!copy) return page(visit, noReceiptPage(readerOf(visit)), 404)
    return visit.body(`${JSON.stringify(copy, undefined, 1)}\n`, 200, { 'Content-Type': 'application/json', 'Content-Disposition': 'attachment; filename="parvis-receipt.json"' })
  }
}

/** `POST /receipt`: the code is the credential, so the form needs no other. */
export function receiptFormRoute(visits: Visits) {
  const { page, readerOf, receiptDesk, broken } = visits
  const acts: Readonly<Record<string, (visit: Visit, reader: Reader, code: WithdrawalCode, purpose: string) => Response | Promise<Response>>> = {
    show: (visit, reader, code) => shown(visits, visit, reader, code),
    async withdraw(visit, reader, code, purpose) {
      const withdrawn = await receiptDesk.withdraw(code, purpose)
      return shown(visits, visit, reader, code, withdrawn ? 'withdrawn' : undefined)
    },
    erase: async (visit, reader, code) => ((await receiptDesk.erase(code)) ? page(visit, erasedPage(reader)) : page(visit, noReceiptPage(reader), 404)),
  }

  return async function actOnReceipt(visit: Visit, form: Form) {
    const reader = readerOf(visit, form('lang'))
    const code = parseCode(form('code') ?? '')
    const name = form('act') ?? 'show'
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined
    if (!act) return visits.fail(visit, reader, 'malformed')
    if (!code) return page(visit, noReceiptPage(reader), 404)
    try {
      return await act(visit, reader, code, form('purpose') ?? '')
    } catch (error) {
      return broken(visit, 'a receipt could not be changed', error)
    }
  }
}
