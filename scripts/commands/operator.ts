import { UsageError } from '#shared/errors.ts'
import { dataDirectory } from '../control/client.ts'
import { ask } from './ask.ts'
import type { Command } from './command.ts'

export const operator: Command = {
  help: `parvis operator code NAME [--json]

Gives a code with which somebody may look at the live connections of this gateway, at /operator/ of its door on loopback: find
one by its address or voucher, end it, keep its device out until the day is over. The code opens once, within ten minutes. NAME
is what the log says of whoever uses it. From elsewhere: ssh -L 9090:127.0.0.1:9090 to this machine.`,
  options: { json: 'flag' },
  words: true,
  async run({ words: [verb, name, ...more], options }, io) {
    if (verb !== 'code' || name === undefined || more.length > 0) throw new UsageError('usage', `this is how operator is used:\n\n${operator.help}`)
    const answer = await ask(dataDirectory(io.env), 'operator code', { name })
    io.out(options.has('json') ? `${JSON.stringify(answer)}\n` : `${String(answer['code'])}   for ${String(answer['minutes'])} minutes, once, at ${String(answer['url'])}\n`)
    return 0
  },
}
