import { isSecret, readSettings } from '../settings/read.ts'
import type { Command } from './command.ts'

/** Every effective value; secrets are named and never shown. */
export const settingsCommand: Command = {
  summary: 'show the settings in force',
  help: `parvis settings [--json] [--config FILE]

Prints every setting with the value in force, after file, environment and flags. Secrets are shown as "set" or "not set".`,
  options: { json: 'flag' },
  async run(invocation, io) {
    const { settings } = readSettings(invocation, io.env)
    const shown = JSON.parse(JSON.stringify(settings, (key, value: unknown) => (isSecret(key) ? (value === undefined ? 'not set' : 'set') : value))) as Record<string, unknown>
    if (invocation.options.has('json')) {
      io.out(`${JSON.stringify(shown, null, 2)}\n`)
      return 0
    }
    for (const [table, values] of Object.entries(shown)) {
      for (const [index, row] of (Array.isArray(values) ? values : [values]).entries()) {
        io.out(Array.isArray(values) ? `[[${table}]] ${index + 1}\n` : `[${table}]\n`)
        for (const [key, value] of Object.entries(row as Record<string, unknown>)) io.out(`  ${key.padEnd(18)} ${JSON.stringify(value)}\n`)
      }
    }
    return 0
  },
}
