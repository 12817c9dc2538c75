// The command line of `npm run town`.
import { UsageError } from '#shared/errors.ts'
import { parseArguments } from '../commands/arguments.ts'
import type { Command } from '../commands/command.ts'

const HELP = `npm run town [-- --rate N --visits N --days N --seed N]
npm run town -- --url URL [--kiosk-url URL] [--radius-port N --radius-secret-file FILE] [--rate N --visits N --seed N]

Simulated citizens drive portal, RADIUS and kiosk over the wire, each from a loopback address of its own.

Without --url it starts an instance of its own (own folders, enforcer dry-run, a clock that leaps from act to act), lets the
site-days close and prints what was released beside what the script did. With --url it drives a running instance on this
machine whose enforcer is dry-run, refuses any other, and prints only what the script did.

  --rate N                acts a second (default 50)
  --visits N              visits a day, about; with --url exactly and in all (default 240)
  --days N                site-days, 1 to 28 (default 1)
  --seed N                the same seed makes the same town (default: a new one, printed)
  --url URL               portal of the running instance
  --kiosk-url URL         its kiosk; left alone if not given
  --radius-port N         its authentication port; RADIUS is asked only through the portal if not given
  --radius-secret-file F  the secret of its client "local" (default PARVIS_DATA/radius.secret)

Exit codes: 0 done, 1 a step failed (noise is no failure), 2 wrong use.`

const OPTIONS = { rate: 'value', visits: 'value', days: 'value', seed: 'value', url: 'value', 'kiosk-url': 'value', 'radius-port': 'value', 'radius-secret-file': 'value' } as const
type Name = keyof typeof OPTIONS

const NUMBERS = {
  rate: { fallback: 50, least: 1, most: 2_000 },
  visits: { fallback: 240, least: 1, most: 20_000 },
  days: { fallback: 1, least: 1, most: 28 },
} as const
const LARGEST_SEED = 2 ** 32 - 1

/** Only with --url: the own instance has doors of its own. */
const RUNNING_ONLY: readonly Name[] = ['kiosk-url', 'radius-port', 'radius-secret-file']

export type TownOrder = {
  readonly rate: number
  readonly visits: number
  readonly days: number
  readonly seed: number
  /** Undefined: an instance of its own. */
  readonly running: { readonly portal: string; readonly kiosk: string | undefined; readonly radiusPort: number | undefined; readonly secretFile: string | undefined } | undefined
}

const command: Pick<Command, 'options'> = { options: OPTIONS }

/** @throws UsageError naming what is wrong; `help` instead of an order when it was asked for. */
export function parseOrder(args: readonly string[], newSeed: () => number): TownOrder | { help: string } {
  const { words, options, flags, config, help } = parseArguments(args, { help: HELP, run: () => Promise.resolve(0), ...command })
  if (help) return { help: HELP }
  const stray = words[0] ?? [...flags.keys()][0] ?? config
  if (stray !== undefined) throw new UsageError('usage', `town takes no "${stray}"; npm run town -- --help tells more`)
  const textOf = (name: Name): string | undefined => {
    const value = options.get(name)
    return typeof value === 'string' ? value : undefined
  }
  function numberOf(name: Name, least: number, most: number): number | undefined {
    const text = textOf(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most) throw new UsageError('usage', `--${name} is a whole number from ${least} to ${most}, not "${text}"`)
    return value
  }
  const bounded = (name: keyof typeof NUMBERS): number => numberOf(name, NUMBERS[name].least, NUMBERS[name].most) ?? NUMBERS[name].fallback
  const portal = textOf('url')
  for (const name of RUNNING_ONLY) if (portal === undefined && options.has(name)) throw new UsageError('usage', `--${name} needs --url`)
  if (portal !== undefined && options.has('days')) throw new UsageError('usage', '--days is for the instance of its own: a running one has the machine’s clock')
  return {
    rate: bounded('rate'),
    visits: bounded('visits'),
    days: bounded('days'),
    seed: numberOf('seed', 0, LARGEST_SEED) ?? newSeed(),
    running: portal === undefined ? undefined : { portal: originOf(portal, 'url'), kiosk: optionalOrigin(textOf('kiosk-url')), radiusPort: numberOf('radius-port', 1, 65_535), secretFile: textOf('radius-secret-file') },
  }
}

function optionalOrigin(url: string | undefined): string | undefined {
  return url === undefined ? undefined : originOf(url, 'kiosk-url')
}

function originOf(text: string, name: Name): string {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:') throw new UsageError('usage', `--${name} is an address like http://127.0.0.1:8080/, not "${text}"`)
  return `${url.origin}/`
}
