// Vouchers to cut out: the only moment at which their codes are seen.
import { html, raw } from 'hono/html'
import { encode } from 'uqr'
import { printedCode } from '#radius/vouchers/code.ts'
import { direction } from '#shared/i18n/texts.ts'
import type { Html } from '../staff/view.ts'
import { amountOf, conditionsOf, type Words } from './gives.ts'
import type { CityTerms } from './grant.ts'
import { SHEET_STYLE } from './sheet-style.ts'

/** Three by eight. */
export const VOUCHERS_PER_SHEET = 24
const GROUPS_PER_LINE = 3

export type Sheet = {
  readonly city: string
  readonly terms: Omit<CityTerms, 'devices' | 'downKbps' | 'upKbps'> & { readonly devices: number | undefined }
  /** In canonical form. */
  readonly codes: readonly string[]
  /** Where a phone on our Wi-Fi reaches the portal; without it there is nothing to scan. */
  readonly portalUrl: string | undefined
  readonly timezone: string
}

/** The page that takes the code out of `v` and only fills the field with it. */
export function signInLink(portalUrl: string, code: string): string {
  const url = new URL(portalUrl)
  url.searchParams.set('v', code)
  return url.href
}

/** Paper is folded and gets wet: a third level of correction for the price of a few dots. */
function qr(text: string, label: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border: 2 })
  const runs = data.flatMap((row, y) => [...row.map((dark) => (dark ? '1' : '0')).join('').matchAll(/1+/g)].map((run) => `M${run.index} ${y + 0.5}h${run[0].length}`))
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path stroke="#000" d="${raw(runs.join(''))}"/></svg>`
}

/** In lines that an eye can hold and a thumb can type. */
function codeLines(code: string): Html[] {
  const groups = printedCode(code).split('-')
  const lines = Array.from({ length: Math.ceil(groups.length / GROUPS_PER_LINE) }, (_, line) => groups.slice(line * GROUPS_PER_LINE, (line + 1) * GROUPS_PER_LINE))
  return lines.map((line) => html`<span>${line.join(' ')}</span>`)
}

function voucher(words: Words, { city, terms, portalUrl, timezone }: Sheet, code: string): Html {
  const { t } = words
  const conditions = conditionsOf(words, terms, timezone)
  return html`<li class="voucher"><div class="top"><div><p class="head"><b><bdi>${city}</bdi></b> · ${t('sheet.wifi')}</p>
<p class="code" aria-label="${t('sheet.code')}">${codeLines(code)}</p></div>${portalUrl === undefined ? '' : qr(signInLink(portalUrl, code), t('sheet.qr'))}</div>
<p class="foot"><b>${amountOf(words, terms)}</b>${conditions === '' ? '' : ` · ${conditions}`}<br>${t(portalUrl === undefined ? 'sheet.useTyped' : 'sheet.use')}</p></li>`
}

/** The vouchers, by sheets. */
export function sheets(words: Words, sheet: Sheet): Html[] {
  const count = Math.ceil(sheet.codes.length / VOUCHERS_PER_SHEET)
  const pages = Array.from({ length: count }, (_, page) => sheet.codes.slice(page * VOUCHERS_PER_SHEET, (page + 1) * VOUCHERS_PER_SHEET))
  return pages.map((codes) => html`<ul class="sheet">${codes.map((code) => voucher(words, sheet, code))}</ul>`)
}

/** A file of its own, for whoever has no staff pages: nothing in it is loaded from elsewhere. */
export async function sheetDocument(words: Words, sheet: Sheet): Promise<string> {
  const { t, language } = words
  const page = await html`<!doctype html>
<html lang="${language}" dir="${direction(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${t('sheet.title')} · ${sheet.city}</title>
<style>body{margin:0;background:#fff;color:#000;font:16px/1.5 system-ui,sans-serif}main{padding:16px}ul{margin:0;padding:0}${raw(SHEET_STYLE)}</style></head>
<body><main><h1>${t('sheet.title')}</h1><p><strong>${t('sheet.once')}</strong></p><p>${t('sheet.how')}</p>${sheets(words, sheet)}</main></body></html>
`
  return String(page)
}
