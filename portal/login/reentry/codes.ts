import type { Db } from '#shared/db/open.ts'
import { mac, type KeyObject } from '#shared/keyed-mac.ts'
import type { SessionToken } from '#shared/personal.ts'
import { minuteOf, type OpenSession, type SessionId } from '../../session/session.ts'
import { hashToken } from '../../session/token.ts'
import { CODE_DIGITS, newCode, type ReentryCode } from './code.ts'

const CODE_LIFE_MS = 24 * 3_600_000
const PROOF_BYTES = 16
const PROOF_LABEL = 'parvis/reentry/1'
const PAD_LABEL = 'parvis/reentry-pad/1'

/** What a code leads to. */
export type Entry = {
  /** Names the code to this store; says nothing without its key. */
  readonly proof: Buffer
  readonly session: SessionId
  readonly site: string
  readonly method: string
  readonly counted: SessionId
  readonly moves: number
  /** When the session's time is up, and what of its data was left when it ended: true of one that runs no more. */
  readonly deadlineMs: number
  readonly quotaBytes: number | undefined
}

/**
 * The codes of this boot. Only `mac(K_run, code)` is kept, and the code itself under a pad that the session token makes: whoever reads
 * the store, in memory, has neither. All calls are synchronous, and a look-up takes the same time for every wrong code.
 */
export type Codes = {
  /** A code for a session that has just begun. */
  issue(session: OpenSession, token: SessionToken): ReentryCode
  /** The code that goes with the session whose token this is, while it is good. */
  of(token: SessionToken): ReentryCode | undefined
  find(code: ReentryCode): Entry | undefined
  /** From now on the code moves this session. */
  moved(entry: Entry, code: ReentryCode, session: OpenSession, token: SessionToken): void
}

type Row = { session: string; site: string; method: string; counted: string; moves: number; deadline_ms: number; quota_bytes: number | null }

/** @param db with SESSION_MIGRATIONS. @param key of the runtime directory. */
export function createCodes(db: Db, key: KeyObject, random: (length: number) => Buffer, now: () => number): Codes {
  const insert = db.prepare('insert into reentry (proof, session, site, method, veil, counted, until_ms, deadline_ms, quota_bytes) values (?,?,?,?,?,?,?,?,?)')
  const veilOf = db.prepare<[string, number], Uint8Array>('select r.veil from session s join reentry r on r.session = s.id where s.token_hash = ? and r.until_ms > ?').pluck()
  const find = db.prepare<[Buffer, number], Row>('select session, site, method, counted, moves, deadline_ms, quota_bytes from reentry where proof = ? and until_ms > ?')
  const move = db.prepare('update reentry set session = ?, veil = ?, moves = moves + 1 where proof = ?')
  const forget = db.prepare('delete from reentry where until_ms <= ?')
  let forgottenMinute = 0

  const proofOf = (code: ReentryCode): Buffer => mac(key, PROOF_LABEL, code).subarray(0, PROOF_BYTES)
  const pad = (token: SessionToken): Buffer => mac(key, PAD_LABEL, token)
  function veil(code: Uint8Array, token: SessionToken): Buffer {
    const bytes = pad(token)
    return Buffer.from(code.map((byte, at) => byte ^ (bytes[at] ?? 0)))
  }
  const veiled = (code: ReentryCode, token: SessionToken): Buffer => veil(Buffer.from(code, 'latin1'), token)

  function forgetOld(nowMs: number): void {
    if (minuteOf(nowMs) === forgottenMinute) return
    forgottenMinute = minuteOf(nowMs)
    forget.run(nowMs)
  }

  return {
    issue(session, token) {
      forgetOld(now())
      const { limits } = session
      const code = newCode(random)
      insert.run(proofOf(code), session.id, session.site, session.method, veiled(code, token), session.counted, session.startedMs + CODE_LIFE_MS, session.deadlineMs, limits.quotaBytes ?? null)
      return code
    },
    of(token) {
      const bytes = veilOf.get(hashToken(token), now())
      return bytes?.length === CODE_DIGITS ? (veil(bytes, token).toString('latin1') as ReentryCode) : undefined
    },
    find(code) {
      const proof = proofOf(code)
      const row = find.get(proof, now())
      return row && { proof, session: row.session, site: row.site, method: row.method, counted: row.counted, moves: row.moves, deadlineMs: row.deadline_ms, quotaBytes: row.quota_bytes ?? undefined }
    },
    moved: ({ proof }, code, session, token) => void move.run(session.id, veiled(code, token), proof),
  }
}
