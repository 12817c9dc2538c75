/** Vouchers: the code is the User-Name, and the password proves it once more, by PAP, CHAP or MS-CHAPv2. */
import type { Clock } from '#shared/clock.ts'
import { canonicalBase32 } from '#shared/base32.ts'
import { equalBytes } from '#shared/keyed-mac.ts'
import type { Credential } from '../access/credentials.ts'
import type { Decision, Question, Source } from '../access/access.ts'
import { ATTRIBUTES } from '../attributes.ts'
import type { Remainder } from '../coa/policy.ts'
import type { Holder, LiveSession, LiveSessions } from '../live-sessions.ts'
import type { Authorisation } from '../nas.ts'
import type { Profiles } from '../profiles.ts'
import { sessionsLeft } from '../access/simultaneous-use.ts'
import type { StationOf } from '../access/station-names.ts'
import { printedCode, readVoucherCode } from './code.ts'
import type { City, Entry } from './city.ts'
import { createSharedUse } from './shared-use.ts'
import { isDataSpent } from './spent-data.ts'
import { createTries } from './tries.ts'
import { unheardSeconds } from './unheard.ts'
import type { Voucher, Vouchers } from './vouchers.ts'

/** One device at a time, where neither voucher nor profile says otherwise. */
const DEVICES = 1
const MINUTE_MS = 60_000
const HOLDER = 'voucher:'
export const voucherHolder = (id: string): Holder => `${HOLDER}${id}`

export type VoucherSourceParts = {
  readonly vouchers: Pick<Vouchers, 'idOf' | 'find' | 'begin'>
  /** Codes that no batch here has may be the city's. */
  readonly city?: Pick<City, 'mayBe' | 'enter' | 'remainderOf'> | undefined
  /** Ends the sessions of a holder: devices that share a voucher have used it up. */
  readonly withdraw?: (holder: Holder) => void
  readonly live: Pick<LiveSessions, 'inUse' | 'of' | 'opening'>
  readonly profiles: Profiles
  readonly clock: Clock
  readonly stationOf: StationOf
}

function ratesOf({ downKbps, upKbps }: { readonly downKbps?: number | undefined; readonly upKbps?: number | undefined }): Authorisation {
  return { ...(downKbps !== undefined && { downKbps }), ...(upKbps !== undefined && { upKbps }) }
}
const reject = (reason: string): Decision => ({ kind: 'reject', reason })

/** The code as it was typed, as we print it, or bare: CHAP cannot be asked what was typed, PAP can. An empty password proves nothing. */
function proves(credential: Credential, code: string, userName: string): boolean {
  const typed = credential.password?.()
  if (typed) return equalBytes(Buffer.from(canonicalBase32(typed.toString())), Buffer.from(code))
  return [code, userName, printedCode(code)].some((spelling) => credential.proves(spelling))
}

export function voucherSource({ vouchers, city, live, profiles, clock, stationOf, withdraw }: VoucherSourceParts): Source {
  const tries = createTries(clock)

  /** Seconds until its time or its last day is over; infinite when it says neither. */
  function secondsLeft(voucher: Voucher, holder: Holder): number {
    const online = voucher.seconds === undefined ? Infinity : voucher.seconds - voucher.usedSeconds - unheardSeconds(live, clock, holder)
    const untilEnd = voucher.untilMinute === undefined ? Infinity : Math.floor((voucher.untilMinute * MINUTE_MS - clock.now()) / 1000)
    return Math.min(online, untilEnd)
  }

  function hasNoData({ octets, usedOctets }: Voucher): boolean {
    return octets !== undefined && isDataSpent(octets, usedOctets)
  }

  function isSpent(holder: Holder): boolean {
    const voucher = vouchers.find(holder.slice(HOLDER.length))
    return voucher !== undefined && (secondsLeft(voucher, holder) <= 0 || hasNoData(voucher))
  }

  const shared = createSharedUse({
    clock,
    sessions: (holder) => live.of(holder).length,
    secondsLeft(holder) {
      const voucher = vouchers.find(holder.slice(HOLDER.length))
      return voucher ? secondsLeft(voucher, holder) : Infinity
    },
    isSpent,
    withdraw: withdraw ?? (() => undefined),
  })

  function judge(voucher: Voucher, id: string, question: Question): Decision | Promise<Decision> {
    const holder = voucherHolder(id)
    const decision = judged(voucher, holder, question)
    if (decision.kind !== 'accept') return decision
    if (live.of(holder).length > 0) shared.began(holder)
    if (!voucher.unbegun) return decision
    // Its end is on the disk before anybody is told that it has begun.
    return vouchers.begin(id).then(() => {
      const begun = vouchers.find(id)
      return begun ? judged(begun, holder, question) : decision
    })
  }

  function judged(voucher: Voucher, holder: Holder, question: Question): Decision {
    if (voucher.void) return reject('voucher_void')
    if (voucher.untilMinute !== undefined && clock.now() >= voucher.untilMinute * MINUTE_MS) return reject('voucher_expired')
    const profile = profiles.of('voucher', question.packet)
    // A voucher's own time is given in one piece; without one a session is as long as everyone's.
    const sessionSeconds = Math.min(secondsLeft(voucher, holder), voucher.seconds === undefined ? profile.sessionSeconds : Infinity)
    const quotaBytes = voucher.octets === undefined ? profile.quotaBytes : voucher.octets - voucher.usedOctets
    if (sessionSeconds <= 0 || hasNoData(voucher)) return reject('voucher_spent')
    const station = question.packet.read(ATTRIBUTES['Calling-Station-Id'])
    if (!sessionsLeft(live, holder, station, voucher.devices ?? profile.sessions ?? DEVICES)) return reject('voucher_in_use')
    return { kind: 'accept', authorisation: { ...profile, sessionSeconds, ...(quotaBytes === undefined ? {} : { quotaBytes }), ...ratesOf(voucher) } }
  }

  function entered(entry: Entry, question: Question, station: string | undefined, uncount: (() => void) | undefined): Decision | Promise<Decision> {
    // Nobody can tell whether somebody made it: as slow as a code that nobody made.
    if (entry.kind === 'refused' && (entry.reason === 'unknown' || entry.reason === 'cut_off')) {
      if (!uncount) tries.counts(question.client.name)
      return afterDelay(tries.wrong(station), reject(entry.reason === 'unknown' ? 'voucher_unknown' : 'voucher_unsure'))
    }
    uncount?.()
    if (entry.kind === 'in') {
      const profile = profiles.of('voucher', question.packet)
      const { seconds = profile.sessionSeconds, octets = profile.quotaBytes } = entry
      tries.right(station)
      tries.letIn(station)
      return { kind: 'accept', authorisation: { ...profile, sessionSeconds: seconds, ...(octets === undefined ? {} : { quotaBytes: octets }), ...ratesOf(entry) } }
    }
    if (entry.reason === 'busy') return reject('voucher_tries')
    return reject(entry.reason === 'moved' ? 'voucher_in_use' : `voucher_${entry.reason}`)
  }

  function afterDelay(ms: number, decision: Decision): Promise<Decision> {
    return new Promise((resolve) => void clock.after(ms, () => resolve(decision)))
  }

  function decide(question: Question): Decision | Promise<Decision> | undefined {
    const { userName, credential, client } = question
    const read = readVoucherCode(userName)
    if (read.kind === 'none') return undefined
    if (read.kind === 'mistyped') return reject('voucher_mistyped')
    const station = stationOf(question.packet)
    const refusal = tries.refusal(station, client.name)
    if (refusal) return reject(refusal)
    const id = vouchers.idOf(read.code)
    const voucher = vouchers.find(id)
    const proved = proves(credential, read.code, userName)
    if (!voucher && proved && city) {
      // A code that its hub has told of is no guess, however many come with theirs at once.
      const likely = city.mayBe(read.code)
      const uncount = likely ? undefined : tries.counts(client.name)
      return city.enter(read.code, id, voucherHolder(id), question.packet.read(ATTRIBUTES['Calling-Station-Id']), likely || tries.wasLetIn(station)).then((entry) => entered(entry, question, station, uncount))
    }
    // A code that is known and not proved is answered like one that is not known.
    if (!voucher || !proved) {
      tries.counts(client.name)
      return afterDelay(tries.wrong(station), reject(voucher ? 'voucher_wrong' : 'voucher_unknown'))
    }
    tries.right(station)
    const decision = judge(voucher, id, question)
    if (decision instanceof Promise || decision.kind === 'accept') tries.letIn(station)
    return decision
  }

  function holderOf(userName: string): Holder | undefined {
    const read = readVoucherCode(userName)
    return read.kind === 'code' ? `${HOLDER}${vouchers.idOf(read.code)}` : undefined
  }

  function remainderOf({ holder }: LiveSession): Remainder | undefined {
    if (!holder?.startsWith(HOLDER)) return undefined
    const id = holder.slice(HOLDER.length)
    const voucher = vouchers.find(id)
    if (!voucher) return city?.remainderOf(id) ?? { kind: 'withdrawn' }
    // Of several devices none was told when all together would have used it up.
    if (voucher.void || (shared.has(holder) && isSpent(holder))) return { kind: 'withdrawn' }
    const seconds = secondsLeft(voucher, holder)
    return { kind: 'left', ...(seconds === Infinity ? {} : { seconds }), ...(voucher.octets === undefined ? {} : { octets: voucher.octets - voucher.usedOctets }) }
  }

  return { name: 'voucher', decide, holderOf, remainderOf }
}
