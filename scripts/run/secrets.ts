// Keys and secrets that first run makes. Files are 0600 and written whole or not at all.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase32 } from '#shared/base32.ts'
import { UsageError } from '#shared/errors.ts'

type Random = (length: number) => Buffer

/** Writes beside, syncs, then renames: a power cut leaves the old file or the new one. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const beside = `${path}.new`
  const file = openSync(beside, 'w', 0o600)
  try {
    writeSync(file, typeof content === 'string' ? Buffer.from(content) : content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}

/** The RADIUS secret between our own portal and our own server: made once, readable by this user only. */
export function localRadiusSecret(data: string, random: Random): { path: string; secret: string; made: boolean } {
  const path = join(data, 'radius.secret')
  if (existsSync(path)) {
    const secret = readFileSync(path, 'utf8').trim()
    // An empty secret is one that everyone knows.
    if (secret === '') throw new UsageError('radius_secret', `${path} is empty: remove it, and the next start makes another`)
    return { path, secret, made: false }
  }
  const secret = encodeBase32(random(20))
  writeWhole(path, `${secret}\n`)
  return { path, secret, made: true }
}

/** A key that lives as long as the runtime directory does: a restart finds it again, a reboot does not. */
export function volatileKey(runtime: string | undefined, name: string, random: Random): Buffer {
  if (runtime === undefined) return random(32)
  const path = join(runtime, `${name}.key`)
  if (existsSync(path)) {
    const bytes = readFileSync(path)
    if (bytes.length === 32) return bytes
  }
  const bytes = random(32)
  writeWhole(path, bytes)
  return bytes
}
