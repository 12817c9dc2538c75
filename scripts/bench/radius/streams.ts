import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { REPORTED, type Load, type LoadResult } from './load.ts'
import { LOAD_CORE } from './process.ts'

/** Besides what `radload` can send: portal tokens, each used once, and people whose passwords are kept as argon2id. */
export type Stream = Omit<Load, 'kind'> & {
  readonly kind: Load['kind'] | 'token' | 'person'
  /** Questions in flight when no rate is given. */
  readonly window?: number
  /** Ends when as many are answered, before the seconds are over. */
  readonly questions?: number
  /** Put before Acct-Session-Ids, for loads whose sessions are not to be one another's. */
  readonly sessions?: string
  /** `radius.token_key` of the server, for tokens. */
  readonly tokenKey?: string
}

/** Packets built ahead; a faster server ends the run when they are used up. */
export const MOST_PACKETS = 400_000

export const ownSession = (prefix: string, session: number): string => `${prefix}${session.toString(16).padStart(12, '0')}`
export function ownSessions(prefix: string): readonly string[] {
  return Array.from({ length: Math.ceil(MOST_PACKETS / REPORTED.length) }, (_, session) => ownSession(prefix, session))
}

/** Sends all of them at the same time from a process of its own on the generator's core; one result each. */
export async function runStreams(streams: readonly Stream[]): Promise<readonly LoadResult[]> {
  const child = spawn('taskset', ['-c', LOAD_CORE, process.execPath, join(import.meta.dirname, 'access-points.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(streams))
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`the generator ended with ${String(code)}`)
  return JSON.parse(said) as readonly LoadResult[]
}
