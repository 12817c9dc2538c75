// Reads the city's terms: a subset of HTML that cannot run, load or style anything. Whatever is outside of it is a mistake with its
// line, and where it is shown nevertheless it is shown as text.

/** Tags of the subset, what may stand in them, and the one attribute that a tag may have. */
const FLOW = ['h2', 'h3', 'p', 'ul', 'ol', 'dl', 'blockquote', 'hr'] as const
const PHRASE = ['strong', 'em', 'a', 'abbr', 'br'] as const
const TAGS: Readonly<Record<string, { readonly inside: readonly string[]; readonly attribute?: 'href' | 'title'; readonly empty?: true }>> = {
  h2: { inside: PHRASE }, h3: { inside: PHRASE }, p: { inside: PHRASE },
  ul: { inside: ['li'] }, ol: { inside: ['li'] }, li: { inside: [...PHRASE, 'p', 'ul', 'ol'] },
  dl: { inside: ['dt', 'dd'] }, dt: { inside: PHRASE }, dd: { inside: [...PHRASE, 'p'] },
  blockquote: { inside: ['p'] },
  strong: { inside: PHRASE }, em: { inside: PHRASE }, a: { inside: ['strong', 'em', 'abbr', 'br'], attribute: 'href' }, abbr: { inside: [], attribute: 'title' },
  br: { inside: [], empty: true }, hr: { inside: [], empty: true },
}
const TOP: readonly string[] = FLOW
/** Between these only white space may stand. */
const NO_TEXT = new Set(['', 'ul', 'ol', 'dl', 'blockquote'])
const LINK = /^(?:https?:\/\/[^\s"<>]+|mailto:[^\s"<>]+|tel:\+?[\d -]+|\/[\w/-]*|#[\w-]+)$/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' }
const DEEPEST = 8

export type TermsNode = string | { readonly tag: string; readonly value?: string; readonly children: readonly TermsNode[] }
export type TermsMistake = { readonly line: number; readonly text: string }
export type ParsedTerms = { readonly id: string; readonly ver: string; readonly title: string; readonly nodes: readonly TermsNode[]; readonly mistakes: readonly TermsMistake[] }

type Open = { readonly tag: string; readonly value?: string; readonly children: TermsNode[] }

/** `<!-- id: reglement; version: 2026-11; title: Règlement -->`, on the first line. */
const HEAD = /^<!-- *id: *([a-z0-9-]{1,32}) *; *version: *([A-Za-z0-9.-]{1,32}) *; *title: *([^<>;]{1,120}?) *-->\r?\n?/
const TOKEN = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>|[^<]+|</g

function plain(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|(\w{1,8}));/g, (whole, code?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole
    const point = Number(code)
    return point >= 32 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff) ? String.fromCodePoint(point) : whole
  })
}

/** Never throws: a file is read to its end, so that every mistake is told at once. */
export function parseTerms(text: string): ParsedTerms {
  const mistakes: TermsMistake[] = []
  const head = HEAD.exec(text)
  const [, id = '', ver = '', title = ''] = head ?? []
  if (!head) mistakes.push({ line: 1, text: 'the first line must be <!-- id: NAME; version: 2026-11; title: TITLE -->' })
  const nodes: TermsNode[] = []
  const stack: Open[] = [{ tag: '', children: nodes }]
  const top = (): Open => stack[stack.length - 1] ?? { tag: '', children: nodes }
  let line = head ? head[0].split('\n').length : 1
  const wrong = (what: string): void => void mistakes.push({ line, text: what })

  function open(tag: string, attributes: string, source: string): void {
    const rule = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined
    const allowed = top().tag === '' ? TOP : (TAGS[top().tag]?.inside ?? [])
    const [, name, value] = /^\s+([a-zA-Z-]+)="([^"]*)"$/.exec(attributes) ?? []
    const fault =
      rule === undefined ? `<${tag}> is not allowed in terms`
      : !allowed.includes(tag) ? `<${tag}> may not stand ${top().tag === '' ? 'here' : `in <${top().tag}>`}`
      : attributes.trim() !== '' && name !== rule.attribute ? `<${tag}> may have ${rule.attribute === undefined ? 'no attribute' : `only ${rule.attribute}="…"`}`
      : rule.attribute !== undefined && value === undefined ? `<${tag}> needs ${rule.attribute}="…"`
      : rule.attribute === 'href' && !LINK.test(plain(value ?? '')) ? 'a link leads to https://, http://, mailto:, tel: or a page of ours'
      : stack.length > DEEPEST ? 'too deep' : undefined
    if (fault !== undefined) {
      wrong(fault)
      top().children.push(source)
      return
    }
    const element: Open = { tag, ...(value !== undefined && { value: plain(value) }), children: [] }
    top().children.push(element)
    if (!rule?.empty) stack.push(element)
  }

  function close(tag: string, source: string): void {
    if (stack.length > 1 && top().tag === tag) return void stack.pop()
    wrong(`</${tag}> closes nothing`)
    top().children.push(source)
  }

  for (const [source, slash, name, attributes = ''] of text.slice(head?.[0].length ?? 0).matchAll(TOKEN)) {
    if (name !== undefined) {
      if (slash === '/') close(name.toLowerCase(), source)
      else open(name.toLowerCase(), attributes, source)
    } else if (!source.startsWith('<!--')) {
      if (source === '<') wrong('< is written &lt;')
      else if (NO_TEXT.has(top().tag) && source.trim() !== '') wrong(`text may not stand ${top().tag === '' ? 'outside of <p>' : `in <${top().tag}>`}`)
      if (!NO_TEXT.has(top().tag) || source.trim() !== '') top().children.push(plain(source))
    }
    line += source.split('\n').length - 1
  }
  for (const { tag } of stack.slice(1).toReversed()) wrong(`<${tag}> is not closed`)
  return { id, ver, title, nodes, mistakes }
}
