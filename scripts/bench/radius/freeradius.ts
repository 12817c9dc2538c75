// FreeRADIUS 3.2 to compare with: by the script beside the project where it is, else by the tests' own configuration (users in a file only).
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startFreeRadius } from '#test/support/freeradius.ts'
import { where } from '../../test/peers.ts'
import { SERVER_CORE } from './process.ts'
import { password, SECRET, userName } from './town.ts'

const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'tools', 'freeradius-peer.sh')
/** Where the script has it listen. */
const AUTH_PORT = 11_812
const ACCT_PORT = 11_813
const STOP_TIMEOUT_MS = 5_000
const STOP_LOOK_MS = 20

export type Backend = 'files' | 'sqlite' | 'sqlite-wal'
export type Peer = { readonly pid: number; readonly auth: number; readonly acct: number; stop(): Promise<void> }
export const PEER_NAME: Readonly<Record<Backend, string>> = {
  files: 'FreeRADIUS, users in a file',
  sqlite: 'FreeRADIUS, SQLite',
  'sqlite-wal': 'FreeRADIUS, SQLite in WAL mode',
}

async function byScript(backend: Backend, users: number): Promise<Peer> {
  const dir = mkdtempSync(join(tmpdir(), 'parvis-peer-'))
  const env = { ...process.env, ...(backend === 'sqlite-wal' ? { WAL: '1' } : {}) }
  await run('bash', [SCRIPT, 'start', dir, backend === 'files' ? 'files' : 'sqlite', String(users)], { env })
  const pid = Number(readFileSync(join(dir, 'pid'), 'utf8'))
  async function stop(): Promise<void> {
    await run('bash', [SCRIPT, 'stop', dir])
    // 3.2.1 with SQLite sometimes says that it exits normally, and stays.
    const patienceMs = performance.now() + STOP_TIMEOUT_MS
    while (existsSync(`/proc/${pid}`)) {
      if (performance.now() > patienceMs) process.kill(pid, 'SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, STOP_LOOK_MS))
    }
    rmSync(dir, { recursive: true, force: true })
  }
  return { pid, auth: AUTH_PORT, acct: ACCT_PORT, stop }
}

async function byTests(users: number): Promise<Peer> {
  const known = Array.from({ length: users }, (_, index) => ({ name: userName(index), password: password(index) }))
  const server = await startFreeRadius({ users: known, secret: SECRET, inside: ['taskset', '-c', SERVER_CORE] })
  return { pid: server.pid, auth: server.authPort, acct: server.acctPort, stop: server.stop }
}

/** Undefined, with the reason printed, where this peer cannot be had. One at a time: the script's ports are fixed. */
export async function startPeer(backend: Backend, users: number): Promise<Peer | undefined> {
  const missing = ['freeradius', 'radclient', 'sqlite3', 'bash'].find((binary) => !where(binary))
  if (missing === undefined && existsSync(SCRIPT)) return byScript(backend, users)
  if (backend === 'files' && where('freeradius')) return byTests(users)
  process.stderr.write(`bench: without ${PEER_NAME[backend]}: ${missing ?? 'the script that configures it'} is not there\n`)
  return undefined
}
