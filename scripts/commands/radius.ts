import { ParvisError, UnavailableError, UsageError } from '#shared/errors.ts'
import type { Told } from '#radius/watch/watch.ts'
import { dataDirectory, followServer } from '../control/client.ts'
import { reloadedInWords, type Reloaded } from '../run/reload.ts'
import { ask } from './ask.ts'
import type { Command, Io } from './command.ts'
import { verbOf } from './words.ts'

const YELLOW = 33
const RED = 31
const COLOURS: Readonly<Partial<Record<Told['outcome'], number>>> = { rejected: YELLOW, silence: RED }
const CLIENT_WIDTH = 12

function lineOf({ at, door, client, words, outcome, untold }: Told, colour: boolean): string {
  const paint = colour ? COLOURS[outcome] : undefined
  const said = paint === undefined ? words : `\u{1b}[${paint}m${words}\u{1b}[0m`
  const time = new Date(at).toTimeString().slice(0, 8)
  const gap = untold === undefined ? '' : `          … ${untold} more\n`
  return `${gap}${time}  ${door.padEnd(4)}  ${client.padEnd(CLIENT_WIDTH)}  ${said}\n`
}

/** What keeps a server from reading its settings again is in the settings. */
function mistaken(error: unknown): never {
  if (error instanceof ParvisError && !(error instanceof UnavailableError)) throw new UsageError(error.code, error.message, { cause: error })
  throw error
}

async function reload(data: string, json: boolean, io: Io): Promise<number> {
  // The running server's own answer to this very command.
  const answer = (await ask(data, 'radius reload').catch(mistaken)) as unknown as Reloaded
  io.out(json ? `${JSON.stringify(answer)}\n` : reloadedInWords(answer))
  return 0
}

async function watch(data: string, json: boolean, io: Io): Promise<number> {
  const following = await followServer(data, 'radius watch')
  if (!following) throw new UnavailableError('no_server', `no server runs on ${data}: start it, or set PARVIS_DATA`)
  let ended = false
  function end(): void {
    ended = true
    following?.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end)
  // `parvis radius watch | head` ends when head has seen enough.
  process.stdout.once('error', end)
  if (!json) io.err('What passes from now on, in words; Ctrl-C ends.\n')
  for await (const value of following.values) io.out(json ? `${JSON.stringify(value)}\n` : lineOf(value as Told, io.colour))
  if (ended) return 0
  throw new UnavailableError('feed_ended', 'the server has stopped, or has let go because nobody read here')
}

const VERBS = { watch: { words: [], run: watch }, reload: { words: [], run: reload } } as const

export const radius: Command = {
  help: `parvis radius watch [--json]
parvis radius reload [--json]

watch    prints what passes at the running server, in words: what was asked, by which client, and what became of it. No names,
         no secrets, no devices. Ctrl-C ends it. --json prints one value a line.
reload   makes the running server read its settings again: [[radius.clients]] hold at once, without losing a request. What else
         has changed and needs a restart is said; a mistake anywhere changes nothing. SIGHUP does the same to a server that runs
         without a terminal.`,
  options: { json: 'flag' },
  words: true,
  async run({ words, options }, io) {
    const { run } = verbOf('radius', VERBS, words, radius.help)
    return run(dataDirectory(io.env), options.has('json'), io)
  },
}
