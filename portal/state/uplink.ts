// Whether the line to the internet is there: its link, and somebody beyond it who answers. Asked when a page is to say it, so that an
// idle gateway on a paid line sends next to nothing, and a page is never more than a second behind.
import type { Cancel, Clock } from '#shared/clock.ts'

export type UplinkState = 'works' | 'dead' | 'unknown'
/** Resolves to whether somebody answered in time; never rejects. */
export type Probe = (withinMs: number) => Promise<boolean>
export type UplinkParts = {
  /** Whether the interface towards the internet has its link; undefined where none is named. */
  link(): boolean | undefined
  /** The line works when any of them is answered. None: only the link is known. */
  readonly probes: readonly Probe[]
  readonly clock: Clock
}
export type Uplink = {
  state(): UplinkState
  /** Resolves once `state` is about a second old at most; within 0.9 s. */
  fresh(): Promise<void>
  close(): void
}

/** With the wait for an answer below two seconds together (people.md: "said in plain words within 2 s"). */
const TRUST_MS = 1_000
const WAIT_MS = 900
/** Without visitors; a dead line is looked at more often, so that it comes back by itself. */
const BEAT_MS = 15_000
const DEAD_BEAT_MS = 3_000

export function watchUplink({ link, probes, clock }: UplinkParts): Uplink {
  let answered: boolean | undefined
  let lookedMs = -Infinity
  let underway: Promise<void> | undefined
  let cancel: Cancel = () => {}

  async function ask(): Promise<void> {
    // Alone a probe that throws must not look like a line that works.
    const one = (probe: Probe): Promise<true> => probe(WAIT_MS).then((yes) => (yes ? true : Promise.reject(new Error('silent'))))
    answered = await Promise.any(probes.map(one)).catch(() => false)
    lookedMs = clock.monotonic()
  }
  const look = (): Promise<void> => (underway ??= ask().finally(() => (underway = undefined)))

  function state(): UplinkState {
    if (link() === false) return 'dead'
    return answered === undefined ? 'unknown' : answered ? 'works' : 'dead'
  }
  async function fresh(): Promise<void> {
    // Without a link no answer can come: said at once.
    if (probes.length === 0 || link() === false) return
    if (clock.monotonic() - lookedMs < TRUST_MS) return
    const looking = look()
    // A line known to be dead keeps nobody waiting; the page after the next says when it is back.
    if (answered !== false) await looking
  }
  function beat(): void {
    cancel = clock.after(state() === 'dead' ? DEAD_BEAT_MS : BEAT_MS, beat)
    if (probes.length > 0 && link() !== false) void look()
  }
  if (probes.length > 0) void look()
  beat()
  return { state, fresh, close: () => cancel() }
}
