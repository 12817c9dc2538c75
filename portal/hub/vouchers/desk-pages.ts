import { html, raw } from 'hono/html'
import { isolated } from '#shared/i18n/isolated.ts'
import { layout } from '../staff/layout.ts'
import { shortDate, type Html, type View } from '../staff/view.ts'
import type { CityBatch } from '../store/store.ts'
import { amountOf, conditionsOf } from './gives.ts'
import { MOST_AT_ONCE, MOST_LABEL_CHARACTERS } from './pool.ts'
import { sheets, type Sheet } from './sheet.ts'

const DAY_MS = 86_400_000

export type DeskView = { readonly batches: readonly CityBatch[]; readonly typed: (name: string) => string; readonly message: string | undefined; readonly offered: boolean; readonly timezone: string }

type Field = { readonly name: string; readonly hint?: true; readonly kind: 'text' | 'number' | 'date'; readonly more?: string }
const FIRST: readonly Field[] = [
  { name: 'label', hint: true, kind: 'text', more: `required maxlength="${MOST_LABEL_CHARACTERS}"` },
  { name: 'count', hint: true, kind: 'number', more: `required min="1" max="${MOST_AT_ONCE}"` },
  { name: 'minutes', hint: true, kind: 'number', more: 'min="1"' },
  { name: 'devices', hint: true, kind: 'number', more: 'min="0" max="1000"' },
  { name: 'until', kind: 'date' },
]
const MORE: readonly Field[] = [
  { name: 'hours', hint: true, kind: 'number', more: 'min="1"' },
  { name: 'megabytes', hint: true, kind: 'number', more: 'min="1"' },
  { name: 'down', kind: 'number', more: 'min="8"' },
  { name: 'up', kind: 'number', more: 'min="8"' },
]

function fieldOf({ t }: View, typed: DeskView['typed'], { name, hint, kind, more = '' }: Field): Html {
  const described = hint ? raw(`aria-describedby="${name}-hint"`) : ''
  return html`<div class="field"><label for="${name}">${t(`voucher.${name}`)}</label>${hint ? html`<p class="note" id="${name}-hint">${t(`voucher.${name}Hint`)}</p>` : ''}<input id="${name}" name="${name}" type="${kind}" value="${typed(name)}" autocomplete="off" ${raw(more)} ${described}></div>`
}

function orderForm(view: View, { typed, message }: DeskView): Html {
  const { t } = view
  const option = (form: 'digits' | 'letters') => html`<option value="${form}" ${typed('form') === form ? raw('selected') : ''}>${t(`voucher.${form}`)}</option>`
  const open = MORE.some(({ name }) => typed(name) !== '') || typed('form') === 'letters'
  return html`<form class="card" method="post" action="/staff/vouchers">${message === undefined ? '' : html`<p class="error" role="alert">${message}</p>`}
${FIRST.map((one) => fieldOf(view, typed, one))}
<details ${open ? raw('open') : ''}><summary>${t('voucher.more')}</summary>
${MORE.map((one) => fieldOf(view, typed, one))}
<div class="field"><label for="form">${t('voucher.form')}</label><select id="form" name="form">${option('digits')}${option('letters')}</select></div></details>
<button class="button">${t('voucher.submit')}</button></form>`
}

function batchRow(view: View, timezone: string, batch: CityBatch): Html {
  const { t } = view
  const conditions = conditionsOf(view, batch, timezone)
  const link = html`<a class="link" href="/staff/vouchers/void?label=${encodeURIComponent(batch.label)}" aria-label="${t('voucher.voidLabel', { label: batch.label })}">${t('voucher.void')}</a>`
  return html`<tr class="site-row"><th scope="row"><bdi>${batch.label}</bdi></th>
<td data-label="${t('voucher.made')}">${shortDate(view, new Date(batch.madeDay * DAY_MS).toISOString().slice(0, 10))}</td>
<td class="n" data-label="${t('voucher.number')}"><bdi dir="ltr">${batch.count}</bdi></td>
<td data-label="${t('voucher.gives')}"><span>${amountOf(view, batch)}<span class="when">${conditions}</span></span></td>
<td>${batch.void ? html`<span class="chip">${t('voucher.isVoid')}</span>` : link}</td></tr>`
}

export function deskPage(view: View, desk: DeskView): Html {
  const { t } = view
  const table = html`<div class="table"><table class="sites"><thead><tr><th scope="col">${t('voucher.label')}</th><th scope="col">${t('voucher.made')}</th><th scope="col" class="n">${t('voucher.number')}</th><th scope="col">${t('voucher.gives')}</th><th scope="col"><span class="hidden">${t('voucher.void')}</span></th></tr></thead>
<tbody>${desk.batches.map((batch) => batchRow(view, desk.timezone, batch))}</tbody></table></div>`
  const body = html`<h1>${t('voucher.title')}</h1>
<p class="lead">${t('voucher.lead')}</p>
${desk.offered ? '' : html`<p class="alarm">${t('voucher.notOffered')}</p>`}
<h2>${t('voucher.new')}</h2>
${orderForm(view, desk)}
<h2>${t('voucher.list')}</h2>
${desk.batches.length === 0 ? html`<p>${t('voucher.none')}</p>` : table}
<p class="note">${t('voucher.erased')}</p>`
  return layout(view, { title: t('voucher.title'), body, here: 'vouchers' })
}

export function confirmPage(view: View, { label }: CityBatch): Html {
  const { t } = view
  const body = html`<h1>${t('voucher.voidTitle')}</h1>
<form class="card" method="post" action="/staff/vouchers/void"><p>${t('voucher.voidLead', { label: isolated(label) })}</p>
<input type="hidden" name="label" value="${label}"><button class="button">${t('voucher.voidSubmit')}</button></form>
<p><a class="link" href="/staff/vouchers">${t('voucher.back')}</a></p>`
  return layout(view, { title: t('voucher.voidTitle'), body, here: 'vouchers' })
}

export function unknownPage(view: View): Html {
  const { t } = view
  return layout(view, { title: t('voucher.title'), body: html`<h1>${t('voucher.unknown')}</h1><p><a class="link" href="/staff/vouchers">${t('voucher.back')}</a></p>`, here: 'vouchers' })
}

export function sheetPage(view: View, sheet: Sheet): Html {
  const { t } = view
  const body = html`<h1>${t('sheet.title')}</h1>
<p class="alarm"><strong>${t('sheet.once')}</strong></p>
<p class="note">${t('sheet.how')}</p>
${sheets(view, sheet)}
<p><a class="link" href="/staff/vouchers">${t('voucher.back')}</a></p>`
  return layout(view, { title: t('sheet.title'), body, here: 'vouchers', style: '/staff/vouchers.css' })
}
