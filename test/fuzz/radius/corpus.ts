// The kept corpus: packets that once set off something that no earlier one had, as text files, one per door.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const CORPUS = join(import.meta.dirname, '..', '..', 'corpus', 'radius')

/** Lines of `# what it set off`, each followed by the packet in hexadecimal. */
export function readCorpus(door: string): Buffer[] {
  const path = join(CORPUS, `${door}.txt`)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => /^[0-9a-f]+$/.test(line)).map((line) => Buffer.from(line, 'hex'))
}

export function keepInCorpus(door: string, kind: string, bytes: Uint8Array): void {
  appendFileSync(join(CORPUS, `${door}.txt`), `# ${kind}\n${Buffer.from(bytes).toString('hex')}\n`)
}

