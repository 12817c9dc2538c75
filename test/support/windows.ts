// A set of byte strings that is asked at every position of megabytes, by six of their bytes, in flat arrays: digests by their
// first, because they may be cut; texts by their last, because a town's addresses and tokens all begin alike.
const WINDOW = 6
const FILTER_BITS = 26
const CERTAIN = 8

export type Match = {
  /** Index of the person or value. */
  readonly whose: number
  readonly how: string
  /** A text or raw value, of which a part means nothing. */
  readonly whole: boolean
  /** All compared bytes are there. */
  readonly complete: boolean
}
/** `text`, `raw` and `number` mean something only as a whole, a number only where no digit goes on; of a `digest` any piece does. */
export type Kind = 'text' | 'raw' | 'number' | 'digest'
export type Windows = { readonly size: number; search(bytes: Buffer, found: (match: Match) => void): void }

function slotOf(high: number, low: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b)
  return (mixed ^ (mixed >>> 15)) >>> 0
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

/** Add everything, then `seal`. */
export function createWindows(): { add(bytes: Buffer, kind: Kind, whose: number, how: string): void; seal(): Windows } {
  const entries: Record<'high' | 'low' | 'next' | 'whose' | 'how', number[]> = { high: [], low: [], next: [], whose: [], how: [] }
  const wholes = new Map<number, Buffer>()
  const numbers = new Set<number>()
  const ways: string[] = []
  const wayIndex = new Map<string, number>()

  function indexOf(how: string): number {
    const known = wayIndex.get(how)
    if (known !== undefined) return known
    wayIndex.set(how, ways.length)
    return ways.push(how) - 1
  }

  function seal(): Windows {
    const size = entries.high.length
    const slots = 2 ** Math.max(4, Math.ceil(Math.log2(size * 2 + 1)))
    const table = new Int32Array(slots).fill(-1)
    const chain = new Int32Array(size).fill(-1)
    const filter = new Uint32Array(2 ** (FILTER_BITS - 5))
    for (let index = 0; index < size; index++) {
      const slot = slotOf(entries.high[index] ?? 0, entries.low[index] ?? 0)
      const bit = slot >>> (32 - FILTER_BITS)
      filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31))
      const head = slot & (slots - 1)
      chain[index] = table[head] ?? -1
      table[head] = index
    }

    function compare(index: number, bytes: Buffer, at: number): Match {
      const [whose = 0, how = ''] = [entries.whose[index], ways[entries.how[index] ?? 0]]
      const whole = wholes.get(index)
      if (whole) {
        const end = at + WINDOW
        const start = end - whole.length
        const goesOn = numbers.has(index) && (isDigit(bytes[start - 1]) || isDigit(bytes[end]))
        return { whose, how, whole: true, complete: start >= 0 && !goesOn && whole.equals(bytes.subarray(start, end)) }
      }
      return { whose, how, whole: false, complete: at + CERTAIN <= bytes.length && bytes.readUInt16BE(at + WINDOW) === entries.next[index] }
    }

    return {
      size,
      search(bytes, found) {
        let high = 0
        let low = 0
        for (let at = 0; at < bytes.length; at++) {
          high = ((high << 8) | (low >>> 24)) & 0xffff
          low = ((low << 8) | (bytes[at] ?? 0)) >>> 0
          if (at < WINDOW - 1) continue
          const slot = slotOf(high, low)
          const bit = slot >>> (32 - FILTER_BITS)
          if (((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) continue
          for (let index = table[slot & (slots - 1)] ?? -1; index >= 0; index = chain[index] ?? -1) {
            if (entries.high[index] === high && entries.low[index] === low) found(compare(index, bytes, at - WINDOW + 1))
          }
        }
      },
    }
  }

  return {
    add(bytes, kind, whose, how) {
      if (kind !== 'digest') wholes.set(entries.high.length, Buffer.from(bytes))
      if (kind === 'number') numbers.add(entries.high.length)
      const from = kind === 'digest' ? 0 : bytes.length - WINDOW
      entries.high.push(bytes.readUInt16BE(from))
      entries.low.push(bytes.readUInt32BE(from + 2))
      entries.next.push(kind === 'digest' ? bytes.readUInt16BE(WINDOW) : 0)
      entries.whose.push(whose)
      entries.how.push(indexOf(how))
    },
    seal,
  }
}
