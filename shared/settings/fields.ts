// The kinds of value that a settings file may hold. Each reads a TOML value or the text of an environment variable or flag.
import { isIP } from 'node:net'

/** `read` returns the value or throws a TypeError whose text says what would be right; `fallback` holds when nothing is set. */
export type Field<T> = { readonly read: (value: unknown) => T; readonly fallback: T; readonly secret?: true; readonly notYet?: true }
export type ValueOf<F> = F extends Field<infer T> ? T : never

function wrong(expected: string): never {
  throw new TypeError(`expected ${expected}`)
}

export function text(fallback: string, pattern?: { readonly matches: RegExp; readonly expected: string }): Field<string> {
  return {
    fallback,
    read(value) {
      if (typeof value !== 'string' || value.length === 0) return wrong(pattern?.expected ?? 'a text')
      if (pattern && !pattern.matches.test(value)) return wrong(pattern.expected)
      return value
    },
  }
}

/** Also read from `<KEY>_FILE` and from systemd credentials; never printed. */
export function secret(): Field<string | undefined> {
  return { ...optional(text('')), secret: true }
}

export function integer(fallback: number, { min, max }: { min: number; max: number }): Field<number> {
  return {
    fallback,
    read(value) {
      const number = typeof value === 'bigint' ? Number(value) : typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
      if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) return wrong(`a whole number from ${min} to ${max}`)
      return number
    },
  }
}

/** 0 asks for any free port. */
export function port(fallback: number): Field<number> {
  return integer(fallback, { min: 0, max: 65_535 })
}

export function oneOf<const T extends string>(values: readonly [T, ...T[]]): Field<T> {
  return { fallback: values[0], read: (value) => values.find((one) => one === value) ?? wrong(`one of ${values.join(', ')}`) }
}

export function boolean(fallback: boolean): Field<boolean> {
  return { fallback, read: (value) => (value === true || value === 'true' ? true : value === false || value === 'false' ? false : wrong('true or false')) }
}

/** A list in TOML; in an environment variable or flag, its parts are separated by commas. One value stands for a list of one. */
export function listOf<T>(item: Field<T>, fallback: readonly T[]): Field<readonly T[]> {
  return {
    fallback,
    read(value) {
      const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',').map((part) => part.trim()) : [value]
      if (parts.length === 0) return wrong('at least one value')
      return parts.map((part) => item.read(part))
    },
  }
}

/** The same where none is as good: `[]`. */
export function listOrNone<T>(item: Field<T>): Field<readonly T[]> {
  const some = listOf(item, [])
  return { fallback: [], read: (value) => (Array.isArray(value) && value.length === 0 ? [] : some.read(value)) }
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { fallback: undefined, read: field.read, ...(field.secret ? { secret: true } : {}) }
}

/** Named in the contract and not built yet: setting it is refused in words rather than ignored. */
export function notYet(): Field<undefined> {
  return { notYet: true, fallback: undefined, read: () => { throw new TypeError('this version does not have it yet; remove the key') } }
}

export const address: Field<string> = { fallback: '127.0.0.1', read: (value) => (typeof value === 'string' && isIP(value) !== 0 ? value : wrong('an IP address such as 127.0.0.1')) }

export const cidr: Field<string> = {
  fallback: '127.0.0.1/32',
  read(value) {
    const [host = '', length, more] = typeof value === 'string' ? value.split('/') : []
    const family = isIP(host)
    const longest = family === 6 ? 128 : 32
    const fits = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= longest)
    return family !== 0 && fits && more === undefined ? String(value) : wrong('an address or a range such as 192.0.2.0/24')
  },
}

/** http or https, with a trailing slash added to a bare origin. */
export const url: Field<string> = {
  fallback: '',
  read(value) {
    if (typeof value !== 'string' || !URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) return wrong('an http or https address')
    return new URL(value).href
  },
}

export const timezone: Field<string> = {
  fallback: 'Europe/Paris',
  read(value) {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: String(value) }).resolvedOptions().timeZone
    } catch {
      return wrong('a time zone such as Europe/Paris')
    }
  },
}

export const wallTime: Field<string> = text('04:00', { matches: /^([01]\d|2[0-3]):[0-5]\d$/, expected: 'a time of day such as 04:00' })
