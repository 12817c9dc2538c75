import type { Public } from './personal.ts'

type Labels = Readonly<Record<string, string>>

/** Counters and gauges of this process in the Prometheus text format. Labels come from fixed sets, never from a request or a person. */
export type Metrics = {
  /** Names a counter once; the returned function adds to it. */
  counter<L extends Labels>(name: string, help: string, labels?: L & Public<L>): Counter
  /** Reads a gauge whenever the page is asked for. */
  gauge<L extends Labels>(name: string, help: string, read: () => number, labels?: L & Public<L>): void
  /** The page, in exposition format 0.0.4. */
  text(): string
}
export type Counter = { (by?: number): void; readonly value: number }

type Series = { labels: string; read: () => number }
type Family = { help: string; kind: 'counter' | 'gauge'; series: Map<string, Series> }

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

export function createMetrics(): Metrics {
  const families = new Map<string, Family>()
  const counters = new Map<string, Counter>()

  function series(name: string, help: string, kind: Family['kind'], labels: string, read: () => number): void {
    let family = families.get(name)
    if (!family) families.set(name, (family = { help, kind, series: new Map() }))
    family.series.set(labels, { labels, read })
  }

  return {
    counter(name, help, labels?: Labels) {
      const text = labelText(labels ?? {})
      const known = counters.get(name + text)
      if (known) return known
      let total = 0
      const add = (by = 1): void => void (total += by)
      const counter: Counter = Object.defineProperty(Object.assign(add, { value: 0 }), 'value', { get: () => total })
      counters.set(name + text, counter)
      series(name, help, 'counter', text, () => total)
      return counter
    },
    gauge(name, help, read, labels?: Labels) {
      series(name, help, 'gauge', labelText(labels ?? {}), read)
    },
    text() {
      const lines: string[] = []
      for (const [name, family] of families) {
        lines.push(`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.kind}`)
        for (const one of family.series.values()) lines.push(`${name}${one.labels} ${one.read()}`)
      }
      return lines.join('\n') + '\n'
    },
  }
}
