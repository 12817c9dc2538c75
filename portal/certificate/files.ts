// Where the certificate of this gateway lies: two files of the operator's, or one of our own that is always whole.
import { readFileSync } from 'node:fs'
import type { Certified } from '#shared/http/listen.ts'

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----\n?/

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** `portal.tls_cert` and `portal.tls_key`; undefined while either is missing. */
export function twoFiles(cert: string, key: string): () => Certified | undefined {
  return function read() {
    const pair = { cert: text(cert), key: text(key) }
    return pair.cert === undefined || pair.key === undefined ? undefined : { cert: pair.cert, key: pair.key }
  }
}

/** Key and chain in one file, so that no power cut leaves one without the other. */
export function oneFile(path: string): () => Certified | undefined {
  return function read() {
    const whole = text(path)
    return whole === undefined ? undefined : apart(whole)
  }
}

export function apart(whole: string): Certified {
  return { cert: whole.replace(PRIVATE_KEY, ''), key: PRIVATE_KEY.exec(whole)?.[0] ?? '' }
}
export function together({ cert, key }: Certified): string {
  return `${key.trimEnd()}\n${cert.trimEnd()}\n`
}
