import { createHash } from 'node:crypto'
import { openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase32 } from '#shared/base32.ts'
import { exactDraw, type Draw } from '#shared/count/sampler.ts'
import { inlineWriter, pooledWriter, type DurableWriter } from '#shared/db/durable-writer.ts'
import { openDb, type Db, type OpenOptions } from '#shared/db/open.ts'
import type { Effects } from '#shared/effects.ts'
import { UsageError } from '#shared/errors.ts'
import type { DeviceKey } from '#shared/sign.ts'
import type { Directories } from './directories.ts'
import type { Settings } from '../settings/schema.ts'

export const ROLES = ['portal', 'radius', 'kiosk', 'hub', 'counts'] as const
export type Role = (typeof ROLES)[number]

/** What every part of a server stands on. */
export type Ground = {
  readonly settings: Settings
  readonly directories: Directories
  readonly effects: Effects
  readonly roles: ReadonlySet<Role>
}

/** A file on disk with its one writer and a connection that reads. */
export type DiskStore = { readonly durable: DurableWriter; readonly reader: Db; close(): Promise<void> }

/** @param gatherMs see `pooledWriter`. */
export async function openDisk(path: string, { gatherMs, ...options }: Omit<OpenOptions, 'durability'> & Partial<OpenOptions> & { gatherMs?: number }, pooled = true): Promise<DiskStore> {
  const whole: OpenOptions = { durability: 'full', ...options }
  const durable = pooled ? await pooledWriter(path, whole, gatherMs) : inlineWriter(path, whole)
  const reader = openDb(path, whole)
  return {
    durable,
    reader,
    async close() {
      await durable.close()
      reader.close()
    },
  }
}

/**
 * A store in the runtime directory, or in memory where there is none: this process's own.
 * @throws UsageError `runtime` when another process holds it.
 */
export function openVolatile({ runtime }: Directories, name: string, options: OpenOptions): Db {
  if (runtime === undefined) return openDb(':memory:', options)
  try {
    return openDb(join(runtime, name), { ...options, alone: true })
  } catch (cause) {
    if (!isBusy(cause)) throw cause
    throw new UsageError('runtime', `another Parvis server is using ${runtime}: each needs a runtime directory of its own, set PARVIS_RUNTIME`, { cause })
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'
}

/** Exact noise from the kernel's generator: every draw reads its own bytes, none is kept (privacy.md, How a release happens 2). */
export function kernelDraw(): Draw {
  const source = openSync('/dev/random', 'r')
  return exactDraw(function bits(bytes) {
    const block = new Uint8Array(bytes)
    let filled = 0
    while (filled < bytes) filled += readSync(source, block, filled, bytes - filled, null)
    return block
  })
}

/** The public name of the gateway that holds this key: short, stable, and says nothing else. */
export function gatewayName(key: DeviceKey): string {
  return `gw-${encodeBase32(createHash('sha256').update(key.kid).digest().subarray(0, 10))}`
}
