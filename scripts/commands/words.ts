import { UsageError } from '#shared/errors.ts'

/** What must follow a verb, as its help names it: `NAME`, `[NAME]` where it may be left out, `LOG…` last where there may be more. */
export type Verb = { readonly words: readonly string[] }

function wrongIn(command: string, verbs: Readonly<Record<string, Verb>>, [name, ...given]: readonly string[]): string | undefined {
  const choice = Object.keys(verbs).map((one) => `${command} ${one}`).join(', ')
  if (name === undefined) return `${command} needs a word after it: ${choice}`
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (!verb) return `there is no ${command} ${name}, but ${choice}`
  const missing = verb.words.slice(given.length).filter((word) => !word.startsWith('['))
  if (missing.length > 0) return `${command} ${name} needs ${missing.join(' and ')}`
  return given.length > verb.words.length && !verb.words.at(-1)?.endsWith('…') ? `${command} ${name} takes no "${given[verb.words.length]}"` : undefined
}

/** The row of the verb that was typed. @throws UsageError `usage` naming the word that is missing or too many, the help behind it. */
export function verbOf<V extends Verb>(command: string, verbs: Readonly<Record<string, V>>, words: readonly string[], help: string): V {
  const wrong = wrongIn(command, verbs, words)
  const verb = verbs[words[0] ?? '']
  if (wrong !== undefined || !verb) throw new UsageError('usage', `${wrong}\n\n${help}`)
  return verb
}
