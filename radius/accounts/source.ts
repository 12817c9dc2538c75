/** Accounts of people and machines, and what strangers hear. */
import type { Decision, Question, Source } from '../access/access.ts'
import { sessionsLeft } from '../access/simultaneous-use.ts'
import type { StationOf } from '../access/station-names.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Remainder } from '../coa/policy.ts'
import type { Holder, LiveSession, LiveSessions } from '../live-sessions.ts'
import type { Profiles } from '../profiles.ts'
import type { Account, Accounts } from './accounts.ts'
import type { PasswordChecks } from './password-checks.ts'
import { passwordMatches } from './password-hash.ts'
import type { AccountKind } from './row.ts'
import type { Try, Turn } from './tries.ts'

/**
 * Sessions at the same time where neither account nor profile says otherwise: a person has one, so that a lent password shows; a
 * machine's account may be a whole class of tablets.
 */
const SESSIONS: Readonly<Record<AccountKind, number>> = { person: 1, machine: 0 }

export type AccountSourceParts = {
  readonly accounts: Accounts
  readonly checks: PasswordChecks
  readonly live: Pick<LiveSessions, 'inUse' | 'of' | 'opening'>
  readonly profiles: Profiles
  readonly stationOf: StationOf
}

const reject = (reason: string): Decision => ({ kind: 'reject', reason })
const WRONG = reject('account_wrong')
const TOO_SOON = reject('account_too_soon')
const BUSY = reject('account_checks_full')

const HOLDER = 'account:'
const holderFor = (accounts: Accounts, userName: string): Holder => `${HOLDER}${accounts.keyOf(userName)}`

/** What refuses needs of the parts of the sources. */
type Refusing = Pick<AccountSourceParts, 'accounts' | 'checks' | 'stationOf'>

function tryOf({ accounts, stationOf }: Refusing, { userName, packet }: Question): Try {
  return { name: accounts.keyOf(userName), device: stationOf(packet) }
}

/** A reject as late as that of a wrong password, without the hash. */
function late({ imitate }: PasswordChecks, { client }: Question, decision: Decision): Decision | Promise<Decision> {
  return imitate(client.name)?.then(() => decision) ?? BUSY
}

/** A reject as late as a person's, and as seldom, where there are people: else only waiting would tell that a name is one of theirs. */
function asSlowly(parts: Refusing, question: Question, decision: Decision): Decision | Promise<Decision> {
  const { accounts, checks } = parts
  if (question.credential.kind !== 'pap' || !accounts.hasPeople()) return decision
  const turn = checks.tries.begin(tryOf(parts, question))
  if (!turn) return late(checks, question, TOO_SOON)
  return settled(checks.imitate(question.client.name), turn, () => {
    turn.wrong()
    return decision
  })
}

/** What comes of a check or its imitation; a failure, or that there was none, is not counted as a wrong try. */
function settled<T>(checked: Promise<T> | undefined, turn: Turn, decide: (result: T) => Decision): Decision | Promise<Decision> {
  if (checked) return checked.then(decide).finally(turn.leave)
  turn.leave()
  return BUSY
}

export function accountSource(parts: AccountSourceParts): Source {
  const { accounts, checks, live, profiles } = parts

  function admit(account: Account, { userName, packet }: Question): Decision {
    const authorisation = profiles.of('account', packet)
    const most = account.sessions ?? authorisation.sessions ?? SESSIONS[account.kind]
    if (most > 0 && !sessionsLeft(live, holderFor(accounts, userName), packet.read(ATTRIBUTES['Calling-Station-Id']), most)) return reject('account_in_use')
    return { kind: 'accept', authorisation }
  }

  function machine(account: Account, question: Question): Decision | Promise<Decision> {
    if (accounts.machineProves(account, question.userName, question.credential)) return admit(account, question)
    return asSlowly(parts, question, WRONG)
  }

  /** The account as it is when its turn has come and again when the answer is there: one that was removed meanwhile opens nothing. */
  async function matches(userName: string, password: Buffer): Promise<boolean> {
    const kept = accounts.personHash(userName)
    if (!kept) return false
    return (await passwordMatches(kept.hash, password, kept)) && accounts.personHash(userName)?.hash === kept.hash
  }

  function person(account: Account, question: Question): Decision | Promise<Decision> {
    const password = question.credential.password?.()
    if (!password) return reject('method_needs_clear_secret')
    const turn = checks.tries.begin(tryOf(parts, question))
    if (!turn) return late(checks, question, TOO_SOON)
    return settled(checks.run(question.client.name, () => matches(question.userName, password)), turn, (right) => {
      if (right) turn.right()
      else turn.wrong()
      return right ? admit(account, question) : WRONG
    })
  }

  function decide(question: Question): Decision | Promise<Decision> | undefined {
    // EAP is for upstream realms; accounts end none of it.
    if (question.credential.kind === 'eap') return undefined
    const account = accounts.find(question.userName)
    if (!account) return undefined
    return account.kind === 'machine' ? machine(account, question) : person(account, question)
  }

  /** A removed account keeps its sessions to their end: the last report on them is not for an upstream realm to have. */
  function holderOf(userName: string): Holder | undefined {
    return accounts.find(userName) || accounts.wasRemoved(userName) ? holderFor(accounts, userName) : undefined
  }

  /** Who is signed in stays so as long as the account is there. */
  function remainderOf({ holder }: LiveSession): Remainder | undefined {
    return holder?.startsWith(HOLDER) && !accounts.has(holder.slice(HOLDER.length)) ? { kind: 'withdrawn' } : undefined
  }

  return { name: 'account', decide, holderOf, remainderOf }
}

/** The last source: names that nobody knows. */
export function strangerSource(parts: Refusing): Source {
  return { name: 'stranger', decide: (question) => asSlowly(parts, question, reject('user_unknown')) }
}
