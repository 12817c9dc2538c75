// The demonstration beside the running city: made once, by a process of its own, and taken away by one command.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hub } from '#portal/hub/main.ts'
import { reason } from '#shared/log.ts'
import type { DemoOrder } from '../demo/main.ts'
import type { Ground } from './ground.ts'

const FOLDER = 'demo'
const DONE = 'done'
/** Left when the demonstration was taken away, so that the next start does not bring it back. */
const REMOVED = 'demo-removed'
/** Polite: a citizen's tap comes before a chart. */
const NICENESS = 10

export type Demo = {
  /** True once nothing of it is under way. */
  ready(): boolean
  /** Takes it away for good: its files here, its sites at the hub. */
  remove(): Promise<{ sites: number }>
  close(): Promise<void>
}

/** Starts making it unless it is there or was removed. One that was cut short is made anew. */
export function startDemo({ directories, effects }: Ground, hub: Hub): Demo {
  const folder = join(directories.data, FOLDER)
  const log = effects.log.scoped('demo')
  let child: ChildProcess | undefined
  let stopped = false
  let under = Promise.resolve()
  let ready = false

  async function make(): Promise<void> {
    await hub.removeDemo()
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { code } = await hub.mintCode('spoken')
    // A stop that came before there was a process to end.
    if (stopped) return
    const order: DemoOrder = { folder, hub: hub.origin, code, nowMs: effects.clock.now(), seed: effects.random(4).readUInt32BE() }
    const process_ = spawn('nice', ['-n', String(NICENESS), process.execPath, join(import.meta.dirname, '..', 'demo', 'main.ts')], { stdio: ['pipe', 'ignore', 'pipe'] })
    child = process_
    let said = ''
    process_.stderr.on('data', (part: Buffer) => (said += part.toString()))
    process_.stdin.on('error', () => undefined)
    // Left open: it ends with this process, however that ends, and the child with it.
    process_.stdin.write(`${JSON.stringify(order)}\n`)
    const exit = await new Promise<number | null>((resolve) => {
      process_.once('error', () => resolve(null))
      process_.once('exit', resolve)
    })
    child = undefined
    if (exit === 0) writeFileSync(join(folder, DONE), '')
    else if (!stopped) log.warn('demonstration_not_made', { said: said.slice(-300) })
  }

  if (existsSync(join(directories.data, REMOVED)) || existsSync(join(folder, DONE))) ready = true
  else {
    under = make()
      .catch((error: unknown) => log.warn('demonstration_not_made', { reason: reason(error) }))
      .finally(() => void (ready = true))
  }

  async function stop(): Promise<void> {
    stopped = true
    child?.kill('SIGKILL')
    await under
  }
  return {
    ready: () => ready,
    async remove() {
      await stop()
      writeFileSync(join(directories.data, REMOVED), '')
      const sites = await hub.removeDemo()
      rmSync(folder, { recursive: true, force: true })
      return { sites }
    },
    close: stop,
  }
}
