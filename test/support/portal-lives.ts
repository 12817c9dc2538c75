// Lives of a portal in processes of their own (portal-life.ts), beside a RADIUS server that outlives them and notes what it hears.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTokenUses } from '#radius/access/token-uses.ts'
import { startRadius } from '#radius/main.ts'
import type { AccountingReport } from '#radius/nas.ts'
import { oneProfile } from '#radius/profiles.ts'
import { systemClock } from '#shared/clock.ts'
import type { Life } from './portal-life.ts'
import { ask, formFields, type Answer } from './portal-town.ts'
import { KEYRING, SECRET, townEffects } from './radius-town.ts'

const LIFE = join(import.meta.dirname, 'portal-life.ts')

export type LivingPortal = { readonly child: ChildProcess; readonly port: number }

/** Opens the page and presses the button. */
export async function tapAt(port: number, from: string): Promise<Answer> {
  const page = await ask({ from, port, path: '/' })
  const body = new URLSearchParams(formFields(page.body)).toString()
  return ask({ from, port, path: '/connect', method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
}

/** Resolves when it listens, or when it has died before. */
export async function beginLife(life: Life): Promise<LivingPortal> {
  const child = spawn(process.execPath, [LIFE, JSON.stringify(life)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as unknown[]
  return { child, port: Number(String(said)) }
}

/** The power goes: what is in the runtime directory goes with it. */
export function loseRuntime(dir: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(dir, `sessions.db${end}`), { force: true })
}

export type PortalLives = {
  readonly reports: AccountingReport[]
  /** A folder for the lives of one portal. */
  folder(): string
  live(life: Omit<Life, 'authPort' | 'acctPort'>): Promise<LivingPortal>
  close(): Promise<void>
}

export async function portalLives(sessionSeconds: number): Promise<PortalLives> {
  const effects = townEffects(systemClock())
  const reports: AccountingReport[] = []
  const children: ChildProcess[] = []
  const dirs: string[] = []
  const radius = await startRadius(
    { hosts: ['127.0.0.1'], authPort: 0, acctPort: 0, clients: [{ name: 'local', address: '127.0.0.1', secret: SECRET }], tokenKeys: KEYRING, profiles: oneProfile({ sessionSeconds }) },
    effects,
    { accounting: { record: async (_origin, report) => void reports.push(report), alive: () => false }, tokenUses: createTokenUses(undefined, effects.clock) },
  )
  return {
    reports,
    folder() {
      const dir = mkdtempSync(join(tmpdir(), 'parvis-lives-'))
      dirs.push(dir)
      return dir
    },
    async live(life) {
      const portal = await beginLife({ ...life, authPort: radius.authPort, acctPort: radius.acctPort })
      children.push(portal.child)
      return portal
    },
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await radius.close()
      for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
    },
  }
}
