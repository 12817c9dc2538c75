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
import { createTries } from './tries.ts'
import type { Voucher, Vouchers } from './vouchers.ts'

/** One device at a time, where neither voucher nor profile says otherwise. */
const DEVICES = 1
const MINUTE_MS = 60_000
const HOLDER = 'voucher:'
/** Longer than access servers leave between two reports; a session that is silent for longer has probably ended. */
const MOST_UNHEARD_MS = 600_000

export type VoucherSourceParts = {
  readonly vouchers: Pick<Vouchers, 'idOf' | 'find'>
  readonly live: Pick<LiveSessions, 'inUse' | 'of' | 'opening'>
  readonly profiles: Profiles
  readonly clock: Clock
  readonly stationOf: StationOf
}

const reject = (reason: string): Decision => ({ kind: 'reject', reason })

/** The code as it was typed, as we print it, or bare: CHAP cannot be asked what was typed, PAP can. An empty password proves nothing. */
function proves(credential: Credential, code: string, userName: string): boolean {
  const typed = credential.password?.()
  if (typed) return equalBytes(Buffer.from(canonicalBase32(typed.toString())), Buffer.from(code))
  return [code, userName, printedCode(code)].some((spelling) => credential.proves(spelling))
}

export function voucherSource({ vouchers, live, profiles, clock, stationOf }: VoucherSourceParts): Source {
  const tries = createTries(clock)

  /** What the running sessions have used since they last said so. */
  function unheardSeconds(holder: Holder): number {
    const nowMs = clock.now()
    let sum = 0
    for (const { lastMs } of live.of(holder)) sum += Math.min(Math.max(0, nowMs - lastMs), MOST_UNHEARD_MS)
    return Math.ceil(sum / 1000)
  }

  /** Seconds until its time or its last day is over; infinite when it says neither. */
  function secondsLeft(voucher: Voucher, holder: Holder): number {
    const online = voucher.seconds === undefined ? Infinity : voucher.seconds - voucher.usedSeconds - unheardSeconds(holder)
    const untilEnd = voucher.untilMinute === undefined ? Infinity : Math.floor((voucher.untilMinute * MINUTE_MS - clock.now()) / 1000)
    return Math.min(online, untilEnd)
  }

  function judge(voucher: Voucher, holder: Holder, question: Question): Decision {
    if (voucher.void) return reject('voucher_void')
    if (voucher.untilMinute !== undefined && clock.now() >= voucher.untilMinute * MINUTE_MS) return reject('voucher_expired')
    const profile = profiles.of('voucher', question.packet)
    // A voucher's own time is given in one piece; without one a session is as long as everyone's.
    const sessionSeconds = Math.min(secondsLeft(voucher, holder), voucher.seconds === undefined ? profile.sessionSeconds : Infinity)
    const quotaBytes = voucher.octets === undefined ? profile.quotaBytes : voucher.octets - voucher.usedOctets
    if (sessionSeconds <= 0 || (quotaBytes !== undefined && quotaBytes <= 0)) return reject('voucher_spent')
    const station = question.packet.read(ATTRIBUTES['Calling-Station-Id'])
    if (!sessionsLeft(live, holder, station, voucher.devices ?? profile.sessions ?? DEVICES)) return reject('voucher_in_use')
    const authorisation: Authorisation = { ...profile, sessionSeconds, ...(quotaBytes === undefined ? {} : { quotaBytes }) }
    return { kind: 'accept', authorisation }
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
    // A code that is known and not proved is answered like one that is not known.
    if (!voucher || !proved) return afterDelay(tries.wrong(station, client.name), reject(voucher ? 'voucher_wrong' : 'voucher_unknown'))
    tries.right(station)
    const decision = judge(voucher, `${HOLDER}${id}`, question)
    if (decision.kind === 'accept') tries.letIn(station)
    return decision
  }

  function holderOf(userName: string): Holder | undefined {
    const read = readVoucherCode(userName)
    return read.kind === 'code' ? `${HOLDER}${vouchers.idOf(read.code)}` : undefined
  }

  function remainderOf({ holder }: LiveSession): Remainder | undefined {
    if (!holder?.startsWith(HOLDER)) return undefined
    const voucher = vouchers.find(holder.slice(HOLDER.length))
    if (!voucher || voucher.void) return { kind: 'withdrawn' }
    const seconds = secondsLeft(voucher, holder)
    return { kind: 'left', ...(seconds === Infinity ? {} : { seconds }), ...(voucher.octets === undefined ? {} : { octets: voucher.octets - voucher.usedOctets }) }
  }

  return { name: 'voucher', decide, holderOf, remainderOf }
}
