import { html, raw } from 'hono/html'
import type { SiteRow } from '../store/store.ts'
import { layout } from './layout.ts'
import { monthName, type Html, type View } from './view.ts'

/** Value of the site field for every site, with the demonstration and without it. */
export const ALL_SITES = '*'
export const REAL_SITES = '*real'

export type DownloadView = { readonly sites: readonly SiteRow[]; readonly months: readonly string[]; readonly chosenSite: string; /** Empty: none. */ readonly chosenMonth: string; readonly message?: string | undefined }

export function downloadPage(view: View, { sites, months, chosenSite, chosenMonth, message }: DownloadView): Html {
  const { t } = view
  const option = (value: string, label: string, chosen: string) => html`<option value="${value}" ${value === chosen ? raw('selected') : ''}>${label}</option>`
  const mixed = sites.some(({ demo }) => demo) && sites.some(({ demo }) => !demo)
  const siteField = html`<div class="field"><label for="site">${t('download.site')}</label><select id="site" name="site">${mixed ? option(REAL_SITES, t('download.allReal'), chosenSite) : ''}${option(ALL_SITES, t('download.all'), chosenSite)}${sites.map(({ id, name, demo }) => option(id, demo ? `${name} (${t('app.demo')})` : name, chosenSite))}</select></div>`
  const monthField = html`<div class="field"><label for="month">${t('download.month')}</label><select id="month" name="month">${months.map((month) => option(month, monthName(view, month), chosenMonth))}${option('', t('download.noMonth'), chosenMonth)}</select></div>`
  const date = (name: 'from' | 'to') => html`<div class="field"><label for="${name}">${t(`download.${name}`)}</label><input id="${name}" name="${name}" type="date"></div>`
  const body = html`<h1>${t('download.title')}</h1>
<p class="lead">${t('download.lead')}</p>
<form class="card" method="get" action="/staff/download.zip">${message === undefined ? '' : html`<p class="error" role="alert">${message}</p>`}
<input type="hidden" name="lang" value="${view.language}">
${siteField}
${monthField}
<fieldset><legend>${t('download.days')}</legend><div class="two">${date('from')}${date('to')}</div></fieldset>
<label class="check"><input type="checkbox" name="excel" value="1">${t('download.excel')}</label>
<button class="button">${t('download.submit')}</button></form>`
  return layout(view, { title: t('download.title'), body, here: 'download' })
}
