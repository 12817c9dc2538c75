// The one file of this folder that reads a disk.
import { readFileSync } from 'node:fs'
import { readLogo, type Logo } from './logo.ts'

/** @throws TypeError when the logo cannot be shown, and the error of the file system when it cannot be read. */
export function loadLogo(path: string): Logo {
  return readLogo(readFileSync(path))
}
