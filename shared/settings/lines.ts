/**
 * The line on which a key stands in a TOML text, for messages: `portal.port`, `sites[1].class`. 0 when it is nowhere; the last of its
 * table when only that is there. The parser keeps no positions, and headers and keys at the start of a line are all our settings use.
 */
export function lineOf(source: string, path: string): number {
  return lineIndex(source)(path)
}

/** The same for many keys of one text, which is read once: a city has a thousand access points. */
export function lineIndex(source: string): (path: string) => number {
  const seen = new Map<string, number>()
  const first = new Map<string, number>()
  const last = new Map<string, number>()
  let table = ''
  for (const [index, line] of source.split('\n').entries()) {
    const header = /^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?/.exec(line)
    const key = /^\s*([\w-]+)\s*=/.exec(line)
    if (header?.[2]) table = header[1] === '[[' ? numbered(header[2], seen) : header[2]
    const here = header ? table : key ? `${table}${table ? '.' : ''}${key[1]}` : ''
    if (here === '') continue
    if (!first.has(here)) first.set(here, index + 1)
    last.set(here, index + 1)
  }
  return function line(path) {
    return first.get(path) ?? Math.max(0, ...above(path).map((one) => last.get(one) ?? 0))
  }
}

/** The paths that `path` lies in: of `radius.clients[1].name`, `radius.clients[1]` and `radius`. */
function above(path: string): string[] {
  const words = path.split('.')
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join('.'))
}

function numbered(name: string, seen: Map<string, number>): string {
  const index = seen.get(name) ?? 0
  seen.set(name, index + 1)
  return `${name}[${index}]`
}
