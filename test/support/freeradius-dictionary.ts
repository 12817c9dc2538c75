// FreeRADIUS's dictionaries where it is installed: somebody else's table of attributes to compare ours with.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const MAIN = '/usr/share/freeradius/dictionary'

export type DictionaryEntry = {
  readonly name: string
  /** `241.5.2`: where it stands, from the outermost attribute of its space. */
  readonly numbers: string
  readonly type: string
  readonly flags: string
  /** 0 for RADIUS's own space. */
  readonly vendor: number
}

/** Null where there is none. */
export function freeradiusDictionary(): ReadonlyMap<string, DictionaryEntry> | null {
  if (!existsSync(MAIN)) return null
  const entries = new Map<string, DictionaryEntry>()
  readInto(entries, MAIN)
  return entries
}

function readInto(entries: Map<string, DictionaryEntry>, path: string): void {
  const vendors = new Map<string, number>()
  let vendor = 0
  for (const line of readFileSync(path, 'latin1').split('\n')) {
    const [keyword = '', name = '', third = '', type = '', flags = ''] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (keyword === '$INCLUDE') readInto(entries, join(dirname(path), name))
    else if (keyword === 'VENDOR') vendors.set(name, Number(third))
    else if (keyword === 'BEGIN-VENDOR') vendor = vendors.get(name) ?? -1
    else if (keyword === 'END-VENDOR') vendor = 0
    else if (keyword === 'ATTRIBUTE' && !entries.has(name)) entries.set(name, { name, numbers: third, type: type.replace(/\[.*/, ''), flags, vendor })
  }
}
