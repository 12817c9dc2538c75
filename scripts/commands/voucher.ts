import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { ar } from '#portal/hub/staff/texts/ar.ts'
import { en } from '#portal/hub/staff/texts/en.ts'
import { fr } from '#portal/hub/staff/texts/fr.ts'
import { endOfDay } from '#portal/hub/vouchers/last-day.ts'
import { sheetDocument } from '#portal/hub/vouchers/sheet.ts'
import { encodeBase32 } from '#shared/base32.ts'
import { systemClock } from '#shared/clock.ts'
import { UsageError } from '#shared/errors.ts'
import { createTexts, isLanguage } from '#shared/i18n/texts.ts'
import { printedCode } from '#radius/vouchers/code.ts'
import { MOST_AT_ONCE, type BatchListing, type VoucherTerms } from '#radius/vouchers/vouchers.ts'
import { cityOf, sitesOf } from '../run/sites.ts'
import { isOffered } from '../settings/methods-checks.ts'
import { readSettings } from '../settings/read.ts'
import type { Command, Invocation, Io } from './command.ts'
import { wholeNumber } from './numbers.ts'
import { withUsers, withUsersThere, type Ask } from './users.ts'
import { verbOf } from './words.ts'

const MINUTE_MS = 60_000
const MEGABYTE = 1_000_000
const MOST_MINUTES = 10 * 366 * 1_440
const MOST_MEGABYTES = 1_000_000_000
const MOST_DEVICES = 1_000
const MOST_HOURS = 10 * 366 * 24
const MOST_KBPS = 10_000_000

const NOT_OFFERED = 'The portal’s page does not offer sign-in by voucher: add "voucher" to portal.methods.\n'

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

function timezoneOf(invocation: Invocation, io: Io): string {
  return sitesOf(readSettings(invocation, io.env).settings)[0]?.timezone ?? 'UTC'
}

/** The end of a local day, as minutes since 1970. */
function untilMinute(invocation: Invocation, io: Io): number | undefined {
  const date = invocation.options.get('until')
  if (date === undefined) return undefined
  const end = typeof date === 'string' ? endOfDay(date, timezoneOf(invocation, io)) : undefined
  if (end === undefined) throw new UsageError('usage', '--until is a date, as in 2027-01-31')
  if (end * MINUTE_MS <= systemClock().now()) throw new UsageError('usage', '--until is a day that has passed')
  return end
}

function given(terms: Omit<VoucherTerms, 'label'>): string {
  const parts = [
    terms.seconds === undefined ? 'time as the profile says' : `${terms.seconds / 60} minutes`,
    ...(terms.octets === undefined ? [] : [`${terms.octets / MEGABYTE} MB`]),
    ...(terms.untilMinute === undefined ? [] : [`until ${new Date(terms.untilMinute * MINUTE_MS).toISOString().slice(0, 16).replace('T', ' ')} UTC`]),
    ...(terms.validMinutes === undefined ? [] : [`${terms.validMinutes / 60} hours from the first use on`]),
    ...(terms.downKbps === undefined ? [] : [`${terms.downKbps} kbit/s down`]),
    ...(terms.upKbps === undefined ? [] : [`${terms.upKbps} kbit/s up`]),
    ...(terms.devices === undefined ? [] : [terms.devices === 0 ? 'any number of devices' : `${terms.devices} ${terms.devices === 1 ? 'device' : 'devices'}`]),
  ]
  return parts.join(', ')
}

/** To print and cut out, readable by its owner alone. What the settings say is read at once, and the codes are put in later. */
function sheetIn(file: string, terms: Omit<VoucherTerms, 'label'>, invocation: Invocation, io: Io): (codes: readonly string[]) => Promise<void> {
  const { settings } = readSettings(invocation, io.env)
  const language = sitesOf(settings)[0]?.languages.find(isLanguage) ?? 'fr'
  const words = { t: createTexts({ fr, en, ar })(language), language }
  const sheet = { city: cityOf(settings), terms: { ...terms, validMinutes: terms.validMinutes }, portalUrl: settings.hub.portal_url ?? settings.portal.url, timezone: timezoneOf(invocation, io) }
  return async (codes) => writeFileSync(file, await sheetDocument(words, { ...sheet, codes }), { mode: 0o600, flag: 'wx' })
}

/** Whether a page of the portal offers sign-in by voucher: a running server knows, or runs no portal (null); without one the settings say. */
async function areOffered(ask: Ask, invocation: Invocation, io: Io): Promise<boolean> {
  const { offered = isOffered('voucher', readSettings(invocation, io.env).settings) } = await ask('voucher offered')
  return offered !== false
}

async function make(invocation: Invocation, io: Io): Promise<number> {
  const minutes = wholeNumber(invocation, 'minutes', 1, MOST_MINUTES)
  const megabytes = wholeNumber(invocation, 'megabytes', 1, MOST_MEGABYTES)
  const hours = wholeNumber(invocation, 'hours', 1, MOST_HOURS)
  const file = invocation.options.get('sheet')
  const label = invocation.options.get('label') ?? `${dateOf(systemClock().now())}-${encodeBase32(randomBytes(3)).slice(0, 4)}`
  const order = {
    label,
    count: wholeNumber(invocation, 'count', 1, MOST_AT_ONCE) ?? 1,
    form: invocation.options.has('letters') ? 'letters' : 'digits',
    seconds: minutes === undefined ? undefined : minutes * 60,
    octets: megabytes === undefined ? undefined : megabytes * MEGABYTE,
    untilMinute: untilMinute(invocation, io),
    devices: wholeNumber(invocation, 'devices', 0, MOST_DEVICES),
    validMinutes: hours === undefined ? undefined : hours * 60,
    downKbps: wholeNumber(invocation, 'down-kbps', 8, MOST_KBPS),
    upKbps: wholeNumber(invocation, 'up-kbps', 8, MOST_KBPS),
  }
  // Before codes are made that could not be written down.
  if (typeof file === 'string' && existsSync(file)) throw new UsageError('usage', `--sheet: ${file} is there already`)
  const writeSheet = typeof file === 'string' ? sheetIn(file, order, invocation, io) : undefined
  return withUsers(io, async (ask) => {
    // All that reads the settings comes first: a mistake in them would lose codes that are stored nowhere.
    const offered = await areOffered(ask, invocation, io)
    const codes = (await ask('voucher make', order))['codes'] as string[]
    const printed = codes.map(printedCode)
    if (!offered) io.err(NOT_OFFERED)
    if (writeSheet) {
      await writeSheet(codes)
      io.err(`${codes.length} ${codes.length === 1 ? 'voucher' : 'vouchers'} labelled "${String(label)}" in ${file}: ${given(order)}. Print it on A4 and delete it: the codes are stored nowhere else.\n`)
      return 0
    }
    if (invocation.options.has('json')) io.out(`${JSON.stringify({ label, codes: printed })}\n`)
    else {
      io.out(`${printed.join('\n')}\n`)
      // Beside the codes, so that these alone go into a file or to a printer.
      io.err(`${codes.length} ${codes.length === 1 ? 'voucher' : 'vouchers'} labelled "${String(label)}": ${given(order)}. The codes are stored nowhere: this was the only time to see them.\n`)
    }
    return 0
  })
}

function listLine(batch: BatchListing): string {
  const made = dateOf(batch.madeDay * 1_440 * MINUTE_MS)
  return `${made}  ${String(batch.count).padStart(8)}  ${String(batch.unused).padStart(6)}  ${batch.void ? 'void' : '    '}  ${batch.label}: ${given(batch)}`
}

async function list(invocation: Invocation, io: Io): Promise<number> {
  return withUsersThere(io, async (ask) => {
    const batches = (await ask('voucher list'))['batches'] as BatchListing[]
    const shown = batches.map(({ madeDay, untilMinute: until, seconds, octets, devices, ...rest }) => ({
      ...rest, made: dateOf(madeDay * 1_440 * MINUTE_MS), seconds: seconds ?? null, octets: octets ?? null, devices: devices ?? null,
      until: until === undefined ? null : new Date(until * MINUTE_MS).toISOString(),
    }))
    if (invocation.options.has('json')) io.out(`${JSON.stringify({ batches: shown })}\n`)
    else io.out(batches.length === 0 ? 'There are no vouchers.\n' : `${['made        vouchers  unused        label: what each gives', ...batches.map(listLine)].join('\n')}\n`)
    return 0
  })
}

async function makeVoid(invocation: Invocation, io: Io): Promise<number> {
  const [, label] = invocation.words
  return withUsersThere(io, async (ask) => {
    const answer = await ask('voucher void', { label })
    const { count } = answer
    if (invocation.options.has('json')) io.out(`${JSON.stringify(answer)}\n`)
    else if (typeof count === 'number') io.out(`${count} ${count === 1 ? 'voucher is' : 'vouchers are'} worth nothing from now on.\n`)
    else io.err(`There are no vouchers labelled "${label}".\n`)
    return typeof count === 'number' ? 0 : 1
  })
}

const VERBS = {
  make: { words: [], run: make },
  list: { words: [], run: list },
  void: { words: ['LABEL'], run: makeVoid },
} as const

export const voucher: Command = {
  help: `parvis voucher make [--count N] [--minutes M] [--megabytes M] [--until DATE] [--hours H] [--devices N]
                    [--down-kbps N] [--up-kbps N] [--label TEXT] [--letters] [--sheet FILE.html | --json]
parvis voucher list [--json]
parvis voucher void LABEL [--json]

make     prints new codes, once: they are stored nowhere. A code is user name and password at the same time. --minutes is time
         online and --megabytes what goes both ways, of all its devices together; --until is the last day of use, at the first
         site's midnight; --devices how many may be online at once (usually 1, 0 for any number). --letters makes codes of 13
         letters and digits instead of 20 digits. --hours is how long each is good from its first use on, --sheet writes a page
         to print and cut out, with a QR code to portal.url. These vouchers are good at this gateway; those of the whole city are
         made on the hub's staff pages.
list     the batches: when they were made, how many vouchers, how many of them were never used.
void     makes a batch worthless and ends its sessions.

A batch is erased thirty days after its last day, or after it was voided.`,
  options: { count: 'value', minutes: 'value', megabytes: 'value', until: 'value', devices: 'value', label: 'value', hours: 'value', 'down-kbps': 'value', 'up-kbps': 'value', sheet: 'value', letters: 'flag', json: 'flag' },
  words: true,
  async run(invocation, io) {
    return verbOf('voucher', VERBS, invocation.words, voucher.help).run(invocation, io)
  },
}
