import { UsageError } from '#shared/errors.ts'
import { ROLES } from '#portal/hub/staff/accounts.ts'
import { dataDirectory } from '../control/client.ts'
import { ask } from './ask.ts'
import type { Command, Invocation, Io } from './command.ts'
import { verbOf } from './words.ts'

const NAMES = Object.keys(ROLES)

async function add(name: string, { options }: Invocation, io: Io): Promise<number> {
  const role = options.get('role')
  if (typeof role !== 'string' || !NAMES.includes(role)) throw new UsageError('usage', `--role is one of ${NAMES.join(', ')}`)
  const { password } = await ask(dataDirectory(io.env), 'staff add', { name, role })
  if (options.has('json')) io.out(`${JSON.stringify({ name, role, password })}\n`)
  else if (typeof password === 'string') {
    io.out(`${password}\n`)
    io.err(`${name} may sign in to the staff pages with this password, as ${role}. It is stored nowhere: this was the only time to see it.\n`)
  } else io.err(`${name} is no name, or is taken.\n`)
  return typeof password === 'string' ? 0 : 1
}

async function unlock(name: string, { options }: Invocation, io: Io): Promise<number> {
  const answer = await ask(dataDirectory(io.env), 'staff unlock', { name })
  const unlocked = answer['unlocked'] === true
  io.out(options.has('json') ? `${JSON.stringify(answer)}\n` : unlocked ? `${name} may sign in again.\n` : `There is no account ${name}.\n`)
  return unlocked ? 0 : 1
}

const VERBS = { add: { words: ['NAME'], run: add }, unlock: { words: ['NAME'], run: unlock } } as const

export const staff: Command = {
  help: `parvis staff add NAME --role ${NAMES.join('|')} [--json]
parvis staff unlock NAME [--json]

add      makes an account for the staff pages and prints its password, once. The role desk prints vouchers and can do nothing else;
         viewer sees numbers, steward downloads them too, admin may do all of it.
unlock   lets an account sign in again that a hundred failed tries have locked.`,
  options: { role: 'value', json: 'flag' },
  words: true,
  async run(invocation, io) {
    const { run } = verbOf('staff', VERBS, invocation.words, staff.help)
    const [, name = ''] = invocation.words
    return run(name, invocation, io)
  },
}
