// What nobody should send, in every place where something is read. The names are taken from the source, so that a new parameter or
// field is tried without being named here; a new parameter of a path needs an example, or `filled` throws.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { METHODS } from '#portal/login/methods.ts'

/** Of letters alone: no escaping changes it. */
export const NEEDLE = 'zqneedle'
/** A needle behind each sign that ends a text, an attribute or a tag; short enough for every field that is shown again. */
export const MARKUP = `a"${NEEDLE}'${NEEDLE}<${NEEDLE}>${NEEDLE}`
/** As a page has to write it. */
export const MARKUP_SHOWN = MARKUP.replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const LONG = `a${NEEDLE.repeat(1_024)}`
const MOST_QUERY = 12_000

/** One parameter or field, as it should never come: `name=value`, escaped as in an address. */
export const HOSTILE: Readonly<Record<string, (name: string) => string>> = {
  markup: (name) => `${name}=${encodeURIComponent(MARKUP)}`,
  'markup twice': (name) => `${name}=${encodeURIComponent(MARKUP)}&${name}=a${NEEDLE}`,
  '8 kB': (name) => `${name}=${LONG}`,
  '%00': (name) => `${name}=%00${NEEDLE}`,
  'bad %': (name) => `${name}=%zz${NEEDLE}%E0%A4%A`,
  'a list': (name) => `${name}[]=a${NEEDLE}&${name}[a][b]=a${NEEDLE}`,
  nothing: (name) => `${name}=&${name}`,
  'a number': (name) => `${name}=1e400`,
  'a name of every object': (name) => `${name}=__proto__&${name}=constructor`,
  'a lone surrogate': (name) => `${name}=%ED%A0%80${NEEDLE}`,
  'lines of a head': (name) => `${name}=%0d%0aSet-Cookie:%20${NEEDLE}=1%0d%0a%0d%0a`,
  'a foreign host': (name) => `${name}=${encodeURIComponent(`//${NEEDLE}.example/${NEEDLE}`)}`,
  'a foreign host with a scheme': (name) => `${name}=${encodeURIComponent(`http://${NEEDLE}.example/${NEEDLE}`)}`,
  'a script': (name) => `${name}=javascript:${NEEDLE}`,
  'a command': (name) => `${name}=${encodeURIComponent(`$(touch ${NEEDLE});\`${NEEDLE}\`|${NEEDLE}`)}`,
}

/** Where a posted form is asked for a name, and where a query is. */
const READ = {
  fields: /\b(?:form|typed|fieldOf)\((?:c, )?'([\w-]+)'/g,
  parameters: /\b(?:query|single|getAll|has)\((?:query, )?'([\w-]+)'/g,
} as const
export type NamesRead = { readonly [Place in keyof typeof READ]: readonly string[] }

/** Every name that the portal's own doors read. */
export function namesRead(): NamesRead {
  const folder = join(import.meta.dirname, '../../portal')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('hub/'))
  const source = files.map((path) => readFileSync(join(folder, path), 'utf8')).join('\n')
  const written = (pattern: RegExp) => [...source.matchAll(pattern)].map(([, name = '']) => name)
  const typed = METHODS.flatMap(({ fields }) => fields)
  return {
    fields: [...new Set([...written(READ.fields), ...typed.map(({ name }) => name), 'extra.news'])],
    parameters: [...new Set([...written(READ.parameters), ...typed.flatMap(({ query = [] }) => query)])],
  }
}

/** As few queries as hold all the pairs: a head of 16 kB is read and no longer one. */
export function queriesOf(pairs: readonly string[]): readonly string[] {
  const queries: string[] = []
  for (const pair of pairs) {
    const last = queries.at(-1)
    if (last !== undefined && last.length + pair.length < MOST_QUERY) queries.splice(-1, 1, `${last}&${pair}`)
    else queries.push(pair)
  }
  return queries
}

/** Values for each parameter that a path may have: `:token`. */
export type Examples = Readonly<Record<string, readonly string[]>>

/** The path with each example in the place of its parameter. @throws Error where a parameter has none: it would be sent as it is written. */
export function filled(path: string, examples: Examples): readonly string[] {
  const [parameter, values] = Object.entries(examples).find(([name]) => path.includes(name)) ?? []
  if (parameter !== undefined && values) return values.flatMap((value) => filled(path.replace(parameter, () => value), examples))
  if (/:[a-z]|\$\{|\*/.test(path)) throw new Error(`no example for a parameter of ${path}`)
  return [path]
}

const ESCAPES_FORGOTTEN = new RegExp(`["'<>]${NEEDLE}|(?:href|action|src)=["']?\\s*javascript:`, 'i')
/** What no browser takes for a page; whatever does not say what it is may be one. */
const NO_PAGE = /^content-type: *(?:application\/[\w.+-]*json|text\/plain|text\/csv)\b/im
const TELLTALE = /node_modules|\bat (?:Object|async|file:)|SQLITE_|TypeError|RangeError/

/** The first piece of a page that is no text any more. */
export const unescaped = (page: string): string | undefined => ESCAPES_FORGOTTEN.exec(page)?.[0]

/** What is wrong with an answer to hostile input; `origins`: where it may lead besides its own pages. */
export function faultOf(text: string, own: string, origins: readonly string[] = []): string | undefined {
  const [head = '', ...body] = text.split('\r\n\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
  if (status < 200 || status >= 500) return `status ${status}`
  const page = body.join('\r\n\r\n')
  const told = (NO_PAGE.test(head) ? undefined : unescaped(page)) ?? TELLTALE.exec(text)?.[0] ?? new RegExp(`^(?:set-cookie:.*)?${NEEDLE}`, 'im').exec(head)?.[0]
  if (told !== undefined) return `tells ${told}`
  const location = /^location: *(.*)$/im.exec(head)?.[1]?.trim()
  if (location === undefined) return undefined
  const leads = URL.canParse(location, own) ? new URL(location, own).origin : location
  return leads === new URL(own).origin || origins.includes(leads) ? undefined : `leads to ${leads}`
}

/** So many at a time, in order of coming. */
export async function each<T>(items: readonly T[], act: (item: T) => Promise<void>, atOnce = 12): Promise<void> {
  const queue = items.values()
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of queue) await act(item)
  }))
}
