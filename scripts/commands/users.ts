// Asks the running server about accounts and vouchers, or does the same on the files when none runs.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#shared/clock.ts'
import { acquireLock } from '#shared/db/lock.ts'
import { UnavailableError } from '#shared/errors.ts'
import { silentLog } from '#shared/log.ts'
import { askServer, dataDirectory } from '../control/client.ts'
import { openDirectories } from '../run/directories.ts'
import { userActions } from '../run/user-actions.ts'
import { openUsers } from '../run/users.ts'
import type { Io } from './command.ts'

type Answer = Readonly<Record<string, unknown>>
export type Ask = (action: string, args?: Answer) => Promise<Answer>

const answerOf = (value: unknown): Answer => (typeof value === 'object' && value !== null ? { ...value } : {})

/** @throws UsageError `locked` when a server is just starting or stopping. */
async function here(data: string): Promise<{ ask: Ask; close(): Promise<void> }> {
  const lock = acquireLock(join(data, 'lock'))
  try {
    const users = await openUsers(data, { clock: systemClock(), random: randomBytes, log: silentLog() }, { pooled: false })
    const actions = userActions(users)
    return {
      ask: async (action, args = {}) => answerOf(await actions.get(action)?.(args)),
      async close() {
        await users.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Runs `work` with whoever holds the accounts and vouchers: all its questions go to the same. */
export async function withUsers<T>({ env, err }: Pick<Io, 'env' | 'err'>, work: (ask: Ask, data: string) => Promise<T>): Promise<T> {
  const { data } = openDirectories(env)
  let files: Awaited<ReturnType<typeof here>> | undefined
  async function ask(action: string, args?: Answer): Promise<Answer> {
    if (files) return files.ask(action, args)
    const asked = await askServer(data, action, args)
    if (asked) return answerOf(asked.answer)
    files = await here(data)
    // Codes made in the wrong directory open nothing.
    err(`No server runs on ${data}: its files are used. PARVIS_DATA names another directory.\n`)
    return files.ask(action, args)
  }
  try {
    return await work(ask, data)
  } finally {
    await files?.close()
  }
}

/** The same for whoever lists or takes away: where nothing is, nothing is made. @throws UnavailableError `no_data` */
export async function withUsersThere<T>(io: Pick<Io, 'env' | 'err'>, work: (ask: Ask, data: string) => Promise<T>): Promise<T> {
  const data = dataDirectory(io.env)
  // What every directory of ours has, and what nothing in it could be read without.
  if (!existsSync(join(data, 'device.key'))) throw new UnavailableError('no_data', `there is no data in ${data}: PARVIS_DATA names another directory`)
  return withUsers(io, work)
}
