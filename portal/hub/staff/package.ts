import { strToU8, zipSync, type Zippable } from 'fflate'
import type { Translate } from '#shared/i18n/texts.ts'
import { minuteInstant } from '#shared/cell.ts'
import type { SiteRow } from '../store/store.ts'
import { csv, CSV, FRENCH_EXCEL, type Dialect, type Value } from './csv.ts'
import type { CellRow } from '../store/store.ts'
import { isHour, nextDate, type Day } from './days.ts'
import { dates, type Period } from './period.ts'

/**
 * One ZIP: the published cells as CSV, their Table Schema, and notes for whoever reads them in ten years. The same request
 * over the same cells gives the same bytes: files in a fixed order, no time of making, no name of the asker.
 */
export type Download = { readonly period: Period; readonly sites: readonly SiteDays[]; readonly excel: boolean; readonly language: string; readonly t: Translate }
export type SiteDays = { readonly site: SiteRow; readonly days: readonly Day[] }
export type Package = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }

/** ZIP keeps local times without a zone; the earliest it can keep says "none". */
const NO_TIME = new Date(1980, 0, 1)
const WELL_MEASURED = 0.995

type Column = { readonly name: string; readonly type: 'string' | 'date' | 'datetime' | 'integer' | 'number' | 'boolean'; readonly description: string; readonly format?: string }
type Row = { readonly site: SiteRow; readonly day: Day; readonly cell: Day['cells'][number] }

/** One row holds all there is to know of a column: header, schema and value. */
const COLUMNS: readonly (readonly [Column, (row: Row) => Value])[] = [
  [{ name: 'site', type: 'string', description: 'identifier of the site' }, ({ site }) => site.id],
  [{ name: 'site_name', type: 'string', description: 'name of the site' }, ({ site }) => site.name],
  [{ name: 'class', type: 'string', description: 'square: released by day; busy: by hour and day' }, ({ site }) => site.class],
  [{ name: 'timezone', type: 'string', description: 'IANA zone of the site-day' }, ({ site }) => site.timezone],
  [{ name: 'demonstration', type: 'boolean', description: 'true: invented visits of a demonstration town' }, ({ site }) => site.demo],
  [{ name: 'day', type: 'date', description: 'site-day, named by the local date on which it opens' }, ({ day }) => day.date],
  [{ name: 'from', type: 'datetime', format: '%Y-%m-%dT%H:%MZ', description: 'start of the interval, UTC, included' }, ({ cell }) => minuteInstant(cell.fromMs)],
  [{ name: 'to', type: 'datetime', format: '%Y-%m-%dT%H:%MZ', description: 'end of the interval, UTC, not included' }, ({ cell }) => minuteInstant(cell.toMs)],
  [{ name: 'release', type: 'string', description: 'what is counted: arrivals (devices associated), sessions (opened), dwell (connected time)' }, ({ cell }) => cell.release],
  [{ name: 'bin', type: 'string', description: 'class of the release; "all" where there is one' }, ({ cell }) => cell.bin],
  [{ name: 'value', type: 'integer', description: 'count with noise, signed, never clamped' }, ({ cell }) => cell.value],
  [{ name: 'sd', type: 'number', description: 'standard deviation of the noise' }, ({ cell }) => cell.sdMilli / 1_000],
  [{ name: 'epsilon', type: 'number', description: 'privacy parameter of this release' }, ({ cell }) => cell.epsMilli / 1_000],
  [{ name: 'coverage', type: 'number', description: 'share of the interval during which the gateway counted, 0–1' }, ({ cell }) => Math.round((cell.coverage / 60) * 1_000) / 1_000],
]

export function makePackage(download: Download): Package {
  const dialect = download.excel ? FRENCH_EXCEL : CSV
  const demo = download.sites.some(({ site }) => site.demo)
  const files: Zippable = {
    'data.csv': strToU8(dataOf(download, dialect)),
    'datapackage.json': strToU8(`${JSON.stringify(descriptor(download, dialect, demo), undefined, 2)}\n`),
    'notes.md': strToU8(notes(download, demo)),
  }
  return { name: `${nameOf(download, demo)}.zip`, bytes: zipSync(files, { mtime: NO_TIME, level: 9 }) }
}

function nameOf({ period, sites }: Download, demo: boolean): string {
  const [only] = sites
  const place = only && sites.length === 1 ? only.site.id : 'sites'
  const slug = `parvis-${place}-${period.from}-${period.to}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-')
  return demo ? `demonstration-${slug}` : slug
}

/** By time and release, then by what the bin begins with: 5-10min comes before 10-20min. */
function inOrder(a: CellRow, b: CellRow): number {
  const begins = ({ bin }: CellRow): number => Number.parseInt(bin, 10) || 0
  return a.fromMs - b.fromMs || a.toMs - b.toMs || (a.release < b.release ? -1 : a.release > b.release ? 1 : begins(a) - begins(b))
}

function dataOf({ sites }: Download, dialect: Dialect): string {
  const rows = sites.flatMap(({ site, days }) => days.flatMap((day) => day.cells.toSorted(inOrder).map((cell): Row => ({ site, day, cell }))))
  return csv(
    COLUMNS.map(([column]) => column.name),
    rows.map((row) => COLUMNS.map(([, value]) => value(row))),
    dialect,
  )
}

/** Frictionless Data Package with a Table Schema. */
function descriptor(download: Download, { delimiter, decimal }: Dialect, demo: boolean): object {
  const { t, period } = download
  const decimalChar = decimal === '.' ? undefined : decimal
  const title = t('notes.title')
  return {
    profile: 'tabular-data-package',
    name: nameOf(download, demo),
    title: demo ? `${t('app.demo')} · ${title}` : title,
    ...(demo ? { description: t('notes.demo') } : {}),
    temporal: { start: period.from, end: period.to },
    resources: [
      {
        profile: 'tabular-data-resource',
        name: 'data',
        path: 'data.csv',
        format: 'csv',
        mediatype: 'text/csv',
        encoding: 'utf-8',
        dialect: { delimiter, lineTerminator: '\r\n', quoteChar: '"', doubleQuote: true, header: true },
        schema: {
          fields: COLUMNS.map(([{ name, type, format, description }]) => ({ name, type, format, decimalChar: type === 'number' ? decimalChar : undefined, description })),
          missingValues: [''],
        },
      },
    ],
  }
}

/** ε of one device for one site-day: each release counts once, however many hours or bins it has. */
function budget(days: readonly Day[]): number {
  const spent = days.map(({ cells }) => {
    const releases = new Map(cells.map((cell) => [`${cell.release}/${isHour(cell) ? 'hour' : 'day'}`, cell.epsMilli]))
    return [...releases.values()].reduce((total, eps) => total + eps, 0)
  })
  return Math.max(0, ...spent) / 1_000
}

/** Dates of the period without a release, as runs of neighbours. */
function emptyRuns(period: Period, days: readonly Day[]): (readonly [first: string, last: string])[] {
  const published = new Set(days.filter(({ cells }) => cells.length > 0).map(({ date }) => date))
  const runs: [string, string][] = []
  for (const date of dates(period)) {
    if (published.has(date)) continue
    const run = runs.at(-1)
    if (run && nextDate(run[1]) === date) run[1] = date
    else runs.push([date, date])
  }
  return runs
}

function gapLines({ sites, period, t }: Download): string[] {
  return sites.flatMap(({ site: { name: site }, days }) => {
    if (days.every(({ cells }) => cells.length === 0)) return [t('notes.noDays', { site })]
    const empty = emptyRuns(period, days).map(([day, last]) => ({ day, line: t(day === last ? 'notes.gapDay' : 'notes.gapDays', { site, day, last }) }))
    const partial = days
      .filter(({ cells, coverage }) => cells.length > 0 && coverage < WELL_MEASURED)
      .map(({ date, coverage }) => ({ day: date, line: t('notes.partDay', { site, day: date, percent: Math.round(coverage * 100) }) }))
    return [...empty, ...partial].sort((a, b) => (a.day < b.day ? -1 : 1)).map(({ line }) => line)
  })
}

function notes(download: Download, demo: boolean): string {
  const { t, period, sites, language } = download
  const gaps = gapLines(download)
  const budgets = sites
    .filter(({ days }) => days.length > 0)
    .map(({ site, days }) => `${site.name} ${budget(days).toLocaleString(language === 'ar' ? 'en' : language)}`)
    .join(' ; ')
  const paragraphs = [
    `# ${t('notes.title')}`,
    ...(demo ? [`**${t('notes.demo')}**`] : []),
    t('notes.period', { ...period }),
    t('notes.what'),
    t('notes.method'),
    ...(budgets === '' ? [] : [t('notes.epsilon', { budgets })]),
    t('notes.sum'),
    gaps.length === 0 ? t('notes.noGaps') : `${t('notes.gaps')}\n\n${gaps.map((line) => `- ${line}`).join('\n')}`,
    t('notes.columns'),
  ]
  return `${paragraphs.join('\n\n')}\n`
}
