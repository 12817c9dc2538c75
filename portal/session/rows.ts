// Between a row of sessions.db and a session: the only place that names the columns twice.
import { TERMINATE_CAUSES, type Authorisation, type TerminateCause } from '#radius/nas.ts'
import type { MacAddress } from '#shared/personal.ts'
import type { OpeningSession, Session, WithdrawalCode } from './session.ts'

export type SessionRow = {
  id: string; kind: string; mac: string; controller: string; facts: string; mark: number; site: string; language: string; method: string
  token_user: string; token_nonce: string; token_hash: string; receipt: string; withdrawal: string; counted: string
  started_ms: number; deadline_ms: number
  idle_seconds: number | null; interim_seconds: number | null; down_kbps: number | null; up_kbps: number | null
  quota_bytes: number | null; class: Uint8Array | null
  up_bytes: number; down_bytes: number; up_packets: number; down_packets: number
  active_ms: number; interim_ms: number; checked_ms: number; start_told: number; shut: number; cause: string | null
  paused_ms: number | null; left_ms: number | null
}

export function isCause(text: string): text is TerminateCause {
  return Object.hasOwn(TERMINATE_CAUSES, text)
}

function limitsOf(row: SessionRow): Authorisation {
  return {
    ...(row.idle_seconds !== null && { idleSeconds: row.idle_seconds }),
    ...(row.interim_seconds !== null && { interimSeconds: row.interim_seconds }),
    ...(row.down_kbps !== null && { downKbps: row.down_kbps }),
    ...(row.up_kbps !== null && { upKbps: row.up_kbps }),
    ...(row.quota_bytes !== null && { quotaBytes: row.quota_bytes }),
    ...(row.class !== null && { class: row.class }),
  }
}

/** The casts restore types that only our own inserts put there. */
export function sessionOf(row: SessionRow): Session {
  const facts = {
    id: row.id,
    mac: row.mac as MacAddress,
    ...(row.controller !== '' && { behind: { controller: row.controller, facts: JSON.parse(row.facts) as Record<string, string> } }),
    mark: row.mark,
    site: row.site,
    language: row.language,
    method: row.method,
    user: row.token_user,
    nonce: row.token_nonce,
    tokenHash: row.token_hash,
    receipt: row.receipt,
    withdrawal: row.withdrawal as WithdrawalCode,
    counted: row.counted || row.id,
    startedMs: row.started_ms,
    deadlineMs: row.deadline_ms,
    limits: limitsOf(row),
    usage: { upBytes: row.up_bytes, downBytes: row.down_bytes, upPackets: row.up_packets, downPackets: row.down_packets },
    activeMs: row.active_ms,
    interimMs: row.interim_ms,
    checkedMs: row.checked_ms,
    startTold: row.start_told === 1,
  }
  if (row.kind === 'opening' || row.kind === 'open') return { ...facts, kind: row.kind }
  if (row.kind === 'paused') return { ...facts, kind: 'paused', pausedMs: row.paused_ms ?? row.deadline_ms, leftMs: row.left_ms ?? 0 }
  return { ...facts, kind: 'closing', cause: row.cause !== null && isCause(row.cause) ? row.cause : 'nasError', shut: row.shut === 1 }
}

export const INSERT_SESSION = `insert into session
  (id, kind, mac, controller, facts, mark, site, language, method, token_user, token_nonce, token_hash, receipt, withdrawal, counted, started_ms, deadline_ms,
   idle_seconds, interim_seconds, down_kbps, up_kbps, quota_bytes, class, active_ms, interim_ms, checked_ms)
  values (@id, 'opening', @mac, @controller, @facts, @mark, @site, @language, @method, @user, @nonce, @tokenHash, @receipt, @withdrawal, @counted, @startedMs, @deadlineMs,
   @idleSeconds, @interimSeconds, @downKbps, @upKbps, @quotaBytes, @class, @startedMs, @startedMs, @startedMs)`

export const UPDATE_LIMITS = `update session set deadline_ms = @deadlineMs, idle_seconds = @idleSeconds, interim_seconds = @interimSeconds,
  down_kbps = @downKbps, up_kbps = @upKbps, quota_bytes = @quotaBytes, class = @class where id = @id`

export function limitValues(limits: Authorisation): Record<string, number | Uint8Array | null> {
  return {
    idleSeconds: limits.idleSeconds ?? null,
    interimSeconds: limits.interimSeconds ?? null,
    downKbps: limits.downKbps ?? null,
    upKbps: limits.upKbps ?? null,
    quotaBytes: limits.quotaBytes ?? null,
    class: limits.class ?? null,
  }
}

export function valuesOf(session: OpeningSession): Record<string, unknown> {
  const { limits, behind, usage: _usage, kind: _kind, startTold: _told, activeMs: _active, interimMs: _interim, checkedMs: _checked, ...facts } = session
  return { ...facts, controller: behind?.controller ?? '', facts: JSON.stringify(behind?.facts ?? {}), ...limitValues(limits) }
}
