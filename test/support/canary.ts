// Looks for people in bytes: every way in which a hardware address, network address, name or token might have been written down.
import { createHash, createHmac, createSecretKey } from 'node:crypto'
import { createWindows, type Kind, type Windows } from './windows.ts'
import { eachReading } from './readings.ts'

/** The shortest piece of a digest that still singles out: 48 bits among a town's phones. */
const WINDOW = 6
/** From here on a match among millions of windows is no coincidence. */
const CERTAIN = 8
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/
const HASHES = ['md5', 'sha1', 'sha256'] as const

/** The usual notations of a hardware address, from twelve hexadecimal digits: bare, colons, hyphens, dots; its bytes are the fifth. */
export function macNotations(digits: string): string[] {
  const pairs = digits.match(/../g) ?? []
  const texts = [digits, pairs.join(':'), pairs.join('-'), (digits.match(/.{4}/g) ?? []).join('.')]
  return texts.flatMap((text) => [text.toLowerCase(), text.toUpperCase()])
}

/** A value that must not be found: `what` kind it is, how it may be spelt, and spellings that only digests are made of. */
export type Wanted = { readonly what: string; readonly notations: readonly string[]; readonly digested?: readonly string[] }

/** Raw values, texts and digests, ready to be looked for. */
export type Needles = Windows

/**
 * All that must not be found of these clear values: as text, as raw bytes, under each hash, and under HMAC with each key alone
 * and with each of our labels.
 */
export function needles(values: readonly Wanted[], keys: readonly Buffer[], labels: readonly string[]): Needles {
  const windows = createWindows()
  // A raw Buffer as key costs five times as much per digest.
  const keyObjects = keys.map((key) => createSecretKey(key))
  function add(bytes: Buffer, whose: number, how: string, kind: Kind = 'digest'): void {
    if (bytes.length >= WINDOW) windows.add(bytes, kind, whose, how)
  }
  for (const [whose, { what, notations, digested = [] }] of values.entries()) {
    for (const notation of new Set(notations)) {
      // 127.1.2.3 is none of 127.1.2.33.
      add(Buffer.from(notation), whose, `${what} text`, IPV4.test(notation) ? 'number' : 'text')
    }
    const raw = notations.filter((notation) => /^[0-9a-f]{12}$/.test(notation)).map((notation) => Buffer.from(notation, 'hex'))
    for (const bytes of raw) add(bytes, whose, `${what} raw`, 'raw')
    for (const input of [...new Set([...notations, ...digested]), ...raw]) {
      for (const hash of HASHES) add(createHash(hash).update(input).digest(), whose, `${what} ${hash}`)
      for (const [index, key] of keyObjects.entries()) {
        for (const hash of HASHES) add(createHmac(hash, key).update(input).digest(), whose, `${what} hmac-${hash} key ${index}`)
        for (const label of labels) add(createHmac('sha256', key).update(`${label}\0`).update(input).digest(), whose, `${what} ${label} key ${index}`)
      }
    }
  }
  return windows.seal()
}

export type Finding = {
  readonly where: string
  readonly what: string
  /** Index of the value among those wanted. */
  readonly whose: number
  /** False for 48 bits amid others, of which chance makes one now and then. */
  readonly certain: boolean
}

/** Everything of `wanted` that `bytes` holds in any reading. */
export function scan(where: string, bytes: Buffer, wanted: Needles): Finding[] {
  const found: Finding[] = []
  eachReading(bytes, ({ bytes: reading, unit }) => {
    if (reading.length < WINDOW) return
    const isWhole = unit && reading.length < CERTAIN
    wanted.search(reading, ({ whose, how, whole, complete }) => {
      if (!whole || complete) found.push({ where, what: how, whose, certain: complete || isWhole })
    })
  })
  return found
}

/** 48 bits amid others may be chance; the same derivation of two people, or any longer match, is a leak. */
export function leaks(findings: readonly Finding[]): readonly Finding[] {
  const people = new Map<string, Set<number>>()
  for (const { what, whose } of findings) people.set(what, (people.get(what) ?? new Set()).add(whose))
  return findings.filter(({ certain, what }) => certain || (people.get(what)?.size ?? 0) > 1)
}
