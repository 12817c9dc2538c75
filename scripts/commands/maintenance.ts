import { existsSync } from 'node:fs'
import { systemClock } from '#shared/clock.ts'
import { instantOf } from '#shared/wall-clock.ts'
import { acquireLock } from '#shared/db/lock.ts'
import { UsageError } from '#shared/errors.ts'
import { join } from 'node:path'
import { PAGE_LANGUAGES } from '#portal/pages/languages.ts'
import { phaseOf, type Maintenance } from '#portal/state/maintenance.ts'
import { askServer, dataDirectory } from '../control/client.ts'
import { openMaintenance } from '../run/state.ts'
import { sitesOf } from '../run/sites.ts'
import { readSettings } from '../settings/read.ts'
import type { Command, Invocation, Io } from './command.ts'
import { verbOf } from './words.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** `14:30` is the next one to come; `2026-11-24T06:00` that day's. In the time zone of the first site. @throws UsageError */
export function instantIn(typed: string, timezone: string, nowMs: number): number {
  const [, day, time] = /^(?:(\d{4}-\d\d-\d\d)T)?((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(typed) ?? []
  const today = new Date(nowMs).toISOString().slice(0, 10)
  const wall = Date.parse(`${day ?? today}T${time ?? ''}:00Z`)
  if (time === undefined || Number.isNaN(wall)) throw new UsageError('usage', `${typed} is no time: write 14:30, or 2026-11-24T06:00`)
  if (day !== undefined) return instantOf(timezone, wall)
  // The date may be another where the site is.
  const coming = [wall - DAY_MS, wall, wall + DAY_MS].map((one) => instantOf(timezone, one)).find((ms) => ms > nowMs)
  return coming ?? instantOf(timezone, wall + DAY_MS)
}

function wanted({ options }: Invocation, timezone: string, nowMs: number): Maintenance {
  const [from, until] = [options.get('from'), options.get('until')]
  if (typeof until !== 'string') throw new UsageError('usage', 'until when? add --until 14:30: what has no end is no maintenance')
  const texts = Object.fromEntries(PAGE_LANGUAGES.flatMap((language) => (typeof options.get(language) === 'string' ? [[language, String(options.get(language))]] : [])))
  const fromMs = typeof from === 'string' ? instantIn(from, timezone, nowMs) : Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  return { fromMs, untilMs: instantIn(until, timezone, Math.max(nowMs, fromMs)), texts }
}

/** The running server's, or the file itself where none runs. */
async function through(data: string, action: 'set' | 'clear' | 'show', works?: Maintenance): Promise<Maintenance | null> {
  if (!existsSync(data)) throw new UsageError('usage', `${data} does not exist: set PARVIS_DATA to the server's data directory`)
  const asked = await askServer(data, `maintenance ${action}`, { works })
  // The running server's own answer to this very command.
  if (asked) return asked.answer as Maintenance | null
  const lock = acquireLock(join(data, 'lock'))
  try {
    const file = openMaintenance(data)
    if (action === 'set') return file.set(works)
    if (action === 'clear') file.clear()
    return file.now() ?? null
  } finally {
    lock.release()
  }
}

function inWords(works: Maintenance | null, timezone: string, nowMs: number): string {
  if (!works || phaseOf(works, nowMs) === 'over') return 'No works are announced.\n'
  const at = (ms: number): string => new Intl.DateTimeFormat('en-GB', { timeZone: timezone, dateStyle: 'medium', timeStyle: 'short' }).format(ms)
  return `${phaseOf(works, nowMs) === 'now' ? 'Works are under way' : 'Works are announced'}: ${at(works.fromMs)} to ${at(works.untilMs)} (${timezone}).\n`
}

const VERBS = {
  on: { words: [], action: 'set' },
  off: { words: [], action: 'clear' },
} as const
const SHOW = { action: 'show' } as const

async function run(invocation: Invocation, io: Io): Promise<number> {
  const { words, options } = invocation
  const { action } = words.length === 0 ? SHOW : verbOf('maintenance', VERBS, words, maintenance.help)
  const data = dataDirectory(io.env)
  const timezone = sitesOf(readSettings(invocation, io.env).settings)[0]?.timezone ?? 'UTC'
  const nowMs = systemClock().now()
  const works = await through(data, action, action === 'set' ? wanted(invocation, timezone, nowMs) : undefined)
  io.out(options.has('json') ? `${JSON.stringify({ works })}\n` : inWords(works, timezone, nowMs))
  return 0
}

export const maintenance: Command = {
  help: `parvis maintenance on --until TIME [--from TIME] [--fr TEXT] [--en TEXT] … [--json]
parvis maintenance off [--json]
parvis maintenance [--json]

on       announces works: from --from on (default now) nobody new gets online, and every page says why, until when, and your
         TEXT. Whoever is online stays so as far as the works allow. Before --from the pages announce them. They end by
         themselves. TIME is 14:30, the next to come, or 2026-11-24T06:00, where the first site is.
off      ends them now.
Without a word: what is announced. TEXT may be in ${PAGE_LANGUAGES.join(', ')}.`,
  options: { until: 'value', from: 'value', json: 'flag', ...Object.fromEntries(PAGE_LANGUAGES.map((language) => [language, 'value'] as const)) },
  words: true,
  run,
}
