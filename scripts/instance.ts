// Starts a whole Parvis as a child process with a data directory of its own, on ports of its own: for town, bench, screens, tests.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { UnavailableError } from '#shared/errors.ts'

const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 15_000
/** Every port is any free one. */
const FREE_PORTS = ['portal.port', 'radius.auth_port', 'radius.acct_port', 'radius.coa_port', 'hub.port', 'kiosk.port', 'ops.port'].map((key) => `--${key}=0`)

export type InstanceOptions = {
  /** Default: a new one under the system's temporary directory, removed at the end. */
  readonly data?: string
  /** Default: a new one, removed at the end; a second start on the same data names it to find its sessions again. */
  readonly runtime?: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Another entry than scripts/main.ts, for a clock or an effect passed in by code. */
  readonly entry?: string
  /** Put before the command: `['taskset', '-c', '0']`. */
  readonly prefix?: readonly string[]
}

/** What `run --json` prints once it listens. */
export type Doors = { readonly urls: Readonly<Record<string, string>>; readonly ports: Readonly<Record<string, number>>; readonly staffCode?: string; readonly pid: number }

export type Instance = Doors & {
  readonly data: string
  readonly child: ChildProcess
  /** SIGTERM, then waits; resolves to its exit code. Removes what it made. */
  stop(): Promise<number>
  /** SIGKILL, keeping the data for a next start. */
  kill(): Promise<void>
  /** Everything it wrote to standard error so far. */
  log(): string
}

export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'parvis-'))
  const runtime = options.runtime ?? mkdtempSync('/dev/shm/parvis-')
  const launcher = options.entry === undefined ? [join(import.meta.dirname, 'parvis')] : [process.execPath, options.entry]
  const command = [...(options.prefix ?? []), ...launcher, 'run', '--json', ...FREE_PORTS, ...(options.args ?? [])]
  const env = { ...process.env, ...options.env, PARVIS_DATA: data, PARVIS_RUNTIME: runtime }
  const child = spawn(command[0] ?? process.execPath, command.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)))

  function clean(): void {
    if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    if (options.runtime === undefined) rmSync(runtime, { recursive: true, force: true })
  }
  const doors = await firstLine(child, ended, () => errors).catch((error: unknown) => {
    child.kill('SIGKILL')
    clean()
    throw error
  })
  return {
    ...doors,
    data,
    child,
    log: () => errors,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      const code = await ended
      clearTimeout(late)
      clean()
      return code
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function firstLine(child: ChildProcess, ended: Promise<number>, errors: () => string): Promise<Doors> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new UnavailableError('instance', `it did not start in ${START_TIMEOUT_MS / 1000} s:\n${errors()}`)), START_TIMEOUT_MS)
    if (!child.stdout) return reject(new TypeError('the child has no standard output'))
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return
      clearTimeout(late)
      lines.removeAllListeners('line')
      resolve(JSON.parse(line) as Doors)
    })
    void ended.then((code) => {
      clearTimeout(late)
      reject(new UnavailableError('instance', `it ended with ${code}:\n${errors()}`))
    })
  })
}
