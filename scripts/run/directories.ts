// The two places a server keeps things: the data directory on disk, and the runtime directory that dies with the power.
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, constants, lstatSync, mkdirSync, realpathSync, statfsSync, statSync } from 'node:fs'
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

/** Someone else's directory, or one into which anyone may put files: what is made there can be read, swapped or linked elsewhere. */
const ANYONE_WRITES = 0o002

/** @param named `by us` where the name can be guessed and others may make names beside it (/dev/shm): then a link is somebody else's. */
function makePrivate(path: string, key: string, named: 'by us' | 'by the operator'): string {
  const wrong = (why: string, cause?: unknown) => new UsageError('directory', `${key}: ${path} ${why}: choose another place`, { cause })
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw wrong('cannot be made', error)
  }
  // After making it: what is a directory of ours by now, nobody else can take away from under a sticky directory.
  const found = named === 'by us' ? lstatSync(path) : statSync(path)
  if (!found.isDirectory()) throw wrong('is a link that Parvis did not make')
  // Root could take over another account's directory, and that account would still own it.
  if (found.uid !== process.getuid?.()) throw wrong('belongs to another account')
  if (found.mode & ANYONE_WRITES) throw wrong('may be written by everyone on this machine')
  chmodSync(path, 0o700)
  return realpathSync(path)
}

/** @throws UsageError when PARVIS_RUNTIME is set to a place that a stolen disk would reveal. */
export function openDirectories(env: Env): Directories {
  const data = makePrivate(resolve(env['PARVIS_DATA'] ?? 'var'), 'PARVIS_DATA', 'by the operator')
  const wanted = env['PARVIS_RUNTIME']
  if (wanted) {
    const runtime = makePrivate(resolve(wanted), 'PARVIS_RUNTIME', 'by the operator')
    if (!isVolatile(runtime)) throw new UsageError('runtime', `PARVIS_RUNTIME: ${runtime} is not on tmpfs or ramfs, so a stolen disk would hold what must not be kept`)
    return { data, runtime }
  }
  const place = VOLATILE_PLACES.find((path) => isVolatile(path) && isWritable(path))
  if (!place) return { data, runtime: undefined }
  const name = `parvis-${process.getuid?.() ?? 0}-${createHash('sha256').update(data).digest('hex').slice(0, 8)}`
  return { data, runtime: makePrivate(join(place, name), 'PARVIS_RUNTIME', 'by us') }
}
