// The lines that change who is open. Each is one batch: the kernel does all of it or nothing.
import { colonMac, type MacAddress } from '#shared/personal.ts'
import { NO_USAGE, type Grant, type OpenClient, type Usage } from './enforcer.ts'
import { checkGrant, COUNTERS_KEPT_SECONDS, quotaPiece, rate, type Rate } from './policy.ts'
import { HEARD_SECONDS, TABLE } from './ruleset.ts'

/** Deleting an element that has just expired would fail the whole batch, so it is made first. */
function remove(set: string, key: string, value = ''): string {
  return `add element ${TABLE} ${set} { ${key} timeout 1s${value} }; delete element ${TABLE} ${set} { ${key}${value} }`
}

const BY_MARK = ['up', 'down', 'rate_up', 'rate_down', 'quota_end', 'quota_slow', 'slow_up', 'slow_down', 'spent'] as const
export const ALL_SETS = ['open', 'client', 'share', 'heard', ...BY_MARK, 'alive'] as const
/** Whose quota is watched, and whose has run out. */
export const READ_QUOTAS = ['quota_end', 'quota_slow'].map((set) => `list set ${TABLE} ${set}`)
export const READ_SPENT = `list set ${TABLE} spent`

/** Shuts out at once; counters stay to be read. */
export function shutLine(mark: number): string {
  return remove('open', String(mark))
}

/** Makes the kernel say farewell to a mark that no session has. */
export function probeLine(): string {
  return remove('up', '0')
}

/** Forgets a session that is shut out; `share` is its class, where it has one. */
export function forgetLine(mac: MacAddress, mark: number, share?: string): string {
  const place = share === undefined ? [] : [remove('share', String(mark), ` : ${share}`)]
  return [remove('client', colonMac(mac), ` : ${mark}`), ...place, ...BY_MARK.map((set) => remove(set, String(mark)))].join('; ')
}

/** One element of a set of ours, as nft writes it. */
export type Element = { readonly set: string; readonly text: string }

function rateElement(set: string, mark: number, limit: Rate | undefined, seconds: number): readonly Element[] {
  if (!limit) return []
  const { bytesPerSecond, burstBytes } = limit
  return [{ set, text: `${mark} limit rate over ${bytesPerSecond} bytes/second burst ${burstBytes} bytes timeout ${seconds}s` }]
}

/** A bucket that is filled once: a byte a second is the least that the kernel fills it up by, and nothing beside what a session moves. */
function quotaElements(grant: Grant, used: Usage, kept: number): readonly Element[] {
  const piece = quotaPiece(grant, used)
  if (piece === undefined) return []
  const bucket = { bytesPerSecond: 1, burstBytes: piece }
  if (grant.slowKbps === undefined) return rateElement('quota_end', grant.mark, bucket, kept)
  const slow = rate(grant.slowKbps)
  return [...rateElement('quota_slow', grant.mark, bucket, kept), ...rateElement('slow_up', grant.mark, slow, kept), ...rateElement('slow_down', grant.mark, slow, kept)]
}

/** Lets a client through for `grant.seconds`; `used` is what it had counted before, `share` its class where the line is shared out. */
export function openElements(grant: Grant, used: Usage = NO_USAGE, share?: string): readonly Element[] {
  checkGrant(grant)
  const { mac, mark, seconds } = grant
  const kept = seconds + COUNTERS_KEPT_SECONDS
  const counter = (packets: number, bytes: number) => `counter packets ${packets} bytes ${bytes} timeout ${kept}s`
  return [
    { set: 'client', text: `${colonMac(mac)} timeout ${kept}s : ${mark}` },
    { set: 'up', text: `${mark} ${counter(used.upPackets, used.upBytes)}` },
    { set: 'down', text: `${mark} ${counter(used.downPackets, used.downBytes)}` },
    ...rateElement('rate_up', mark, rate(grant.upKbps), kept),
    ...rateElement('rate_down', mark, rate(grant.downKbps), kept),
    ...quotaElements(grant, used, kept),
    ...(share === undefined ? [] : [{ set: 'share', text: `${mark} timeout ${kept}s : ${share}` }]),
    // Silence is counted from the beginning.
    { set: 'heard', text: `${mark} timeout ${HEARD_SECONDS}s` },
    { set: 'open', text: `${mark} timeout ${seconds}s` },
  ]
}

/** One command a set, however many elements: nft's time grows with the square of the commands in a batch. */
export function addLine(elements: readonly Element[]): string {
  const bySet = Map.groupBy(elements, ({ set }) => set)
  return [...bySet].map(([set, some]) => `add element ${TABLE} ${set} { ${some.map(({ text }) => text).join(', ')} }`).join('; ')
}

export function openLine(grant: Grant, used: Usage = NO_USAGE, share?: string): string {
  return addLine(openElements(grant, used, share))
}

export const READ_SETS = ['client', 'open', 'up', 'down', 'heard'] as const

export function listLine(set: (typeof READ_SETS)[number]): string {
  return `list ${set === 'client' ? 'map' : 'set'} ${TABLE} ${set}`
}

type Count = { readonly packets: number; readonly bytes: number }
const NOTHING: Count = { packets: 0, bytes: 0 }

export function readUsageLines(mark: number): readonly [up: string, down: string] {
  return [`get element ${TABLE} up { ${mark} }`, `get element ${TABLE} down { ${mark} }`]
}

/** The counter in what `get element` prints. */
export function parseCounter(text: string): Count {
  const found = /counter packets (\d+) bytes (\d+)/.exec(text)
  return found ? { packets: Number(found[1]), bytes: Number(found[2]) } : NOTHING
}

export function usage(up: Count, down: Count): Usage {
  return { upBytes: up.bytes, upPackets: up.packets, downBytes: down.bytes, downPackets: down.packets }
}

/** What nft's JSON holds of a set (libnftables-json(5)); `val` is a string for addresses, a number for marks. */
type Printed = { readonly val: unknown; readonly expires?: number; readonly counter?: Count }
type Mapped = Printed & { readonly to?: unknown }
type Listing = { readonly nftables: readonly { readonly set?: Listed; readonly map?: Listed }[] }
type Listed = { readonly elem?: readonly unknown[] }

/** An element without time-out or counter is printed bare; one of a map as `[element, value]`. */
function element(raw: unknown): Mapped {
  if (Array.isArray(raw)) return Object.assign(element(raw[0]), { to: raw[1] })
  return typeof raw === 'object' && raw !== null && 'elem' in raw ? (raw as { elem: Printed }).elem : { val: raw }
}

/** The elements of one listed set or map. */
export function parseListing(json: string): readonly Mapped[] {
  const { nftables } = JSON.parse(json) as Listing
  return nftables.flatMap((part) => part.set?.elem ?? part.map?.elem ?? []).map(element)
}

export type Remembered = { readonly mac: MacAddress; readonly mark: number }

/** An element with a time-out, as all of these have one, and one of a map with its value: read by itself, and forgotten. */
const IN_SET = /\{"elem": ?\{(?:[^{}]|\{[^{}]*\})*\}\}/g
const IN_MAP = /\[\{"elem": ?\{(?:[^{}]|\{[^{}]*\})*\}\}, ?\d+\]/g

export type Known = { readonly open: readonly OpenClient[]; readonly remembered: readonly Remembered[] }

export type Reading = { /** What takes in a listing as it comes. */ of(set: (typeof READ_SETS)[number]): (text: string) => void; known(): Known }

/** All listings together: of ten thousand clients each is a megabyte, which must not pile up. */
export function createReading(): Reading {
  const clients: Remembered[] = []
  const [left, quiet] = [new Map<number, number>(), new Map<number, number>()]
  const [up, down] = [new Map<number, Count>(), new Map<number, Count>()]
  const takers: Readonly<Record<(typeof READ_SETS)[number], (element: Mapped) => void>> = {
    // The kernel prints hardware addresses with colons; the cast holds because ours is the only hand that adds them.
    client: ({ val, to }) => void clients.push({ mac: String(val).replaceAll(':', '') as MacAddress, mark: Number(to) }),
    open: ({ val, expires = 0 }) => void left.set(Number(val), expires),
    up: ({ val, counter = NOTHING }) => void up.set(Number(val), counter),
    down: ({ val, counter = NOTHING }) => void down.set(Number(val), counter),
    heard: ({ val, expires = 0 }) => void quiet.set(Number(val), HEARD_SECONDS - expires),
  }

  return {
    of(set) {
      const pattern = set === 'client' ? IN_MAP : IN_SET
      let rest = ''
      return function take(text) {
        const heard = rest + text
        let end = 0
        for (const found of heard.matchAll(pattern)) {
          takers[set](element(JSON.parse(found[0])))
          end = found.index + found[0].length
        }
        rest = heard.slice(end)
      }
    },
    known() {
      const open = clients.flatMap(({ mac, mark }) => {
        const secondsLeft = left.get(mark)
        if (secondsLeft === undefined) return []
        const quietSeconds = quiet.get(mark)
        return [{ mac, mark, secondsLeft, ...(quietSeconds !== undefined && { quietSeconds }), usage: usage(up.get(mark) ?? NOTHING, down.get(mark) ?? NOTHING) }]
      })
      return { open, remembered: clients }
    },
  }
}
