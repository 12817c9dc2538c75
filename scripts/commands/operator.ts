import { dataDirectory } from '../control/client.ts'
import { ask } from './ask.ts'
import type { Command } from './command.ts'
import { verbOf } from './words.ts'

export const operator: Command = {
  help: `parvis operator code NAME [--json]

Gives a code with which somebody may look at the live connections of this gateway, at /operator/ of its door on loopback: find
one by its address or voucher, end it, keep its device out until the day is over. The code opens once, within ten minutes. NAME
is what the log says of whoever uses it. From elsewhere: ssh -L 9090:127.0.0.1:9090 to this machine.`,
  options: { json: 'flag' },
  words: true,
  async run({ words, options }, io) {
    verbOf('operator', { code: { words: ['NAME'] } }, words, operator.help)
    const [, name] = words
    const answer = await ask(dataDirectory(io.env), 'operator code', { name })
    io.out(options.has('json') ? `${JSON.stringify(answer)}\n` : `${String(answer['code'])}   for ${String(answer['minutes'])} minutes, once, at ${String(answer['url'])}\n`)
    return 0
  },
}
