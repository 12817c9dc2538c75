/**
 * What slows down the guessing of a person's password: one check at a time for a name, and a delay after each wrong one. All names have
 * it, those that do not exist too, or waiting would tell which do. Where somebody has signed in, that device waits for itself alone, so
 * that who guesses a name elsewhere does not keep its owner out.
 */
import type { Clock } from '#shared/clock.ts'
import { createDelays, forgetOldest } from '../access/delays.ts'

const MOST_NAMES = 8_192
/** Of one account: whoever has one and invents devices takes nobody else's place. */
const MOST_DEVICES = 8

/** Somebody tries a name at a device. Both are keyed hashes, the device's under a key of this process: no name is kept. */
export type Try = { readonly name: string; readonly device: string | undefined }
/** One try that is being decided. */
export type Turn = {
  right(): void
  wrong(): void
  /** Ends it, whatever came of it: the next may begin. */
  leave(): void
}
export type Tries = {
  /** Undefined when it is too soon for this name, or another try of it is being decided. */
  begin(one: Try): Turn | undefined
}

export function createTries(clock: Pick<Clock, 'monotonic' | 'after'>): Tries {
  const delays = createDelays(clock)
  const deciding = new Set<string>()
  // Devices at which the password was right since we started, in the order in which their names last had one.
  const proved = new Map<string, Set<string>>()

  function remember({ name, device }: Try): void {
    if (device === undefined) return
    const devices = proved.get(name) ?? new Set()
    proved.delete(name)
    proved.set(name, devices)
    devices.delete(device)
    devices.add(device)
    if (devices.size > MOST_DEVICES) forgetOldest(devices)
    if (proved.size > MOST_NAMES) forgetOldest(proved)
  }

  /** Not without any delay: a device's address can be seen on the air and borrowed. */
  function waiterOf({ name, device }: Try): string {
    return device !== undefined && proved.get(name)?.has(device) ? `${name} ${device}` : name
  }

  return {
    begin(one) {
      const waiter = waiterOf(one)
      if (deciding.has(waiter) || delays.waits(waiter)) return undefined
      deciding.add(waiter)
      return {
        right() {
          delays.right(waiter)
          remember(one)
        },
        wrong: () => void delays.wrong(waiter),
        leave: () => void deciding.delete(waiter),
      }
    },
  }
}
