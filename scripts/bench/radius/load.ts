// Who sends: the compiled generator beside the project where it is, else the project's own.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { where } from '../../test/peers.ts'
import { ownSessions, runStreams } from './streams.ts'
import { LOAD_CORE } from './process.ts'
import { SECRET } from './town.ts'

const run = promisify(execFile)
const SOURCE = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'tools', 'radload.c')
/**
 * Over all its sockets, each of which has 256 slots with as many variants as this leaves: with fewer it repeats packets before a run
 * is over, which a duplicate cache would answer.
 */
const VARIANTS = 2_040
const SOCKETS = 8
/** Longer than a server takes to decide: a late answer to the question before would not be believed. */
export const LATE_MS = 4_000
export const MOST_SECONDS = 10

export const LOAD_KINDS = ['pap', 'acct'] as const
export type LoadKind = (typeof LOAD_KINDS)[number]
export type Load = {
  readonly kind: LoadKind
  readonly port: number
  /** As many users, named as in `town.ts`, in random order. */
  readonly users: number
  /** Percentage of wrong passwords. */
  readonly wrong: number
  /** At most 10. */
  readonly seconds: number
  /** Packets a second, whatever the answers do; else as many as 128 in flight allow. */
  readonly rate?: number
  /** Source ports. Default 8. */
  readonly sockets?: number
}
/** Latencies in milliseconds. `replies` are those that came within the seconds and whose authenticators held. */
export type LoadResult = {
  readonly sent: number
  readonly replies: number
  readonly perSecond: number
  readonly lost: number
  readonly accepted: number
  readonly rejected: number
  readonly p50: number
  readonly p99: number
}
export type Generator = {
  readonly name: string
  send(load: Load): Promise<LoadResult>
  /**
   * The Acct-Session-Ids of an `acct` load in the order in which each lane of it begins them: Start, Interim and Stop of one, then the
   * next (`REPORTED`).
   */
  lanes(): Iterable<readonly string[]>
  close(): void
}
/** Seconds and octets that a session has reported after its Start, its Interim and its Stop. */
export const REPORTED = [
  { seconds: 0, inputOctets: 0, outputOctets: 0 },
  { seconds: 300, inputOctets: 300_000, outputOctets: 2_700_000 },
  { seconds: 600, inputOctets: 600_000, outputOctets: 5_400_000 },
] as const

type Report = { sent: number; replies: number; per_s: number; lost: number; bad: number; stray: number; accept: number; reject: number; ms_p50: number; ms_p99: number }

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** As its `build` names them: eight digits for the slot, four for the session. */
function* radloadLanes(): Iterable<readonly string[]> {
  const sessions = Math.floor(VARIANTS / SOCKETS / REPORTED.length)
  for (let slot = 0; slot < SOCKETS * 256; slot++) yield Array.from({ length: sessions }, (_, session) => hex(slot, 8) + hex(session, 4))
}

async function compiled(compiler: string): Promise<Generator> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-radload-'))
  const program = join(dir, 'radload')
  await run(compiler, ['-O2', '-o', program, SOURCE])
  async function send({ kind, port, users, wrong, seconds, rate, sockets = SOCKETS }: Load): Promise<LoadResult> {
    const flags = ['-p', port, '-s', SECRET, '-m', kind, '-n', users, '-b', wrong, '-S', sockets, '-V', Math.floor(VARIANTS / sockets), '-W', 0, '-t', LATE_MS]
    flags.push('-d', Math.min(seconds, MOST_SECONDS), ...(rate === undefined ? [] : ['-R', rate]))
    const { stdout } = await run('taskset', ['-c', LOAD_CORE, program, ...flags.map(String)])
    const report = JSON.parse(stdout) as Report
    return {
      sent: report.sent, replies: report.replies, perSecond: report.per_s, lost: report.lost, accepted: report.accept, rejected: report.reject,
      p50: report.ms_p50, p99: report.ms_p99,
    }
  }
  return { name: 'radload', send, lanes: radloadLanes, close: () => rmSync(dir, { recursive: true, force: true }) }
}

async function ownGenerator(load: Load): Promise<LoadResult> {
  const [result] = await runStreams([load])
  if (!result) throw new Error('the generator said nothing')
  return result
}

/** `radload` ends with an error, and so does a run, when one reply's authenticator does not hold. */
export async function loadGenerator(): Promise<Generator> {
  const compiler = where('gcc') ?? where('cc')
  if (compiler && existsSync(SOURCE)) return compiled(compiler)
  return { name: 'own generator', send: ownGenerator, lanes: () => [ownSessions('')], close: () => undefined }
}
