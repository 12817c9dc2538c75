/**
 * The line on which a key stands in a TOML text, for messages: `portal.port`, `sites[1].class`. 0 when it is nowhere.
 * The parser keeps no positions, and headers and keys at the start of a line are all our settings use.
 */
export function lineOf(source: string, path: string): number {
  const seen = new Map<string, number>()
  let table = ''
  let nearest = 0
  for (const [index, line] of source.split('\n').entries()) {
    const header = /^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?/.exec(line)
    const key = /^\s*([\w-]+)\s*=/.exec(line)
    if (header?.[2]) table = header[1] === '[[' ? numbered(header[2], seen) : header[2]
    const here = header ? table : key ? `${table}${table ? '.' : ''}${key[1]}` : ''
    if (here === path) return index + 1
    if (here !== '' && path.startsWith(`${here}.`)) nearest = index + 1
  }
  return nearest
}

function numbered(name: string, seen: Map<string, number>): string {
  const index = seen.get(name) ?? 0
  seen.set(name, index + 1)
  return `${name}[${index}]`
}
