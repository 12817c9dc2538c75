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
// A second net under the type: what looks like a hardware or network address is cut out even of a foreign error text.
const ADDRESSES = /\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\b|\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)\d{1,3}(?:\.\d{1,3}){3}\b/gi

function clean(value: Value): Value {
  return typeof value === 'string' ? value.slice(0, LONGEST_VALUE).replace(ADDRESSES, '[removed]') : value
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
