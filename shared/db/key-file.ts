import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { deviceKeyPem, generateDeviceKey, parseDeviceKey, type DeviceKey } from '../sign.ts'

/**
 * The device key in `path` (PEM, 0600), made on first use. The file appears whole or not at all and is never overwritten:
 * a lost key is a lost identity.
 */
export function deviceKeyAt(path: string): DeviceKey {
  if (!existsSync(path)) saveDeviceKey(path, generateDeviceKey())
  return parseDeviceKey(readFileSync(path, 'utf8'))
}

/** Keeps whichever key was there first, should two processes start at once. */
function saveDeviceKey(path: string, key: DeviceKey): void {
  const draft = `${path}.${process.pid}.new`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, deviceKeyPem(key))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    unlinkSync(draft)
  }
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
