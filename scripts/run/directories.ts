// The two places a server keeps things: the data directory on disk, and the runtime directory that dies with the power.
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdirSync, realpathSync, statfsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from '#shared/errors.ts'

/** statfs(2): what survives no power cut. /run may be an ordinary disk, so its type is asked, not its name. */
const VOLATILE_TYPES = new Set([0x01021994 /* tmpfs */, 0x858458f6 /* ramfs */])
const VOLATILE_PLACES = ['/run/parvis', '/dev/shm'] as const

export type Directories = {
  readonly data: string
  /** Undefined: nothing volatile can be written here, sessions live in memory and end with the process. */
  readonly runtime: string | undefined
}

type Env = Readonly<Record<string, string | undefined>>

function isVolatile(path: string): boolean {
  try {
    return VOLATILE_TYPES.has(statfsSync(path).type >>> 0)
  } catch {
    return false
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function makePrivate(path: string, key: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chmodSync(path, 0o700)
  } catch (error) {
    throw new UsageError('directory', `${key}: ${path} cannot be made or is not ours: choose another place`, { cause: error })
  }
  return realpathSync(path)
}

/** @throws UsageError when PARVIS_RUNTIME is set to a place that a stolen disk would reveal. */
export function openDirectories(env: Env): Directories {
  const data = makePrivate(resolve(env['PARVIS_DATA'] ?? 'var'), 'PARVIS_DATA')
  const wanted = env['PARVIS_RUNTIME']
  if (wanted) {
    const runtime = makePrivate(resolve(wanted), 'PARVIS_RUNTIME')
    if (!isVolatile(runtime)) throw new UsageError('runtime', `PARVIS_RUNTIME: ${runtime} is not on tmpfs or ramfs, so a stolen disk would hold what must not be kept`)
    return { data, runtime }
  }
  const place = VOLATILE_PLACES.find((path) => isVolatile(path) && isWritable(path))
  if (!place) return { data, runtime: undefined }
  const name = `parvis-${process.getuid?.() ?? 0}-${createHash('sha256').update(data).digest('hex').slice(0, 8)}`
  return { data, runtime: makePrivate(join(place, name), 'PARVIS_RUNTIME') }
}
