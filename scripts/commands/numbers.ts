import { UsageError } from '#shared/errors.ts'
import type { Invocation } from './command.ts'

/** An option that is a whole number; undefined when it is not given. @throws UsageError `usage`. */
export function wholeNumber({ options }: Invocation, name: string, least: number, most: number): number | undefined {
  const text = options.get(name)
  if (text === undefined) return undefined
  const value = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : NaN
  if (!(value >= least && value <= most)) throw new UsageError('usage', `--${name} is a whole number from ${least} to ${most}`)
  return value
}
