// How the town looks on a terminal, and as plain lines where there is none.
import { quantile } from '../bench/figure.ts'
import type { Compared, ComparedSite } from './comparison.ts'
import { STEPS, type Done, type Step } from './walk.ts'

const BAR_CELLS = 24
/** Without a terminal a line is printed each time so much more is done. */
const PLAIN_STEP = 0.1
const ZONE = 'Europe/Paris'

export type Out = { readonly write: (text: string) => void; readonly terminal: boolean; readonly colour: boolean }
export type Progress = { at(share: number, words: string): void; end(): void }

export function accent(text: string, { colour }: Out): string {
  return colour ? `\u001B[36m${text}\u001B[0m` : text
}

/** One line that is written over on a terminal; a line each tenth elsewhere. */
export function progress(out: Out): Progress {
  let told = -1
  return {
    at(share, words) {
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
      if (out.terminal) {
        const full = Math.round(share * BAR_CELLS)
        out.write(`\r\u001B[K  ${accent('━'.repeat(full), out)}${'─'.repeat(BAR_CELLS - full)} ${percent}  ${words}`)
      } else if (Math.floor(share / PLAIN_STEP) > told) {
        told = Math.floor(share / PLAIN_STEP)
        out.write(`  ${percent}  ${words}\n`)
      }
    },
    end: () => out.terminal && out.write('\r\u001B[K'),
  }
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, weekday: 'short', day: '2-digit', month: 'short' })
const hourFormat = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' })
export const dayWords = (ms: number): string => dayFormat.format(ms).replace(',', '')
export const timeWords = (ms: number): string => `${dayWords(ms)} ${hourFormat.format(ms)}`

const signed = (value: number): string => (value > 0 ? `+${value}` : value < 0 ? `−${-value}` : '0')

function line(label: string, cells: readonly Compared[]): string {
  const columns = cells.map(({ cell, truth, difference, sd }) =>
    [String(cell.value).replace('-', '−').padStart(9), String(truth).padStart(7), signed(difference).padStart(7), sd.toFixed(1).padStart(6)].join(''),
  )
  return `    ${label.padEnd(22)}${columns.join('   ')}`
}

const HEADER = ['released'.padStart(9), 'truth'.padStart(7), 'diff'.padStart(7), 'sd'.padStart(6)].join('')
const HOUR_MS = 3_600_000
const isHour = ({ cell }: Compared): boolean => cell.toMs - cell.fromMs <= HOUR_MS
const groups = <Item>(items: readonly Item[], key: (item: Item) => number): Item[][] => [...Map.groupBy(items, key).values()]

/** All that was released of a site, day by day: its day cells, then its hours with arrivals and sessions side by side. */
export function siteTable({ site, cells }: ComparedSite, out: Out): string {
  const days = cells.filter((one) => !isHour(one))
  const hours = groups(cells.filter(isHour), ({ cell }) => cell.fromMs)
  const lines = ['', `  ${accent(site.name, out)} (${site.class})`, `    ${' '.repeat(22)}${HEADER}`]
  for (const day of groups(days, ({ cell }) => cell.fromMs)) {
    const [first] = day
    if (!first) continue
    lines.push(`    ${dayWords(first.cell.fromMs)}`)
    for (const one of day) lines.push(line(`  ${one.cell.release}${one.cell.bin === 'all' ? '' : ` ${one.cell.bin}`}`, [one]))
    const within = hours.filter((hour) => (hour[0]?.cell.fromMs ?? 0) >= first.cell.fromMs && (hour[0]?.cell.fromMs ?? 0) < first.cell.toMs)
    if (within.length > 0) lines.push('', `    ${'  arrivals, then sessions'.padEnd(22)}`, `    ${'  by hour'.padEnd(22)}${HEADER}   ${HEADER}`)
    for (const hour of within) lines.push(line(`  ${hourFormat.format(hour[0]?.cell.fromMs)}`, hour.toSorted((a, b) => a.cell.release.localeCompare(b.cell.release))))
  }
  return `${lines.join('\n')}\n`
}

/** How the noise looks as a whole: with honest noise the root mean square is near 1. */
export function noiseWords(sites: readonly ComparedSite[]): string {
  const ratios = sites.flatMap(({ cells }) => cells.map(({ difference, sd }) => difference / sd))
  const rms = Math.sqrt(ratios.reduce((sum, ratio) => sum + ratio * ratio, 0) / ratios.length)
  const far = Math.max(...ratios.map(Math.abs))
  return `  ${ratios.length} cells; difference ÷ sd: root mean square ${rms.toFixed(2)}, largest ${far.toFixed(1)}\n`
}

export function summary({ counts, tapMs, driveMs, failures, told }: Done, out: Out): string {
  const seconds = driveMs / 1_000
  const rows = Object.entries(STEPS).map(([step, name]) => [name, String(counts[step as Step])])
  const acts = Object.values(counts).reduce((sum, count) => sum + count, 0)
  rows.push(['together', `${acts} in ${seconds.toFixed(1)} s, ${(acts / Math.max(seconds, 0.001)).toFixed(1)} a second`])
  if (tapMs.length > 0) rows.push(['tap', `p50 ${quantile(tapMs, 0.5).toFixed(1)} ms, p95 ${quantile(tapMs, 0.95).toFixed(1)} ms`])
  rows.push(['failures', String(failures)])
  const lines = rows.map(([name = '', value]) => `    ${name.padEnd(16)}${value}`)
  return [`\n  ${accent('What the script did', out)}`, ...lines, ...told.map((words) => `      ${words}`), ''].join('\n')
}
