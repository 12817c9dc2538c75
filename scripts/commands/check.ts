import { readSettings } from '../settings/read.ts'
import type { Command } from './command.ts'

export const check: Command = {
  help: `parvis check [--config FILE]

Reads the settings from the file, the environment and the flags, and reports every mistake at once with its line and key.
Exit code 0 when all is well, 2 when not.`,
  options: {},
  async run(invocation, io) {
    const { settings, file } = readSettings(invocation, io.env)
    io.out(`The settings are in order (${file ?? 'built-in values'}; ${Math.max(1, settings.sites.length)} site(s), enforcer ${settings.gateway.enforcer}).\n`)
    return 0
  },
}
