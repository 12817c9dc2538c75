import { isIPv6 } from 'node:net'
import type { Public } from './personal.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]
type Value = string | number | boolean | undefined
export type Fields = Record<string, Value>

/** JSON lines about the service, never about a person: `Public` refuses personal types at compile time. */
export type Log = {
  [L in Level]: <F extends Fields>(event: string, fields?: F & Public<F>) => void
} & {
  /** The same log with a scope in front: `radius`, `portal` … */
  scoped(scope: string): Log
}

const LONGEST_VALUE = 512
/** A foreign text is searched so far; what is said of it is shorter, so that no address is cut in two and overlooked. */
const LONGEST_SEARCHED = 4_096
const REMOVED = '[removed]'
// A second net under the type: what looks like a hardware or network address, in any notation, ours included, is cut out even
// of a foreign error text.
const HARDWARE = /\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\b|\b[0-9a-f]{12}\b/gi
const IPV4 = /\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b/g
const MAYBE_IPV6 = /[0-9a-f]*:[0-9a-f:.]+/gi
const OWN_IPV6 = new Set(['::', '::1'])

/** With a port, or the colon or full stop of a sentence, behind it. */
function ipv6In(word: string): string | undefined {
  return [word, word.replace(/[.:]+$/, ''), word.replace(/:\d+$/, '')].find((one) => isIPv6(one))
}

function withoutAddresses(text: string): string {
  return text
    .replace(HARDWARE, REMOVED)
    .replace(MAYBE_IPV6, (word) => {
      const address = ipv6In(word)
      return address === undefined || OWN_IPV6.has(address) ? word : REMOVED + word.slice(address.length)
    })
    .replace(IPV4, REMOVED)
}

function clean(value: Value): Value {
  return typeof value === 'string' ? withoutAddresses(value.slice(0, LONGEST_SEARCHED)).slice(0, LONGEST_VALUE) : value
}

/** Writes one JSON object a line through `write`; lines below `threshold` are not made. */
export function jsonLog(write: (line: string) => void, now: () => number, threshold: Level = 'info'): Log {
  const lowest = LEVELS.indexOf(threshold)
  function at(scope: string): Log {
    const make = (level: Level) => (event: string, fields: Fields = {}) => {
      if (LEVELS.indexOf(level) < lowest) return
      const line: Fields = { time: new Date(now()).toISOString(), level, scope, event }
      for (const key in fields) line[key] = clean(fields[key])
      write(JSON.stringify(line) + '\n')
    }
    return { debug: make('debug'), info: make('info'), warn: make('warn'), error: make('error'), scoped: at }
  }
  return at('parvis')
}

/** A log that keeps nothing. */
export function silentLog(): Log {
  return jsonLog(() => {}, () => 0, 'error')
}

/** The text of whatever was thrown, for a log field. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
