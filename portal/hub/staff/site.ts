import { html, raw } from 'hono/html'
import type { CellRow, SiteRow } from '../store/store.ts'
import { dayChart } from './chart.ts'
import { isHour, type Day } from './days.ts'
import { siteChips } from './home.ts'
import { layout } from './layout.ts'
import { isGrey, sum, type Estimate } from './noise.ts'
import { coverage, longDate, monthName, number, percent, shortDate, type Html, type View } from './view.ts'

export type SiteView = {
  readonly site: SiteRow
  /** Of the period, oldest first, gaps included. */
  readonly days: readonly Day[]
  /** The day whose hours are shown, where the site has hours. */
  readonly chosen: Day | undefined
  /** `YYYY-MM`, or undefined for the last 28 days. */
  readonly month: string | undefined
  /** Months that can be chosen, newest first. */
  readonly months: readonly string[]
  /** Offered for download; undefined before the first close. */
  readonly usualMonth: string | undefined
}

function url(site: SiteRow, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString()
  return `/staff/sites/${encodeURIComponent(site.id)}${text && `?${text}`}`
}

function presets(view: View, { site, month, months }: SiteView): Html {
  const link = (href: string, label: string, current: boolean) => html`<li><a class="link" href="${href}" ${current ? raw('aria-current="true"') : ''}>${label}</a></li>`
  return html`<nav aria-label="${view.t('site.period')}"><ul class="presets">${link(url(site), view.t('site.last28'), month === undefined)}${months.map((one) => link(url(site, { month: one }), monthName(view, one), one === month))}</ul></nav>`
}

/** The total of a column; undefined when a day is missing or greyed. */
function total(days: readonly Day[], of: 'arrivals' | 'sessions'): Estimate | undefined {
  const estimates = days.map((day) => day[of])
  return estimates.every((one) => one !== undefined && !isGrey(one)) ? sum(estimates as Estimate[]) : undefined
}

function daysTable(view: View, shown: SiteView): Html {
  const { t } = view
  const { days, site } = shown
  const sums = { arrivals: total(days, 'arrivals'), sessions: total(days, 'sessions') }
  const date = (day: Day) =>
    day.cells.some(isHour) ? html`<a href="${url(site, { ...(shown.month === undefined ? {} : { month: shown.month }), day: day.date })}#hours">${shortDate(view, day.date)}</a>` : shortDate(view, day.date)
  // Narrow screens have no room for a fourth column: there only what is not whole is said, under the date.
  const partly = (day: Day) => (day.coverage >= 0.995 ? '' : html`<span class="when share-note">${t('site.partly', { share: percent(view, day.coverage) })}</span>`)
  const rows = days.toReversed().map((day) => html`<tr><th scope="row">${date(day)}${partly(day)}</th><td class="n">${number(view, day.arrivals)}</td><td class="n">${number(view, day.sessions)}</td><td class="n share">${coverage(view, day.coverage)}</td></tr>`)
  const foot = sums.arrivals || sums.sessions ? html`<tfoot><tr><th scope="row">${t('site.total')}</th><td class="n">${number(view, sums.arrivals)}</td><td class="n">${number(view, sums.sessions)}</td><td class="share"></td></tr></tfoot>` : ''
  return html`<h2>${t('site.days')}</h2><div class="table"><table class="days"><thead><tr><th scope="col">${t('site.day')}</th><th scope="col" class="n">${t('site.arrivals')}</th><th scope="col" class="n">${t('site.sessions')}</th><th scope="col" class="n share">${t('site.coverage')}</th></tr></thead><tbody>${rows}</tbody>${foot}</table></div>
${sums.arrivals && sums.sessions ? '' : html`<p class="note">${t('site.noTotal')}</p>`}`
}

function cellsOf(day: Day, release: string, hours: boolean): CellRow[] {
  return day.cells.filter((cell) => cell.release === release && isHour(cell) === hours)
}

/** Cells of one interval and bin, from however many gateways the site has. */
function estimateOf(cells: readonly CellRow[]): Estimate | undefined {
  return cells.length === 0 ? undefined : sum(cells.map(({ value, sdMilli }) => ({ value, sd: sdMilli / 1_000, single: true })))
}

function hoursTable(view: View, site: SiteRow, day: Day): Html {
  const { t } = view
  const clock = new Intl.DateTimeFormat('fr-FR', { timeZone: site.timezone, hour: '2-digit', minute: '2-digit' })
  const starts = [...new Set(day.cells.filter(isHour).map(({ fromMs }) => fromMs))].sort((a, b) => a - b)
  const at = (release: string, fromMs: number) => estimateOf(cellsOf(day, release, true).filter((cell) => cell.fromMs === fromMs))
  const rows = starts.map((fromMs) => html`<tr><th scope="row"><bdi dir="ltr">${clock.format(fromMs)}</bdi></th><td class="n">${number(view, at('arrivals', fromMs))}</td><td class="n">${number(view, at('sessions', fromMs))}</td></tr>`)
  return html`<section><h2 id="hours">${t('site.hours', { day: longDate(view, day.date) })}</h2><div class="table"><table class="days"><thead><tr><th scope="col">${t('site.hour')}</th><th scope="col" class="n">${t('site.arrivals')}</th><th scope="col" class="n">${t('site.sessions')}</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}

/** `20-40min` and `320min+` as people say them. */
function binLabel({ t }: View, bin: string): string {
  const [, from, to] = /^(\d+)-(\d+)min$/.exec(bin) ?? []
  const [, least] = /^(\d+)min\+$/.exec(bin) ?? []
  if (least !== undefined) return t('site.binLast', { from: least })
  return from === undefined ? bin : t('site.bin', { from, to })
}

function dwellTable(view: View, day: Day): Html | '' {
  const cells = cellsOf(day, 'dwell', false)
  if (cells.length === 0) return ''
  const bins = [...new Set(cells.map(({ bin }) => bin))].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  const rows = bins.map((bin) => html`<tr><th scope="row">${binLabel(view, bin)}</th><td class="n">${number(view, estimateOf(cells.filter((cell) => cell.bin === bin)))}</td></tr>`)
  return html`<section><h2>${view.t('site.dwell', { day: longDate(view, day.date) })}</h2><div class="table"><table class="days"><thead><tr><th scope="col">${view.t('site.duration')}</th><th scope="col" class="n">${view.t('site.devices')}</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}

export function sitePage(view: View, shown: SiteView, mayDownload: boolean): Html {
  const { t } = view
  const { site, days, chosen, usualMonth } = shown
  const month = usualMonth === undefined ? '' : html`<a class="button" href="/staff/download.zip?${new URLSearchParams({ site: site.id, month: usualMonth, lang: view.language }).toString()}">${t('site.downloadMonth', { month: monthName(view, usualMonth) })}</a>`
  const download = html`${month}<a class="link" href="/staff/download?${new URLSearchParams({ site: site.id }).toString()}">${t('site.downloadOther')}</a>`
  // Before the first close there is nothing to draw.
  const figures = () => html`<h2>${t('site.chart')}</h2>${dayChart(view, days)}
<div class="legend"><p>${t('number.legend')}</p><p>${t('number.legendGrey')}</p>${days.some(({ arrivals }) => !arrivals) ? html`<p>${t('number.legendGap')}</p>` : ''}<p>${t('number.legendStrip')}</p></div>
${daysTable(view, shown)}
${chosen ? html`<div class="columns">${hoursTable(view, site, chosen)}${dwellTable(view, chosen)}</div>` : ''}`
  const body = html`<p><a class="link" href="/staff">${t('site.back')}</a></p>
<h1><bdi>${site.name}</bdi></h1>
<p class="lead">${t('home.lead')}</p>
${siteChips(view, site)}
${mayDownload ? html`<div class="actions">${download}</div>` : ''}
${presets(view, shown)}
${days.length === 0 ? html`<p>${t('site.none')}</p>` : figures()}`
  return layout(view, { title: site.name, body, here: 'sites' })
}
