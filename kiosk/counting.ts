import type { NeedId } from './directory/needs.ts'

/** A need that the directory did not meet. Holds no word of what was typed. */
export type Unmet = {
  /** `other` when the words stand for no need we know. */
  readonly need: NeedId | 'other'
  readonly because: 'nothing-found' | 'nothing-open'
}

/** What other roles may lend the kiosk; absent ones leave their part undone. */
export type KioskParts = {
  /** Told of each unmet need at the screen itself. Whoever counts it bounds and noises it first. */
  readonly unmet?: (unmet: Unmet) => void
}
