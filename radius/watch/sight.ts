/**
 * A request and its reply, in words. Only what is listed here is read out of the packets: no name, no password, no station, no
 * address, no session id, no octets; durations are told in minutes.
 */
import { ATTRIBUTES, type AttributeRow } from '../attributes.ts'
import { ERROR_CAUSES } from '../coa/error-causes.ts'
import type { Told as Ending } from '../coa/sender.ts'
import { CODES, type Packet } from '../packet.ts'
import { sentenceOf } from '../reasons.ts'
import { causeInWords, durationInWords, PROOFS, SOURCES, STATUSES } from './words.ts'
import type { Passing } from './watch.ts'

const A = ATTRIBUTES

export type Outcome = 'accepted' | 'challenged' | 'rejected' | 'stored' | 'acknowledged' | 'alive' | 'repeated' | 'silence' | 'asked'
/** What may be shown of a passing; `words` says all of it, the rest is for programs. */
export type Sight = {
  readonly door: string
  readonly client: string
  readonly outcome: Outcome
  readonly words: string
  /** A code of `reasons.ts`. */
  readonly reason?: string
  /** The source that decided: `token`, `voucher`, `account` … */
  readonly by?: string
  /** How a user proved to be who they are: `pap`, `chap` … */
  readonly proof?: string
  /** Of a session, in whole minutes: granted by an accept, used so far in accounting. */
  readonly minutes?: number
}
type Draft = Omit<Sight, 'door' | 'client' | 'reason' | 'by'>

/** A watcher hears of packets with values of the wrong form too. */
function valueOf<V>(packet: Packet | undefined, row: AttributeRow<V>): V | undefined {
  try {
    return packet?.read(row)
  } catch {
    return undefined
  }
}

function joined(parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false).join(', ')
}

const minutesOf = (seconds: number | undefined): { minutes?: number } => (seconds === undefined ? {} : { minutes: Math.round(seconds / 60) })

function accepted({ request, reply, by = '' }: Passing): Draft {
  const proof = request && PROOFS.find(({ shownBy }) => request.has(shownBy))
  const seconds = valueOf(reply, A['Session-Timeout'])
  const who = (SOURCES[by] ?? by) + (proof?.words ? ` (${proof.words})` : '')
  return { outcome: 'accepted', words: `accepted: ${joined([who, seconds !== undefined && durationInWords(seconds)])}`, ...(proof && { proof: proof.name }), ...minutesOf(seconds) }
}

function stored({ request }: Passing): Draft {
  const status = STATUSES[valueOf(request, A['Acct-Status-Type']) ?? 0]
  const seconds = status?.aboutSession ? valueOf(request, A['Acct-Session-Time']) : undefined
  const cause = status?.ends ? causeInWords(valueOf(request, A['Acct-Terminate-Cause'])) : undefined
  return { outcome: status ? 'stored' : 'acknowledged', words: joined([status?.words ?? 'about no session: acknowledged, not kept', cause, seconds !== undefined && durationInWords(seconds)]), ...minutesOf(seconds) }
}

const refused: (passing: Passing) => Draft = ({ reason = '' }) => ({ outcome: 'rejected', words: `refused: ${sentenceOf(reason)}` })

/** By the code of the reply. */
const REPLIES: Readonly<Record<number, (passing: Passing) => Draft>> = {
  [CODES.accessAccept]: (passing) => (passing.request?.code === CODES.statusServer ? { outcome: 'alive', words: 'asked whether we are there: yes' } : accepted(passing)),
  [CODES.accessChallenge]: ({ by = '' }) => ({ outcome: 'challenged', words: `a further question: ${SOURCES[by] ?? by}` }),
  [CODES.accessReject]: refused,
  [CODES.accountingResponse]: (passing) => (passing.request?.code === CODES.statusServer ? { outcome: 'alive', words: 'asked whether we are there: yes' } : stored(passing)),
  [CODES.disconnectAck]: () => ({ outcome: 'acknowledged', words: 'session ended' }),
  [CODES.coaAck]: () => ({ outcome: 'acknowledged', words: 'session changed' }),
  [CODES.disconnectNak]: refused,
  [CODES.coaNak]: refused,
}

function draftOf(passing: Passing): Draft {
  const { reply, reason, again } = passing
  if (again) return { outcome: 'repeated', words: reply ? 'asked again: the same answer again' : 'asked again while it is being decided' }
  if (!reply) return { outcome: 'silence', words: `no answer: ${sentenceOf(reason ?? '')}` }
  return REPLIES[reply.code]?.(passing) ?? { outcome: 'acknowledged', words: 'answered' }
}

export function sightOf(passing: Passing): Sight {
  const { door, client, reason, by } = passing
  return { door, client, ...draftOf(passing), ...(reason !== undefined && { reason }), ...(by !== undefined && { by }) }
}

function endingInWords(ending: Ending): string {
  if (ending.kind === 'done') return 'done'
  if (ending.kind === 'silent') return 'it does not answer'
  if (ending.kind === 'stranger') return 'its address belongs to no client any more'
  return ending.cause === undefined ? 'refused' : `refused: ${sentenceOf(`nak_${ERROR_CAUSES[ending.cause]}`)}`
}

/** What came of our asking an access server to end a session. */
export function endingSight(client: string, ending: Ending): Sight {
  return { door: 'coa', client, outcome: 'asked', words: `asked to end a session: ${endingInWords(ending)}` }
}
