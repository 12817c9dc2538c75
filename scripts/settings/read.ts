// Finds the settings file, reads every source, and fails with every mistake at once.
import { existsSync, readFileSync } from 'node:fs'
import { UsageError } from '#shared/errors.ts'
import type { Field } from '#shared/settings/fields.ts'
import { lineOf } from '#shared/settings/lines.ts'
import { loadSettings, type Problem } from '#shared/settings/load.ts'
import { checkConsent, remarkOnLegal } from './consent-checks.ts'
import { checkNetworks, remarkOnNetworks } from './network-checks.ts'
import { checkControllers, remarkOnControllers } from './controllers-checks.ts'
import { checkSignIn, remarkOnSignIn } from './methods-checks.ts'
import { checkRadius, type Wrong } from './radius-checks.ts'
import { remarkOnRadius } from './radius-remarks.ts'
import { SCHEMA, type Settings } from './schema.ts'
import { checkTheme } from './theme-checks.ts'

const PLACES = ['parvis.toml', '/etc/parvis/parvis.toml'] as const

export type Arguments = {
  /** `--config FILE`. */
  readonly config?: string | undefined
  /** `--portal.port=8081` and the like. */
  readonly flags: ReadonlyMap<string, string>
}
type Env = Readonly<Record<string, string | undefined>>

/** A settings file as it was found, for the lines of what is said about it. */
export type SettingsFile = { readonly name: string; readonly text: string }

function settingsFile(config: string | undefined, env: Env): SettingsFile | undefined {
  const named = config ?? env['PARVIS_CONFIG']
  const name = named ?? PLACES.find((place) => existsSync(place))
  if (name === undefined) return undefined
  try {
    return { name, text: readFileSync(name, 'utf8') }
  } catch (error) {
    throw new UsageError('settings', `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** One mistake a line: where, key, what would be right. */
export function describe(problems: readonly Problem[]): string {
  const width = Math.max(0, ...problems.map((problem) => problem.where.length))
  return problems.map(({ where, key, text }) => `  ${where.padEnd(width)}  ${key}${key ? ': ' : ''}${text}`).join('\n')
}

/** What `look` finds, each with its line. */
function gather(file: SettingsFile | undefined, look: (tell: Wrong) => void): Problem[] {
  const problems: Problem[] = []
  look((key, text) => {
    const line = lineOf(file?.text ?? '', key)
    problems.push({ where: file && line > 0 ? `${file.name}:${line}` : 'settings', key, text })
  })
  return problems
}

/** What the schema cannot see alone: combinations. */
function crossChecks(settings: Settings, wrong: Wrong): void {
  const ids = settings.sites.map((site) => site.id)
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) wrong(`sites[${index}].id`, `"${id}" is used twice`)
    if (id.startsWith('demo-')) wrong(`sites[${index}].id`, `"${id}": names beginning with demo- belong to the demonstration`)
  }
  if (settings.gateway.enforcer === 'nftables' && !settings.gateway.lan) wrong('gateway.lan', 'the nftables enforcer needs the interface of the phones')
  if (settings.hub.mode === 'remote' && !settings.hub.url) wrong('hub.url', 'a remote hub needs its address')
  checkRadius(settings, ids, wrong)
  checkControllers(settings, ids, wrong)
  checkNetworks(settings, wrong)
  checkConsent(settings, wrong)
  checkSignIn(settings, wrong)
  checkTheme(settings, wrong)
}

/** What is in order and yet hardly meant. */
export function remarksOn(settings: Settings, file: SettingsFile | undefined): Problem[] {
  return gather(file, (remark) => {
    remarkOnRadius(settings, remark)
    remarkOnSignIn(settings, remark)
    remarkOnLegal(settings, remark)
    remarkOnControllers(settings, remark)
    remarkOnNetworks(settings, remark)
  })
}

/**
 * @param look More to look at, beside what the settings say themselves.
 * @throws UsageError `settings` naming every mistake with line and key.
 */
export function readSettings(args: Arguments, env: Env, look: (settings: Settings, wrong: Wrong) => void = () => {}): { settings: Settings; file: SettingsFile | undefined } {
  const file = settingsFile(args.config, env)
  const { settings, problems } = loadSettings(SCHEMA, { file, env, flags: args.flags, readSecret: (path) => readFileSync(path, 'utf8') })
  // A key with a mistake of its own holds its fallback here, about which nothing more is to be said.
  const told = new Set(problems.map(({ key }) => key))
  const idsRead = ![...told].some((key) => key.startsWith('sites[') && key.endsWith('.id'))
  const all = [...problems, ...gather(file, (wrong) => (crossChecks(settings, wrong), look(settings, wrong))).filter(({ key }) => !told.has(key) && (idsRead || !key.startsWith('sites[')))]
  if (all.length > 0) throw new UsageError('settings', `${all.length === 1 ? 'one mistake' : `${all.length} mistakes`} in the settings\n${describe(all)}`)
  return { settings, file }
}

const SECRETS = new Set(
  [...Object.values(SCHEMA.single), ...Object.values(SCHEMA.many)].flatMap((table) =>
    Object.entries(table).flatMap(([key, field]) => ('secret' in field && field.secret ? [key] : [])),
  ),
)

/** Keys that are only named in the contract, as `table.key`: there is nothing to show of them. */
export function isNotYet(table: string, key: string): boolean {
  const fields: Readonly<Record<string, Readonly<Record<string, Field<unknown>>>>> = { ...SCHEMA.single, ...SCHEMA.many }
  return fields[table]?.[key]?.notYet === true
}

/** Whether values under this key must never be printed. */
export function isSecret(key: string): boolean {
  return SECRETS.has(key)
}
