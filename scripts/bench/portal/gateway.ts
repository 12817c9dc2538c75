// A gateway in a namespace that lives more than once: its folders outlast its processes, its kernel too unless it is told to forget.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLab, type Inside } from '#test/lab/lab.ts'
import { childrenOf } from '#test/lab/processes.ts'

const SETTINGS = `[portal]
host = ["127.0.0.1"]
port = 8080
[gateway]
enforcer = "nftables"
lan = ["lan0"]
wan = "wan0"
[hub]
mode = "off"
`
/** As scripts/parvis starts a process. */
const AS_LAUNCHED = /exec node ((?:--\S+ )+)/.exec(readFileSync('scripts/parvis', 'utf8'))?.[1]?.trim().split(' ') ?? []
const LAUNCHER_ENVIRONMENT = { NODE_COMPILE_CACHE: 'node_modules/.cache/parvis', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072' }
/** Ten thousand sessions take a while to open. */
const LONGEST_MS = 180_000

export type Life = {
  /** Milliseconds from the start of the process until it said so. */
  said(word: 'ready' | 'filled' | 'rounds'): Promise<number>
  /** Of the process itself, not of what entered its namespace. */
  pid(): number
  kill(): Promise<void>
}
export type LivedGateway = {
  live(mode: 'fill' | 'restart', count: number): Life
  /** As after a flush of all rules by somebody else. */
  forgetKernel(): Promise<void>
  close(): Promise<void>
}

function lifeOf(inside: Inside, began: number): Life {
  return {
    async said(word) {
      const until = performance.now() + LONGEST_MS
      while (!inside.output().includes(`{"${word}":`)) {
        if (performance.now() > until || inside.child.exitCode !== null) throw new Error(`the gateway never said ${word}: ${inside.output().slice(-2_000)}`)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      return performance.now() - began
    },
    pid: () => childrenOf(inside.child.pid ?? 0)[0] ?? 0,
    kill: () => inside.kill('SIGKILL'),
  }
}

export async function openGateway(): Promise<LivedGateway> {
  const lab = await createLab([{ name: 'phone', lan: 'lan0' }])
  const data = mkdtempSync(join(tmpdir(), 'parvis-lived-'))
  const runtime = mkdtempSync('/dev/shm/parvis-lived-')
  const config = join(data, 'parvis.toml')
  writeFileSync(config, SETTINGS)
  await lab.in('gateway', ['ip', 'link', 'set', 'lo', 'up'])
  return {
    live(mode, count) {
      const began = performance.now()
      const command = [process.execPath, ...AS_LAUNCHED, 'scripts/bench/portal/life.ts', config, mode, String(count)]
      return lifeOf(lab.spawn('gateway', command, { env: { ...LAUNCHER_ENVIRONMENT, PARVIS_DATA: join(data, 'var'), PARVIS_RUNTIME: runtime } }), began)
    },
    forgetKernel: async () => void (await lab.in('gateway', ['nft', 'delete', 'table', 'inet', 'parvis'])),
    async close() {
      await lab.close()
      for (const folder of [data, runtime]) rmSync(folder, { recursive: true, force: true })
    },
  }
}
