import { html } from 'hono/html'
import type { Counts, SiteRow } from '../store/store.ts'
import { spark } from './chart.ts'
import { completeDays, nextDate, type Day } from './days.ts'
import { layout } from './layout.ts'
import { meanOf } from './noise.ts'
import { coverage, number, shortDate, type Html, type View } from './view.ts'

const DAYS_SHOWN = 28
const DAYS_OF_MEAN = 7
/** A site-day may be longer than 24 hours and close a day after it began. */
const SPARE_DAYS = 3
const DAY_MS = 86_400_000

export type SiteSummary = { readonly site: SiteRow; readonly days: readonly Day[] }

/** Of each site the complete days among the last 28 dates. */
export async function summaries(counts: Counts, nowMs: number): Promise<SiteSummary[]> {
  const all: SiteSummary[] = []
  for (const site of await counts.sites()) {
    const cells = await counts.cells(site.id, nowMs - (DAYS_SHOWN + SPARE_DAYS) * DAY_MS, nowMs, 'arrivals')
    all.push({ site, days: completeDays(site, cells, nowMs).slice(-DAYS_SHOWN) })
  }
  return all
}

export function siteChips(view: View, site: SiteRow): Html {
  return html`<span class="chips"><span class="chip">${view.t(`class.${site.class}`)}</span>${site.demo ? html` <span class="chip is-demo">${view.t('app.demo')}</span>` : ''}</span>`
}

function meanCell(view: View, days: readonly Day[]): Html {
  const last = days.at(-1)
  const recent = last ? days.filter(({ date }) => date > nextDate(last.date, -DAYS_OF_MEAN)) : []
  const counted = recent.flatMap(({ arrivals }) => (arrivals ? [arrivals] : []))
  const partial = counted.length > 0 && counted.length < DAYS_OF_MEAN
  const mean = meanOf(counted)
  if (!mean && counted.length > 0) return html`<span class="grey"><span aria-hidden="true">—</span><span class="when">${view.t('home.noMean')}</span></span>`
  return html`${number(view, mean)}${partial ? html`<span class="when">${view.t('home.daysOf', { count: counted.length })}</span>` : ''}`
}

function row(view: View, { site, days }: SiteSummary): Html {
  const { t } = view
  const last = days.at(-1)
  const name = html`<th scope="row"><a class="site-name" href="/staff/sites/${encodeURIComponent(site.id)}"><bdi>${site.name}</bdi></a> ${siteChips(view, site)}</th>`
  if (!last) return html`<tr class="site-row">${name}<td colspan="4" class="none">${t('home.none')}</td></tr>`
  const recent = days.slice(-DAYS_OF_MEAN)
  const share = recent.reduce((total, day) => total + day.coverage, 0) / recent.length
  return html`<tr class="site-row">${name}
<td class="n" data-label="${t('home.lastDay')}"><span>${number(view, last.arrivals)}<span class="when">${shortDate(view, last.date)}</span></span></td>
<td class="n" data-label="${t('home.week')}"><span>${meanCell(view, days)}</span></td>
<td data-label="${t('home.month')}">${spark(days)}</td>
<td class="n" data-label="${t('home.coverage')}">${coverage(view, share)}</td></tr>`
}

export function homePage(view: View, sites: readonly SiteSummary[], alarms: number): Html {
  const { t } = view
  const table = html`<div class="table"><table class="sites"><thead><tr><th scope="col">${t('home.site')}</th><th scope="col" class="n">${t('home.lastDay')}</th><th scope="col" class="n">${t('home.week')}</th><th scope="col">${t('home.month')}</th><th scope="col" class="n">${t('home.coverage')}</th></tr></thead>
<tbody>${sites.map((site) => row(view, site))}</tbody></table></div>`
  const body = html`<h1>${t('home.title')}</h1>
<p class="lead">${t('home.lead')}</p>
${alarms > 0 ? html`<p class="alarm">${t('home.alarm', { count: alarms })}</p>` : ''}
${sites.length === 0 ? html`<p>${t('home.noSites')}</p>` : html`${table}<div class="legend"><p>${t('number.legend')}</p><p>${t('number.legendGrey')}</p></div>`}`
  return layout(view, { title: t('home.title'), body, here: 'sites' })
}
