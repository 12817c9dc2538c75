import { UnavailableError, UsageError } from '#shared/errors.ts'
import { askServer, dataDirectory } from '../control/client.ts'
import type { Command } from './command.ts'

async function ask(data: string, action: string, args: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const asked = await askServer(data, action, args)
  if (!asked) throw new UnavailableError('no_server', `no server runs on ${data}: start it, or set PARVIS_DATA`)
  return asked.answer as Record<string, unknown>
}

export const device: Command = {
  summary: 'enrol gateways at a hub',
  help: `parvis device code [--file] [--json]
parvis device enrol CODE [--json]

code   at the hub: prints a code that a new gateway shows once, within 15 minutes; --file makes one of 26 digits that
       lasts 30 days, for claim.txt in the gateway's data directory.
enrol  at the gateway: makes it known to the hub of hub.url with that code.`,
  options: { file: 'flag', json: 'flag' },
  async run({ words: [verb, code, ...more], options }, io) {
    const data = dataDirectory(io.env)
    const print = (answer: Record<string, unknown>, text: string): number => {
      io.out(options.has('json') ? `${JSON.stringify(answer)}\n` : `${text}\n`)
      return 0
    }
    if (verb === 'code' && code === undefined) {
      const answer = await ask(data, 'device code', { kind: options.has('file') ? 'file' : 'spoken' })
      return print(answer, `${String(answer['code'])}\nvalid until ${new Date(Number(answer['expiresMs'])).toISOString().slice(0, 16)}Z, once`)
    }
    if (verb === 'enrol' && code !== undefined && more.length === 0) {
      const answer = await ask(data, 'device enrol', { code })
      return print(answer, `This gateway is enrolled as ${String(answer['gateway'])}.`)
    }
    throw new UsageError('usage', device.help)
  },
}
