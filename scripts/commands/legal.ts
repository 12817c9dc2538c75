import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import * as v from 'valibot'
import { systemClock } from '#shared/clock.ts'
import { UsageError } from '#shared/errors.ts'
import { daysFrom, destroyDays, makeHolderA, makeHolderB, readHolderA, readSecretA, readSecretB, type HolderFiles } from '#portal/legal/holder-keys.ts'
import { PROFILES, reviewOverdue } from '#portal/legal/profile.ts'
import { askHolderA, halfOpenSchema, openAsHolderB, type Answer, type Request } from '#portal/legal/search.ts'
import { writeWhole } from '../run/secrets.ts'
import { readSettings } from '../settings/read.ts'
import type { Command, Invocation, Io } from './command.ts'
import { wholeNumber } from './numbers.ts'
import { verbOf } from './words.ts'

/** A quarter and a week. */
const DAYS_AHEAD = 99
const MOST_DAYS = 800
const TOLERANCE_SECONDS = 1
const DATE = /^\d{4}-\d\d-\d\d$/

function wanted(invocation: Invocation, name: string): string {
  const value = invocation.options.get(name)
  if (typeof value !== 'string') throw new UsageError('usage', `--${name} is needed; parvis legal --help tells more`)
  return value
}
function dateOf(invocation: Invocation, name: string): string {
  const value = wanted(invocation, name)
  if (!DATE.test(value) || Number.isNaN(Date.parse(value))) throw new UsageError('usage', `--${name} is a date, as in 2027-01-31`)
  return value
}
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UsageError('legal', `${path} cannot be read`, { cause })
  }
}

function keep(folder: string, holder: 'a' | 'b', files: HolderFiles, io: Io): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const [secret, open] = [join(folder, `holder-${holder}.secret.json`), join(folder, `holder-${holder}.public.json`)]
  writeWhole(secret, files.secret)
  writeWhole(open, files.public)
  chmodSync(open, 0o644)
  io.out(`${secret}  stays with holder ${holder.toUpperCase()}, offline, with a copy in a safe\n${open}  goes to the gateway: legal.holder_${holder}\n`)
}

async function keys(invocation: Invocation, io: Io): Promise<number> {
  const [holder, folder] = [wanted(invocation, 'holder').toLowerCase(), wanted(invocation, 'out')]
  const secret = join(folder, `holder-${holder}.secret.json`)
  if (holder === 'b') {
    // Without the key that it replaces nobody could open the log of the past year.
    if (existsSync(secret)) throw new UsageError('legal', `${secret} is there already, and the log was sealed to it: it is not replaced`)
    keep(folder, 'b', makeHolderB(), io)
    return 0
  }
  if (holder !== 'a') throw new UsageError('usage', '--holder is a or b')
  const from = invocation.options.has('from') ? dateOf(invocation, 'from') : new Date(systemClock().now()).toISOString().slice(0, 10)
  const days = daysFrom(from, wholeNumber(invocation, 'days', 1, MOST_DAYS) ?? DAYS_AHEAD)
  keep(folder, 'a', makeHolderA(days, existsSync(secret) ? read(secret) : undefined), io)
  io.out(`Days ${days[0]} to ${days.at(-1)}.\n`)
  return 0
}

async function destroy(invocation: Invocation, io: Io): Promise<number> {
  const path = wanted(invocation, 'keys')
  const { secret, destroyed } = destroyDays(read(path), dateOf(invocation, 'before'))
  writeWhole(path, secret)
  io.out(`${destroyed} ${destroyed === 1 ? 'day’s key is' : 'days’ keys are'} gone from this file. What was sealed to them opens for nobody, once every copy of the file is gone too.\n`)
  return 0
}

function requestOf(invocation: Invocation): Request {
  const [address, at] = [wanted(invocation, 'address'), Date.parse(wanted(invocation, 'at'))]
  if (Number.isNaN(at)) throw new UsageError('usage', '--at is an instant, as in 2026-11-23T10:00:00Z')
  const port = wholeNumber(invocation, 'port', 1, 65_535)
  if (port === undefined && !isIPv6(address)) throw new UsageError('usage', '--port is needed: a thousand devices share one IPv4 address')
  const seconds = wholeNumber(invocation, 'tolerance', 0, 3_600) ?? TOLERANCE_SECONDS
  return { address, ...(port !== undefined && { port }), at, toleranceMs: seconds * 1000, reference: wanted(invocation, 'reference') }
}

async function request(invocation: Invocation, io: Io): Promise<number> {
  const files = invocation.words.slice(1)
  const lines = files.flatMap((path) => read(path).split('\n').filter((line) => line !== ''))
  const { closed, ...half } = await askHolderA(readSecretA(read(wanted(invocation, 'keys'))), requestOf(invocation), lines)
  writeWhole(wanted(invocation, 'out'), `${JSON.stringify(half)}\n`)
  io.out(`${half.envelopes.length} of ${lines.length} envelopes are for holder B now.\n`)
  if (closed > 0) io.err(`${closed} did not open: their day’s key was destroyed, or a power cut tore them.\n`)
  return half.envelopes.length > 0 ? 0 : 1
}

function inWords({ request: asked, found }: Answer): string {
  const head = `${asked.address}${asked.port === undefined ? '' : ` port ${asked.port}`} at ${new Date(asked.at).toISOString()} ± ${asked.toleranceMs / 1000} s (${asked.reference})`
  const rows = found.map((one) =>
    [
      `  ${new Date(one.start).toISOString()} – ${one.end === undefined ? 'still open when the log was copied' : new Date(one.end).toISOString()}`,
      ...[one.terminal_mac, one.lan_v4, ...(one.lan_v6 ?? []), one.site].flatMap((value) => (value === undefined ? [] : [`    ${value}`])),
    ].join('\n'),
  )
  return `${head}\n${found.length} ${found.length === 1 ? 'session' : 'sessions'}\n${rows.join('\n')}\n`
}

async function open(invocation: Invocation, io: Io): Promise<number> {
  const [, file = ''] = invocation.words
  const half = v.safeParse(halfOpenSchema, JSON.parse(read(file)))
  if (!half.success) throw new UsageError('legal', `${file} is not what \`parvis legal request\` makes`)
  const answer = await openAsHolderB(readSecretB(read(wanted(invocation, 'keys'))), readHolderA(read(wanted(invocation, 'from'))), half.output)
  const out = invocation.options.get('out')
  if (typeof out === 'string') writeWhole(out, `${answer.signed}\n`)
  io.out(invocation.options.has('json') ? `${JSON.stringify({ request: answer.request, found: answer.found })}\n` : inWords(answer))
  return answer.found.length > 0 ? 0 : 1
}

async function profile(invocation: Invocation, io: Io): Promise<number> {
  const chosen = PROFILES[readSettings(invocation, io.env).settings.legal.profile]
  const overdue = reviewOverdue(chosen, systemClock().now())
  if (invocation.options.has('json')) io.out(`${JSON.stringify({ ...chosen, overdue })}\n`)
  else io.out(`${[`profile ${chosen.id}, in force since ${chosen.effectiveFrom}, to be reviewed by ${chosen.reviewBy}${overdue ? ': overdue' : ''}`, chosen.operatorNotice.fr, `log: ${chosen.logFields.join(', ') || 'none'}; kept ${chosen.retention.traffic} days`, ...(chosen.counselSigned ? [] : ['no lawyer has signed it yet']), ...chosen.sources].join('\n  ')}\n`)
  return overdue ? 1 : 0
}

const VERBS = {
  profile: { words: [], run: profile },
  keys: { words: [], run: keys },
  destroy: { words: [], run: destroy },
  request: { words: ['LOG…'], run: request },
  open: { words: ['FILE'], run: open },
} as const

export const legal: Command = {
  help: `parvis legal profile [--json]
parvis legal keys --holder a|b --out DIR [--from DATE] [--days N]
parvis legal destroy --keys FILE --before DATE
parvis legal request --keys FILE --address IP --port N --at TIME [--tolerance SECONDS] --reference TEXT --out FILE LOG…
parvis legal open --keys FILE --from FILE [--out FILE] [--json] FILE

profile  what the law asks here, by the settings, and whether it must be looked at again (then exit code 1).
keys     makes a holder's keys, on the holder's own machine. A has one for each day (99 days from today), B has one. The
         secret file stays with the holder; the public one goes to the gateway. A's file is extended, B's is never replaced.
destroy  holder A, once retention is over: takes the keys of past days away, and every copy of those days dies with them.
request  holder A: signs what is asked, opens the outer envelopes of the named days (the day of the request and the one
         before; LOG is legal/YYYY-MM-DD.jwe in the gateway's data directory), and writes what is for holder B. Without
         --port only IPv6 addresses can be asked for. The tolerance is 1 second.
open     holder B: checks A's signature (--from is A's public file), opens the inner envelopes and shows the sessions that
         match, and only these; --out keeps the answer with B's signature.
Neither holder can open the log alone, and nor can whoever has the gateway.`,
  options: { holder: 'value', out: 'value', from: 'value', days: 'value', keys: 'value', before: 'value', address: 'value', port: 'value', at: 'value', tolerance: 'value', reference: 'value', json: 'flag' },
  words: true,
  async run(invocation, io) {
    return verbOf('legal', VERBS, invocation.words, legal.help).run(invocation, io)
  },
}
