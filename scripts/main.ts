// The only entry: `scripts/parvis <command>`.
import { ParvisError, UsageError } from '#shared/errors.ts'
import { parseArguments } from './commands/arguments.ts'
import { COMMANDS } from './commands/all.ts'
import type { Io } from './commands/command.ts'

const OLDEST_NODE = 24

function overview(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length))
  const rows = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)} ${summary}`)
  return `parvis <command> [options]\n\n${rows.join('\n')}\n\nparvis <command> --help tells more. Exit codes: 0 done, 1 failed, 2 wrong use or wrong settings.\n`
}

async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overview())
    return name === undefined ? 2 : 0
  }
  const row = COMMANDS.get(name)
  if (!row) throw new UsageError('usage', `unknown command "${name}"\n\n${overview()}`)
  const command = await row.load()
  const invocation = parseArguments(rest, command)
  if (invocation.help) {
    io.out(`${command.help}\n`)
    return 0
  }
  const [word] = invocation.words
  if (word !== undefined && !command.words) throw new UsageError('usage', `${name} takes no "${word}"; parvis ${name} --help tells more`)
  return command.run(invocation, io)
}

function failure(error: unknown, io: Io): number {
  // Our own errors say what to do; anything else is a fault of ours and shows where it happened.
  io.err(`parvis: ${error instanceof ParvisError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return error instanceof UsageError ? 2 : 1
}

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(`parvis: Node ${OLDEST_NODE} or newer is needed here (this is ${process.versions.node}); start it with scripts/parvis\n`)
  process.exit(2)
}
const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  colour: process.stdout.isTTY && !process.env['NO_COLOR'],
}
// A reader that goes away (`| head`, a log pipe) ends neither a command nor a server.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
process.exitCode = await main(process.argv.slice(2), io).catch((error: unknown) => failure(error, io))
