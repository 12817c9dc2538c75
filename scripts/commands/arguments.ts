import { UsageError } from '#shared/errors.ts'
import type { Command, Invocation } from './command.ts'

const SETTING = /^[a-z]+\.[a-z_]+$/

/** Splits a command line. `--table.key=value` sets a setting; what neither the command nor a setting knows is an error. */
export function parseArguments(args: readonly string[], command: Command): Invocation & { help: boolean } {
  const words: string[] = []
  const options = new Map<string, string | true>()
  const flags = new Map<string, string>()
  let config: string | undefined
  let help = false
  const rest = [...args]
  const valueOf = (name: string, inline: string | undefined): string => {
    const value = inline ?? rest.shift()
    if (value === undefined) throw new UsageError('usage', `--${name} needs a value`)
    return value
  }
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg)
      continue
    }
    const [name = '', inline] = arg === '-h' ? ['help'] : splitOnce(arg.replace(/^--?/, ''))
    const kind = command.options[name]
    if (name === 'help') help = true
    else if (name === 'config') config = valueOf(name, inline)
    else if (kind === 'value') options.set(name, valueOf(name, inline))
    else if (kind === 'flag') options.set(name, true)
    else if (SETTING.test(name)) flags.set(name, valueOf(name, inline))
    else throw new UsageError('usage', `unknown option --${name}`)
  }
  return { words, options, flags, config, help }
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
