import { dataDirectory } from '../control/client.ts'
import { ask } from './ask.ts'
import type { Command } from './command.ts'
import { verbOf } from './words.ts'

type Verb = {
  /** Words after the verb, as the help names them. */
  readonly words: readonly string[]
  readonly action: string
  args(words: readonly string[], file: boolean): Readonly<Record<string, unknown>>
  text(answer: Record<string, unknown>, words: readonly string[]): string
}

const VERBS: Readonly<Record<string, Verb>> = {
  code: {
    words: [],
    action: 'device code',
    args: (_, file) => ({ kind: file ? 'file' : 'spoken' }),
    text: ({ code, expiresMs }) => `${String(code)}\nvalid until ${new Date(Number(expiresMs)).toISOString().slice(0, 16)}Z, once`,
  },
  enrol: { words: ['CODE'], action: 'device enrol', args: ([code]) => ({ code }), text: ({ gateway }) => `This gateway is enrolled as ${String(gateway)}.` },
  release: {
    words: ['GATEWAY'],
    action: 'device release',
    args: ([gateway]) => ({ gateway }),
    text: ({ released }, [gateway]) => (released === true ? `${gateway} may deliver again.` : `There is no quarantined gateway ${gateway}.`),
  },
}

export const device: Command = {
  help: `parvis device code [--file] [--json]
parvis device enrol CODE [--json]
parvis device release GATEWAY [--json]

code     at the hub: prints a code that a new gateway shows once, within 15 minutes; --file makes one of 26 digits that
         lasts 30 days, for claim.txt in the gateway's data directory.
enrol    at the gateway: makes it known to the hub of hub.url with that code.
release  at the hub: ends the quarantine of a gateway that was restored from a backup, once.`,
  options: { file: 'flag', json: 'flag' },
  words: true,
  async run(invocation, io) {
    const { words: [, ...words], options } = invocation
    const verb = verbOf('device', VERBS, invocation.words, device.help)
    const answer = await ask(dataDirectory(io.env), verb.action, verb.args(words, options.has('file')))
    io.out(options.has('json') ? `${JSON.stringify(answer)}\n` : `${verb.text(answer, words)}\n`)
    return answer['released'] === false ? 1 : 0
  },
}
