/** One measured figure, under a name that outside programs rely on. */
export type Figure = {
  readonly name: string
  readonly value: number
  /** `/s`, `ms`, `Mbit/s`, `MB` of 2²⁰ bytes, `bytes` or `kB` of 1,024 bytes. */
  readonly unit: string
  /** Runs or requests behind it. */
  readonly n: number
  readonly setup: string
  /** The other program measured in the same run, and value ÷ its value. */
  readonly peer?: string
  readonly ratio?: number
}

/** What is asked of the value or, where there is a peer, of the ratio to it. */
export type Target = { readonly atLeast?: number; readonly atMost?: number; readonly ratioAtLeast?: number; readonly ratioAtMost?: number }

/** A group of figures that are measured together. */
export type Benchmark = { readonly area: string; readonly names: readonly string[]; measure(): Promise<readonly Figure[]> }

/** What issue and design ask of each figure; nothing is asked where a name is absent. */
export const TARGETS: Readonly<Record<string, Target>> = {
  'portal.captive.opennds': { ratioAtLeast: 70 },
  'portal.captive.node': { ratioAtLeast: 0.95 },
  'portal.captive.p95': { atMost: 25 },
  'portal.open': { atMost: 150 },
  'portal.login.rate': { atLeast: 300 },
  'portal.release.p95': { atMost: 50 },
  'portal.sessions': { atMost: 160 },
  'portal.reconcile': { atMost: 2_000 },
  'portal.forward': { ratioAtLeast: 0.9 },
  'portal.storm': { atLeast: 10_000 },
  'rss.all': { atMost: 160 },
  'rss.portal': { atMost: 95 },
  'portal.page.bytes': { atMost: 14 * 1024 },
  'kiosk.js.bytes': { atMost: 45 * 1024 },
  'radius.pap.memory': { ratioAtLeast: 1.6 },
  'radius.pap.sqlite': { ratioAtLeast: 4 },
  'radius.acct.durable': { ratioAtLeast: 50 },
  'radius.acct.durable.wal': { ratioAtLeast: 14 },
  'radius.acct.fold': { atMost: 2 },
  'radius.p99.half': { atMost: 2 },
  'radius.acct.p99': { atMost: 10 },
  'radius.rss': { ratioAtMost: 0.75 },
  'radius.argon2': { atLeast: 30 },
  'radius.argon2.token.p99': { atMost: 20 },
}

export function verdict({ name, value, ratio }: Figure): 'met' | 'missed' | '' {
  const target = TARGETS[name]
  if (!target) return ''
  const { atLeast = -Infinity, atMost = Infinity, ratioAtLeast = -Infinity, ratioAtMost = Infinity } = target
  const ofRatio = target.ratioAtLeast !== undefined || target.ratioAtMost !== undefined
  // Without the peer nothing is known about the ratio.
  if (ofRatio && ratio === undefined) return ''
  const held = value >= atLeast && value <= atMost && (ratio === undefined || (ratio >= ratioAtLeast && ratio <= ratioAtMost))
  return held ? 'met' : 'missed'
}

export function targetText(name: string): string {
  const { atLeast, atMost, ratioAtLeast, ratioAtMost } = TARGETS[name] ?? {}
  if (ratioAtLeast !== undefined) return `≥ ${ratioAtLeast} ×`
  if (ratioAtMost !== undefined) return `≤ ${ratioAtMost} ×`
  if (atLeast !== undefined) return `≥ ${atLeast}`
  return atMost === undefined ? '' : `≤ ${atMost}`
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : [sorted[middle - 1], sorted[middle]]
  return (low + high) / 2
}

/** The value that `share` of all values do not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
