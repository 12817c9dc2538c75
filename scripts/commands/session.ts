import { dataDirectory } from '../control/client.ts'
import type { SessionEnd, SessionRow } from '../run/sessions.ts'
import { ask } from './ask.ts'
import type { Command, Io } from './command.ts'
import { verbOf } from './words.ts'

const HEAD: SessionLine = { id: 'id', client: 'client', method: 'method', minutes: 'online', remaining: 'left' }
type SessionLine = { readonly [Key in keyof SessionRow]: string }

/** What the running server answers to `session end`, in words; `{client}` is the access server's. */
const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'The session has ended.',
  unknown: 'There is no session {id}: it may have ended. parvis session list shows those that run.',
  sessionNotFound: '{client} says that this session is not there any more.',
  sessionNotRemovable: '{client} cannot end it now; it is tried again.',
  silent: '{client} did not answer; it is asked again, with growing pauses. Does it take Disconnect-Requests at its coa_port?',
  stranger: '{client} has no [[radius.clients]] any more whose secret we could speak by.',
}

function lineOf({ id, client, method, minutes, remaining }: SessionLine): string {
  return `${id.padEnd(8)}  ${client.padEnd(16)}  ${method.padEnd(8)}  ${minutes.padStart(8)}  ${remaining.padStart(8)}\n`
}
function inWords({ minutes, remaining, ...row }: SessionRow): SessionLine {
  return { ...row, minutes: `${minutes} min`, remaining: remaining === null ? '–' : `${remaining} min` }
}

async function list(data: string, _words: readonly string[], json: boolean, io: Io): Promise<number> {
  // The running server's own answer to this very command.
  const answer = (await ask(data, 'session list')) as { sessions: readonly SessionRow[] }
  if (json) io.out(`${JSON.stringify(answer)}\n`)
  else io.out(answer.sessions.length === 0 ? 'Nobody is online.\n' : [HEAD, ...answer.sessions.map(inWords)].map(lineOf).join(''))
  return 0
}

async function end(data: string, [id = '']: readonly string[], json: boolean, io: Io): Promise<number> {
  const answer = (await ask(data, 'session end', { id })) as SessionEnd
  const { ended, outcome, client = '' } = answer
  const words = OUTCOMES[outcome] ?? `{client} refused: ${outcome}. It is asked again, with growing pauses.`
  io.out(json ? `${JSON.stringify(answer)}\n` : `${words.replace('{id}', id).replace('{client}', client)}\n`)
  return ended ? 0 : 1
}

const VERBS = { list: { words: [], run: list }, end: { words: ['ID'], run: end } } as const

export const session: Command = {
  help: `parvis session list [--json]
parvis session end ID [--json]

list     shows the sessions of this gateway and of every access server that tells this server its accounting: a short id, the
         RADIUS client, how its user signed in, minutes online, minutes left (– where only the access server
         counts them). No names, no devices, no totals; that it was shown is logged. It is there to end a session, not to count
         people: whoever forwards its rows goes around the noise. Staff who look for one connection have /operator, ten rows
         at most (parvis operator code NAME).
end      ends one at its access server (RFC 5176).`,
  options: { json: 'flag' },
  words: true,
  async run({ words, options }, io) {
    const { run } = verbOf('session', VERBS, words, session.help)
    return run(dataDirectory(io.env), words.slice(1), options.has('json'), io)
  },
}
