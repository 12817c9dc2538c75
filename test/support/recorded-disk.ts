/**
 * What a process did to the files of one directory, read from strace, and what a power cut could have left of it. The rules are those
 * of POSIX and no file system's kinder ones: written is what an fsync of the file has returned for; a name is there once its directory
 * was synced; of the rest any part may have arrived, in any order, torn at sectors.
 */
import { basename, dirname } from 'node:path'

const SECTOR_BYTES = 512

/** What was seen, in order. */
export type Event =
  | { readonly kind: 'link'; readonly name: string }
  | { readonly kind: 'unlink'; readonly name: string }
  | { readonly kind: 'write'; readonly name: string; readonly bytes: Buffer; readonly at: number }
  | { readonly kind: 'cut'; readonly name: string; readonly length: number }
  /** `begun`: the event at which the sync was asked for; only what came before it is covered. `name` is empty for the directory. */
  | { readonly kind: 'synced'; readonly name: string; readonly begun: number }
  /** A datagram left. */
  | { readonly kind: 'sent'; readonly port: number; readonly bytes: Buffer }

/** The calls to record: strace's `-e trace=`. */
export const RECORDED_CALLS = 'openat,pwrite64,write,pwritev,writev,ftruncate,unlink,rename,fsync,fdatasync,sendmsg,sendmmsg'
export const STRACE = ['-f', '-qq', '-y', '-xx', '-s', '100000', '-e', `trace=${RECORDED_CALLS}`] as const

function plain(hexadecimal: string): Buffer {
  return Buffer.from(hexadecimal.replaceAll('\\x', ''), 'hex')
}

type Call = { readonly name: string; readonly path: string; readonly args: string; readonly result: string; readonly phase: 'whole' | 'begun' | 'done' }

function callOf(line: string): { thread: string; call: Call } | undefined {
  const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
  const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest)
  const [, name = '', args = ''] = resumed ?? /^(\w+)\((.*)$/.exec(rest) ?? []
  if (name === '') return undefined
  const path = plain(/^\d+<([^>]*)>/.exec(args)?.[1] ?? '').toString()
  const result = / = (-?\d+)[^=]*$/.exec(args)?.[1] ?? ''
  return { thread, call: { name, path, args, result, phase: resumed ? 'done' : rest.endsWith('<unfinished ...>') ? 'begun' : 'whole' } }
}

/** @param trace what strace wrote with `STRACE`. Shared memory (`-shm`) is made anew at each start and left out. */
export function readTrace(trace: string, directory: string): Event[] {
  const events: Event[] = []
  const begun = new Map<string, { call: Call; at: number }>()
  const known = new Set<string>()
  const nameIn = (path: string): string | undefined => (dirname(path) === directory && !path.endsWith('-shm') ? basename(path) : undefined)

  function open({ args }: Call): void {
    const path = plain(/^\d+<[^>]*>, "([^"]*)"|^AT_FDCWD[^,]*, "([^"]*)"/.exec(args)?.slice(1).find(Boolean) ?? '').toString()
    const name = nameIn(path)
    if (name === undefined || !args.includes('O_CREAT') || known.has(name)) return
    known.add(name)
    events.push({ kind: 'link', name })
  }
  function unlink({ args }: Call): void {
    const name = nameIn(plain(/^"([^"]*)"/.exec(args)?.[1] ?? '').toString())
    if (name === undefined || !known.delete(name)) return
    events.push({ kind: 'unlink', name })
  }
  function write({ path, args }: Call): void {
    const name = nameIn(path)
    const [, bytes = '', at = ''] = /, "([^"]*)", \d+, (\d+)/.exec(args) ?? []
    if (name !== undefined) events.push({ kind: 'write', name, bytes: plain(bytes), at: Number(at) })
  }
  function truncate({ path, args }: Call): void {
    const name = nameIn(path)
    if (name !== undefined) events.push({ kind: 'cut', name, length: Number(/, (\d+)/.exec(args)?.[1]) })
  }
  function send({ args }: Call): void {
    for (const [, port, bytes = ''] of args.matchAll(/sin_port=htons\((\d+)\).*?iov_base="([^"]*)"/g)) events.push({ kind: 'sent', port: Number(port), bytes: plain(bytes) })
  }
  function synced({ path }: Call, result: string, at: number): void {
    const name = path === directory ? '' : nameIn(path)
    if (name !== undefined && result === '0') events.push({ kind: 'synced', name, begun: at })
  }
  const AT_ENTRY: Readonly<Record<string, (call: Call) => void>> = { openat: open, unlink, pwrite64: write, ftruncate: truncate, sendmsg: send, sendmmsg: send }

  for (const line of trace.split('\n')) {
    const seen = callOf(line)
    if (!seen) continue
    const { thread, call } = seen
    if (call.phase !== 'done' && !(call.result.startsWith('-') && call.name !== 'sendmsg')) AT_ENTRY[call.name]?.(call)
    if (!call.name.endsWith('sync')) {
      if (['write', 'pwritev', 'writev', 'rename'].includes(call.name) && nameIn(call.path) !== undefined) throw new TypeError(`${call.name} is not replayed yet`)
    } else if (call.phase === 'begun') begun.set(thread, { call, at: events.length })
    else if (call.phase === 'whole') synced(call, call.result, events.length)
    else {
      const earlier = begun.get(thread)
      if (earlier) synced(earlier.call, call.result, earlier.at)
    }
  }
  return events
}

/** Whole numbers below `most`, from a seed. */
export type Chance = (most: number) => number
type Change = Extract<Event, { kind: 'write' | 'cut' }>
/** Bytes that grow; those behind `length` are zero. */
type Content = { bytes: Buffer; length: number }
type File = { readonly durable: Content; pending: { readonly at: number; readonly change: Change }[] }

function apply(content: Content, change: Change): void {
  if (change.kind === 'cut') {
    content.bytes.fill(0, change.length)
    content.length = change.length
    return
  }
  const end = change.at + change.bytes.length
  if (end > content.bytes.length) content.bytes = Buffer.concat([content.bytes, Buffer.alloc(2 * end - content.bytes.length)])
  change.bytes.copy(content.bytes, change.at)
  content.length = Math.max(content.length, end)
}

/** The sectors of a write that arrived, each or none. */
function torn(change: Change, chance: Chance): Change[] {
  if (change.kind === 'cut') return [change]
  const parts: Change[] = []
  for (let at = change.at; at < change.at + change.bytes.length; ) {
    const next = Math.min((Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES, change.at + change.bytes.length)
    if (chance(2) === 0) parts.push({ ...change, at, bytes: change.bytes.subarray(at - change.at, next - change.at) })
    at = next
  }
  return parts
}

function shuffled<T>(all: readonly T[], chance: Chance): T[] {
  const left = [...all]
  return Array.from({ length: all.length }, () => left.splice(chance(left.length), 1)).flat()
}

/** What of the unsynced changes arrived: none, all, some of them whole, or some torn; in their order or not. */
function arrived(pending: readonly Change[], chance: Chance): Change[] {
  const ways: readonly (() => Change[])[] = [
    () => [],
    () => [...pending],
    () => pending.filter(() => chance(2) === 0),
    () => pending.flatMap((change) => torn(change, chance)),
  ]
  const some = ways[chance(ways.length)]?.() ?? []
  return chance(2) === 0 ? some : shuffled(some, chance)
}

/** The files that are there after the power went at `events[cut]`, by name. */
export function afterPowerCut(events: readonly Event[], cut: number, chance: Chance): Map<string, Buffer> {
  const files = new Map<string, File>()
  let names = new Map<string, File>()
  let renamed: { readonly at: number; readonly change: Extract<Event, { kind: 'link' | 'unlink' }> }[] = []

  function sync(name: string, begun: number): void {
    if (name === '') {
      names = withNames(renamed.filter(({ at }) => at < begun))
      renamed = renamed.filter(({ at }) => at >= begun)
    }
    const file = files.get(name)
    if (!file) return
    for (const { at, change } of file.pending) if (at < begun) apply(file.durable, change)
    file.pending = file.pending.filter(({ at }) => at >= begun)
  }
  /** A directory's changes keep their order. */
  function withNames(changes: typeof renamed): Map<string, File> {
    const then = new Map(names)
    for (const { change } of changes) {
      const file = linked.get(change)
      if (change.kind === 'link' && file) then.set(change.name, file)
      else then.delete(change.name)
    }
    return then
  }
  const linked = new Map<Event, File>()

  for (const [at, event] of events.slice(0, cut).entries()) {
    if (event.kind === 'link') {
      const file: File = { durable: { bytes: Buffer.alloc(0), length: 0 }, pending: [] }
      files.set(event.name, file)
      linked.set(event, file)
      renamed.push({ at, change: event })
    } else if (event.kind === 'unlink') renamed.push({ at, change: event })
    else if (event.kind === 'synced') sync(event.name, event.begun)
    else if (event.kind !== 'sent') files.get(event.name)?.pending.push({ at, change: event })
  }
  const left = withNames(renamed.slice(0, chance(renamed.length + 1)))
  return new Map([...left].map(([name, { durable, pending }]) => {
    for (const change of arrived(pending.map((one) => one.change), chance)) apply(durable, change)
    return [name, durable.bytes.subarray(0, durable.length)]
  }))
}
