import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError } from '#shared/errors.ts'

/** RFC 9106 with the parameters that OWASP names for argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG_BYTES = 32
const SALT_BYTES = 16
/** Each takes 19 MiB while it runs: sign-ins queue, and a flood of them is refused. */
const MOST_AT_ONCE = 2
const MOST_WAITING = 32

export const SHORTEST_PASSWORD = 12
export const LONGEST_PASSWORD = 256

const derive = promisify(argon2)

export type Passwords = {
  /** PHC string of a new password. */
  hash(password: string): Promise<string>
  /** False for undefined too, after the same work: an unknown name takes as long as a wrong password. @throws UnavailableError `busy`. */
  matches(password: string, stored: string | undefined): Promise<boolean>
}

/** One spelling for what looks the same (NFC), whatever keyboard typed it. */
function bytesOf(password: string): Buffer {
  return Buffer.from(password.normalize('NFC'))
}

export function createPasswords(effects: Effects): Passwords {
  let running = 0
  const queue: (() => void)[] = []

  async function slot<T>(work: () => Promise<T>): Promise<T> {
    if (queue.length >= MOST_WAITING) throw new UnavailableError('busy', 'too many sign-ins at once')
    if (running >= MOST_AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // The place goes to the next in line, else it is free.
      const next = queue.shift()
      if (next) next()
      else running--
    }
  }
  function tag(password: string, salt: Buffer): Promise<Buffer> {
    return slot(() => derive('argon2id', { message: bytesOf(password), nonce: salt, ...COST, tagLength: TAG_BYTES }))
  }
  const decoy = { salt: effects.random(SALT_BYTES), tag: effects.random(TAG_BYTES) }

  return {
    async hash(password) {
      const salt = effects.random(SALT_BYTES)
      const { memory, passes, parallelism } = COST
      const b64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${b64(salt)}$${b64(await tag(password, salt))}`
    },
    async matches(password, stored) {
      const known = stored === undefined ? undefined : parse(stored)
      const { salt, tag: expected } = known ?? decoy
      return timingSafeEqual(await tag(password, salt), expected) && known !== undefined
    },
  }
}

function parse(stored: string): { salt: Buffer; tag: Buffer } {
  const { memory, passes, parallelism } = COST
  const [, algorithm, version, cost, salt = '', tag = ''] = stored.split('$')
  if (algorithm !== 'argon2id' || version !== 'v=19' || cost !== `m=${memory},t=${passes},p=${parallelism}`) throw new TypeError('a password was stored with another cost: set it anew')
  return { salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
}
