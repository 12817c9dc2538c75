import { UsageError } from '#shared/errors.ts'
import { dataDirectory } from '../control/client.ts'
import { ask } from './ask.ts'
import type { Command } from './command.ts'

export const staff: Command = {
  help: `parvis staff unlock NAME [--json]

Lets an account sign in again that a hundred failed tries have locked.`,
  options: { json: 'flag' },
  words: true,
  async run({ words: [verb, name, ...more], options }, io) {
    if (verb !== 'unlock' || name === undefined || more.length > 0) throw new UsageError('usage', `this is how staff is used:\n\n${staff.help}`)
    const answer = await ask(dataDirectory(io.env), 'staff unlock', { name })
    const unlocked = answer['unlocked'] === true
    io.out(options.has('json') ? `${JSON.stringify(answer)}\n` : unlocked ? `${name} may sign in again.\n` : `There is no account ${name}.\n`)
    return unlocked ? 0 : 1
  },
}
