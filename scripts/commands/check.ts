import { systemClock } from '#shared/clock.ts'
import { checkFiles } from '../settings/file-checks.ts'
import { describe, readSettings, remarksOn } from '../settings/read.ts'
import type { Command } from './command.ts'

export const check: Command = {
  help: `parvis check [--config FILE]

Reads the settings from the file, the environment and the flags, and reports every mistake at once with its line and key; files
that they name must be there and be what they should, read with the rights of the account that runs it.
Remarks are about what is allowed and hardly meant, such as a short secret.
Exit code 0 when there is no mistake, 2 when there is.`,
  options: {},
  async run(invocation, io) {
    const { settings, file } = readSettings(invocation, io.env, (all, wrong) => checkFiles(all, systemClock().now(), wrong))
    io.out(`The settings are in order (${file?.name ?? 'built-in values'}; ${Math.max(1, settings.sites.length)} site(s), enforcer ${settings.gateway.enforcer}).\n`)
    const remarks = remarksOn(settings, file)
    if (remarks.length > 0) io.err(`${remarks.length === 1 ? 'One remark' : `${remarks.length} remarks`}:\n${describe(remarks)}\n`)
    return 0
  },
}
