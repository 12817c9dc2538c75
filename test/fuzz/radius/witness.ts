// Counters that tell what one packet set off, and how long it held the loop.
import type { Effects } from '#shared/effects.ts'
import type { Counter, Metrics } from '#shared/metrics.ts'
import { listenUdp, type Listen } from '#radius/udp.ts'

export type Witness = {
  readonly metrics: Metrics
  /** The sockets of every door, watched; the door is known by the setting of its port. */
  readonly listen: Listen
  /** The longest time for which one datagram held the loop, in milliseconds, and the datagram. */
  slowest(): { readonly ms: number; readonly bytes: Buffer }
  forgetSlowest(): void
  /** How many different things datagrams have set off. */
  kinds(): number
}

/** Hears of the first datagram of each kind: which counters it moved, at which door. */
export type OnKind = (door: string, kind: string, bytes: Buffer) => void

/** @param metrics what the counters really are. */
export function createWitness(metrics: Metrics, onKind: OnKind = () => undefined): Witness {
  const touched = new Set<string>()
  const kinds = new Set<string>()
  let worst = { ms: 0, bytes: Buffer.alloc(0) }

  function watched(counter: Counter, name: string): Counter {
    const add = (by?: number): void => {
      touched.add(name)
      counter(by)
    }
    return Object.defineProperty(Object.assign(add, { value: 0 }), 'value', { get: () => counter.value })
  }

  function note(door: string, bytes: Buffer, ms: number): void {
    if (ms > worst.ms) worst = { ms, bytes: Buffer.from(bytes) }
    if (touched.size === 0) return
    const kind = [...touched].sort().join(' ')
    if (kinds.has(`${door} ${kind}`)) return
    kinds.add(`${door} ${kind}`)
    onKind(door, kind, bytes)
  }

  return {
    kinds: () => kinds.size,
    slowest: () => worst,
    forgetSlowest: () => void (worst = { ms: 0, bytes: Buffer.alloc(0) }),
    metrics: {
      ...metrics,
      counter(name, help, labels) {
        const said = Object.values(labels ?? {}).join('/')
        return watched(metrics.counter(name, help, labels), `${name.replace(/^parvis_radius_|_total$/g, '')}:${said}`)
      },
    },
    listen: (hosts, port, key, listener, ...more) =>
      listenUdp(
        hosts,
        port,
        key,
        (bytes, from, socket) => {
          touched.clear()
          const began = performance.now()
          listener(bytes, from, socket)
          note(key.replace(/^radius\.|_port$/g, ''), bytes, performance.now() - began)
        },
        ...more,
      ),
  }
}

/** The same effects, with counters that are watched. */
export function witnessed<E extends Effects>(effects: E, witness: Witness): E {
  return { ...effects, metrics: witness.metrics }
}
