// A town of network namespaces that cleans up after itself: its PID 1 reads from the test worker, and when the worker
// dies, however it dies, PID 1 gets its end of file and the kernel ends everything inside.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { PLACES } from '#scripts/test/peers.ts'
import { childrenOf, signalInside } from './processes.ts'
import { buildScript, clientAt, type Client, type ClientPlan } from './network.ts'

const READY = 'ready'
const LONGEST_RUN_MS = 30_000

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A command that runs on in a namespace. */
export type Inside = {
  readonly child: ChildProcess
  /** All that it has written so far. */
  output(): string
  /** Resolves once `text` was written; rejects when the command ends or 20 s pass before. */
  says(text: string): Promise<void>
  /** Signals the command itself, not what stands between. */
  kill(name?: NodeJS.Signals): Promise<void>
  ended: Promise<Finished>
}

export type Lab = {
  readonly clients: Readonly<Record<string, Client>>
  /** Runs a command to its end in `gateway`, `upstream` or a phone by name; never throws for an exit code. */
  in(space: string, command: readonly string[], options?: { input?: string; env?: Record<string, string> }): Promise<Finished>
  /** Starts a command there. */
  spawn(space: string, command: readonly string[], options?: { env?: Record<string, string> }): Inside
  /** Packets that reached the upstream from each source address since the start. */
  arrivals(): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

const asRoot = process.getuid?.() === 0
const UNSHARE = asRoot ? '-nmpf' : '-Urnmpf'
// As an ordinary user we enter a user namespace that we own: its setgroups is denied, so credentials stay as they are.
const ENTER = asRoot ? ['-n', '-m', '-p'] : ['-U', '--preserve-credentials', '-n', '-m', '-p']
const SAYS_TIMEOUT_MS = 20_000

const DEFAULT_CLIENTS: readonly ClientPlan[] = [
  { name: 'phone', lan: 'lan0' },
  { name: 'other', lan: 'lan0' },
]

function finished(child: ChildProcess): { output: () => string; ended: Promise<Finished> } {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Finished>((resolve) => {
    child.once('error', (error) => resolve({ code: null, stdout, stderr: stderr + error.message }))
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { output: () => stdout + stderr, ended }
}

/** Where Debian keeps nft, ip and conntrack is not on an ordinary user's PATH. */
function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: PLACES.join(':'), ...more }
}

async function startTown(script: string): Promise<{ town: ChildProcess; init: number }> {
  const town = spawn('unshare', [UNSHARE, '--kill-child', '--mount-proc', 'sh', '-c', `${script}\necho ${READY}; exec cat`], { env: environment() })
  const { output, ended } = finished(town)
  const gone = ended.then(({ stderr }) => Promise.reject(new Error(`the namespace lab did not start: ${stderr}`)))
  while (!output().includes(READY)) await Promise.race([once(town.stdout, 'data'), gone])
  gone.catch(() => {})
  const [init] = childrenOf(town.pid ?? 0)
  if (init === undefined) throw new Error('the namespace lab has no PID 1')
  return { town, init }
}

function watched(child: ChildProcess): Inside {
  const { output, ended } = finished(child)
  return {
    child,
    output,
    ended,
    async says(text) {
      const tooLate = AbortSignal.timeout(SAYS_TIMEOUT_MS)
      const dead = ended.then(({ code }) => Promise.reject(new Error(`ended with ${code} before it said ${text}:\n${output()}`)))
      dead.catch(() => {})
      const late = once(tooLate, 'abort').then(() => Promise.reject(new Error(`never said ${text}:\n${output()}`)))
      late.catch(() => {})
      while (!output().includes(text)) {
        const heard = Promise.race([child.stdout && once(child.stdout, 'data'), child.stderr && once(child.stderr, 'data')])
        heard.catch(() => {})
        await Promise.race([heard, dead, late])
      }
    },
    async kill(name = 'SIGTERM') {
      if (child.exitCode === null && child.pid !== undefined) signalInside(child.pid, name)
      await ended
    },
  }
}

type Elements = { nftables: readonly { set?: { elem?: readonly { elem: { val: string; counter: { packets: number } } }[] } }[] }

/** Builds the town; a phone that stands on `lan1` brings the second network with it. */
export async function createLab(plans: readonly ClientPlan[] = DEFAULT_CLIENTS): Promise<Lab> {
  const clients = plans.map(clientAt)
  const { town, init } = await startTown(buildScript(clients))

  function start(space: string, command: readonly string[], env?: Record<string, string>): ChildProcess {
    const inside = space === 'gateway' ? command : ['nsenter', `--net=/run/netns/${space}`, '--', ...command]
    // nsenter -m would leave us in /, hence the working directory.
    const args = ['-t', String(init), ...ENTER, `--wd=${process.cwd()}`, '--', ...inside]
    return spawn('nsenter', args, { env: environment(env) })
  }

  async function run(space: string, command: readonly string[], { input, env }: { input?: string; env?: Record<string, string> } = {}) {
    const child = start(space, command, env)
    const timer = setTimeout(() => signalInside(child.pid ?? 0, 'SIGKILL'), LONGEST_RUN_MS)
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
    return finished(child).ended.finally(() => clearTimeout(timer))
  }

  return {
    clients: Object.fromEntries(clients.map((client) => [client.name, client])),
    in: run,
    spawn: (space, command, { env } = {}) => watched(start(space, command, env)),
    async arrivals() {
      const counts = new Map<string, number>()
      for (const set of ['from4', 'from6']) {
        const { stdout } = await run('upstream', ['nft', '-j', 'list', 'set', 'inet', 'upstream', set])
        // nft's own words; a shape that is not theirs throws here.
        const { nftables } = JSON.parse(stdout) as Elements
        for (const { elem } of nftables.flatMap((part) => part.set?.elem ?? [])) counts.set(elem.val, elem.counter.packets)
      }
      return counts
    },
    async close() {
      if (town.exitCode !== null) return
      town.stdin?.end()
      await once(town, 'exit')
    },
  }
}
