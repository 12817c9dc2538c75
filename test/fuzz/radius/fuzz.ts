// Mutants of honest packets and of the kept corpus, sent to every door of a running server. After each burst an honest request must be
// answered: then nothing that came before has ended the process or stopped a door.
import { responseAuthenticatorHolds, sharedSecret } from '#radius/authenticator.ts'
import { AUTHENTICATOR_AT, HEADER_BYTES } from '#radius/packet.ts'
import { openWire, SECRET, type Wire } from '#test/support/radius-town.ts'
import { seededChance, type Chance } from './chance.ts'
import { keepInCorpus, readCorpus } from './corpus.ts'
import { mutate, signAgain } from './mutations.ts'
import { fuzzTown, type FuzzedDoor, type FuzzTown } from './town.ts'

/** Small enough for a socket's buffer, so that none is lost unseen. */
const BURST = 50
/** Out of ten: signed again with the right secret, so that they get past the authenticator. */
const SIGNED = 7
const PROGRESS_EVERY_CASES = 50_000
/** Of the slowest packet. */
const RETRIES = 10
/** The town's clock goes on by up to this much after each burst. */
const MOST_BURST_MS = 20

export type FuzzOptions = {
  readonly cases: number
  readonly seed: number
  /** Writes packets that set off something new to the corpus. */
  readonly keep?: boolean
  readonly progress?: (sent: number) => void
}
export type FuzzReport = {
  readonly seed: number
  readonly cases: number
  readonly signed: number
  readonly seconds: number
  readonly answered: number
  readonly refused: number
  readonly failed: number
  /** Different sets of counters that a packet moved. */
  readonly kinds: number
  /** Milliseconds for which the slowest packet held the loop: the best of `RETRIES`, because the machine itself pauses now and then. */
  readonly slowestMs: number
}
type Bout = { readonly door: FuzzedDoor; readonly seeds: readonly Buffer[]; signed: number }

const secret = sharedSecret(SECRET)

function total(metrics: string, name: string): number {
  return [...metrics.matchAll(new RegExp(`^${name}.* (\\d+)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0)
}

/** Sends, then waits until an honest request that was sent last is answered. */
async function exchange(wire: Wire, { port, fence }: FuzzedDoor, packets: readonly Uint8Array[], chance: Chance): Promise<void> {
  for (const bytes of packets) wire.send(bytes, port)
  const honest = fence(chance(256))
  wire.send(honest, port)
  const asked = honest.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  for (let reply = await wire.next(); !responseAuthenticatorHolds(reply, asked, secret); reply = await wire.next());
}

function burst(bout: Bout, size: number, chance: Chance): Buffer[] {
  return Array.from({ length: size }, () => {
    const bytes = mutate(bout.seeds, chance)
    if (chance(10) >= SIGNED) return bytes
    bout.signed++
    return signAgain(bytes, SECRET)
  })
}

/** What the slowest packet costs when nothing else happens: a pause of the machine does not come back, a slow path does. */
async function slowest(town: FuzzTown, wire: Wire, chance: Chance): Promise<number> {
  const { ms, bytes } = town.witness.slowest()
  let best = ms
  for (let round = 0; round < RETRIES; round++) {
    // Long enough for the server to have forgotten that it was asked before.
    town.clock.advance(60_000)
    town.witness.forgetSlowest()
    for (const door of town.doors) await exchange(wire, door, [bytes], chance)
    best = Math.min(best, town.witness.slowest().ms)
  }
  return best
}

/** @throws when an honest request is not answered within two seconds. */
export async function fuzzRadius(options: FuzzOptions): Promise<FuzzReport> {
  let replayed = false
  const chance = seededChance(options.seed)
  const town = await fuzzTown(seededChance(options.seed + 1), (door, kind, bytes) => void (options.keep && replayed && keepInCorpus(door, kind, bytes)))
  const wire = await openWire()
  const bouts: Bout[] = town.doors.map((door) => ({ door, seeds: [...door.seeds, ...readCorpus(door.name)], signed: 0 }))
  const began = performance.now()
  try {
    for (const { door, seeds } of bouts) for (const bytes of seeds) await exchange(wire, door, [bytes], chance)
    replayed = true
    for (let sent = 0, turn = 0; sent < options.cases; turn++) {
      const bout = bouts[turn % bouts.length]
      if (!bout) break
      const size = Math.min(BURST, options.cases - sent)
      await exchange(wire, bout.door, burst(bout, size, chance), chance)
      sent += size
      town.clock.advance(chance(MOST_BURST_MS))
      if (sent % PROGRESS_EVERY_CASES === 0) options.progress?.(sent)
    }
    const seconds = (performance.now() - began) / 1000
    const text = town.metricsText()
    return {
      seed: options.seed, cases: options.cases, signed: bouts.reduce((sum, { signed }) => sum + signed, 0), seconds,
      answered: total(text, 'parvis_radius_answered_total'), refused: total(text, 'parvis_radius_refused_total'),
      failed: total(text, 'parvis_radius_refused_total\\{.*reason="failed"'), kinds: town.witness.kinds(), slowestMs: await slowest(town, wire, chance),
    }
  } finally {
    wire.close()
    await town.close()
  }
}

export function reportText(report: FuzzReport): string {
  const rate = Math.round(report.cases / report.seconds)
  const share = Math.round((100 * report.signed) / report.cases)
  return (
    `fuzz radius: seed ${report.seed}, ${report.cases} cases (${share} % signed) in ${report.seconds.toFixed(1)} s (${rate}/s), ` +
    `${report.answered} replies, ${report.refused} refusals, ${report.kinds} kinds of outcome, slowest packet ${report.slowestMs.toFixed(3)} ms`
  )
}
