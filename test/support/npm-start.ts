// `npm start` as a person types it: through npm, in a process group of its own, as this user or another.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const START_TIMEOUT_MS = 30_000
export const FREE_PORTS = ['portal.port', 'radius.auth_port', 'radius.acct_port', 'radius.coa_port', 'hub.port', 'kiosk.port', 'ops.port'].map((key) => `--${key}=0`)

export type Started = {
  readonly npm: ChildProcess
  /** The server itself. */
  readonly pid: number
  readonly urls: Readonly<Record<string, string>>
  readonly ports: Readonly<Record<string, number>>
  /** Milliseconds from the command to the first answer of the slowest address. */
  readonly openAfterMs: number
  /** Resolves to npm's exit code. */
  readonly ended: Promise<number>
  said(): string
}

export type NpmStart = { readonly env: Readonly<Record<string, string>>; readonly args?: readonly string[]; readonly prefix?: readonly string[] }

/** What a person's shell would have: nothing of the npm that runs these tests. */
function plainEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:npm_|VITEST|NODE_ENV|NODE_OPTIONS|TEST$)/.test(name)))
}

async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(url, { redirect: 'manual' })
      await response.arrayBuffer()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

export async function npmStart({ env, args = [], prefix = [] }: NpmStart): Promise<Started> {
  const began = performance.now()
  const [program = 'npm', ...words] = [...prefix, 'npm', 'start', '--silent', '--', '--json', ...FREE_PORTS, ...args]
  const npm = spawn(program, words, { cwd: ROOT, env: { ...plainEnv(), ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let [out, errors] = ['', '']
  const ended = new Promise<number>((resolve) => npm.once('exit', (code) => resolve(code ?? -1)))
  npm.stderr.on('data', (part: Buffer) => (errors += part.toString()))
  const line = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`npm start did not open:\n${errors}`)), START_TIMEOUT_MS)
    npm.stdout.on('data', (part: Buffer) => {
      out += part.toString()
      const found = /^\{.*\}$/m.exec(out)
      if (!found) return
      clearTimeout(late)
      resolve(found[0])
    })
    void ended.then((code) => reject(new Error(`npm start ended with ${code}:\n${errors}`)))
  })
  const doors = JSON.parse(line) as Pick<Started, 'pid' | 'urls' | 'ports'>
  await Promise.all(Object.values(doors.urls).map(answers))
  return { ...doors, npm, openAfterMs: performance.now() - began, ended, said: () => out + errors }
}

/** Ends every process of the command; for tests that failed half way. */
export function endGroup({ npm }: Pick<Started, 'npm'>): void {
  try {
    if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}
