// Equal shares of the line: a class a client on a queue of our own, in front of each direction's bottleneck. Pure.
import type { NftablesSettings } from './policy.ts'

/** Clients with a class of their own; more than that share them by chance. */
export const MOST_SHARES = 2_048
/** Handle of both queues, so that one number names a client's class in both directions. */
const HANDLE = 1
/** Minor 1 is the whole line. */
const FIRST_MINOR = 0x10
/** What a class is owed before it borrows; what is borrowed is dealt out in turn, a quantum each. */
const OWED_KBIT = 8
/** Two full frames: each turn lets at least one pass. */
const QUANTUM_BYTES = 3_028
/** Frames that wait in one client's class: beyond that its own connections must slow down. */
const MOST_WAITING = 64
/** The shaping device's own queue, for what belongs to no client. */
const DEVICE_QUEUE = 1_000

/** Direction → the device that shapes it. */
export const SHAPERS = { down: 'parvis-down', up: 'parvis-up' } as const
export type Shaper = { readonly device: string; readonly mbit: number; /** What leaves by these is shaped. */ readonly interfaces: readonly string[] }

/** Nothing is shaped in a direction whose speed is not told. @throws TypeError without a name for the uplink. */
export function shapersOf({ lan, wan, downMbit, upMbit }: NftablesSettings): readonly Shaper[] {
  if (upMbit !== undefined && wan.length === 0) throw new TypeError('gateway.up_mbit needs the name of the uplink: set gateway.wan')
  const down = downMbit === undefined ? [] : [{ device: SHAPERS.down, mbit: downMbit, interfaces: lan }]
  return upMbit === undefined ? down : [...down, { device: SHAPERS.up, mbit: upMbit, interfaces: wan }]
}

/** The class of a client's turn in the queue, as nft writes it. */
export function classOf(share: number): string {
  return `${HANDLE}:${(FIRST_MINOR + share).toString(16)}`
}

export function shareOf(classid: string): number {
  return Number.parseInt(classid.split(':')[1] ?? '', 16) - FIRST_MINOR
}

/** Makes the device; fails where it is there already, which is as good. */
export function deviceArguments({ device }: Shaper): readonly string[] {
  return ['link', 'add', device, 'txqueuelen', String(DEVICE_QUEUE), 'type', 'ifb']
}

function queueLines({ device, mbit }: Shaper): readonly string[] {
  const line = `rate ${mbit}mbit ceil ${mbit}mbit quantum ${QUANTUM_BYTES}`
  const classes = Array.from({ length: MOST_SHARES }, (_, share) => {
    const id = classOf(share)
    return [
      `class add dev ${device} parent ${HANDLE}:1 classid ${id} htb rate ${OWED_KBIT}kbit ceil ${mbit}mbit quantum ${QUANTUM_BYTES}`,
      `qdisc add dev ${device} parent ${id} pfifo limit ${MOST_WAITING}`,
    ]
  })
  return [`qdisc add dev ${device} root handle ${HANDLE}: htb default 0`, `class add dev ${device} parent ${HANDLE}: classid ${HANDLE}:1 htb ${line}`, ...classes.flat()]
}

/** Sends everything that leaves by an interface through the shaping device; what belongs to no client passes it unshaped. */
function detourLines({ device, interfaces }: Shaper): readonly string[] {
  return interfaces.flatMap((name) => [
    `qdisc replace dev ${name} clsact`,
    `filter replace dev ${name} egress protocol all prio 1 handle 800::800 u32 match u32 0 0 action mirred egress redirect dev ${device}`,
  ])
}

/** For `tc -batch`. */
export function shapingBatch(shaper: Shaper): string {
  return [...queueLines(shaper), ...detourLines(shaper), ''].join('\n')
}

/** Hands out classes: the lowest that is free, or any where none is. */
export type Shares = { take(mark: number): number; known(mark: number, share: number): void; of(mark: number): number | undefined; free(mark: number): void }

export function createShares(): Shares {
  const taken = new Map<number, number>()
  const used = new Set<number>()
  let lowest = 0

  return {
    take(mark) {
      const known = taken.get(mark)
      if (known !== undefined) return known
      while (lowest < MOST_SHARES && used.has(lowest)) lowest++
      if (lowest >= MOST_SHARES) return mark % MOST_SHARES
      taken.set(mark, lowest)
      used.add(lowest)
      return lowest
    },
    known(mark, share) {
      taken.set(mark, share)
      used.add(share)
    },
    of: (mark) => taken.get(mark),
    free(mark) {
      const share = taken.get(mark)
      if (share === undefined) return
      taken.delete(mark)
      used.delete(share)
      lowest = Math.min(lowest, share)
    },
  }
}
