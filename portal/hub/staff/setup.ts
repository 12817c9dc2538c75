import { canonicalBase32, encodeBase32 } from '#shared/base32.ts'
import type { Effects } from '#shared/effects.ts'
import { equalBytes } from '#shared/keyed-mac.ts'
import type { HubStore } from '../store/store.ts'

const CODE_BYTES = 10
const MOST_TRIES = 100

/** The first staff account: whoever started the hub reads a code from its screen. Kept in memory; a restart shows another. */
export type Setup = {
  /** Undefined when an account exists. */
  readonly code: string | undefined
  /** True while no account exists. */
  open(): Promise<boolean>
  /** Is this the code? Never again after a hundred wrong ones. */
  matches(typed: string): boolean
}

export async function openSetup(store: HubStore, effects: Effects): Promise<Setup> {
  const open = async () => (await store.staff.accounts()) === 0
  const code = (await open()) ? encodeBase32(effects.random(CODE_BYTES)) : undefined
  let tries = 0
  return {
    code: code?.replace(/(.{4})(?=.)/g, '$1-'),
    open,
    matches(typed) {
      if (code === undefined || ++tries > MOST_TRIES) return false
      return equalBytes(Buffer.from(canonicalBase32(typed)), Buffer.from(code))
    },
  }
}
