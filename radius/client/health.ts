import type { Cancel, Clock } from '#shared/clock.ts'
import type { Patience } from './line.ts'

/** Whether a server can be expected to answer: one that did not is asked last, and probed until it does. */
export type Health = {
  readonly silent: boolean
  sawReply(): void
  sawSilence(): void
  close(): void
}

/** @param probe sends one Status-Server (RFC 5997) and tells whether it was answered. */
export function watchHealth(probe: () => Promise<boolean>, patience: Patience, clock: Clock): Health {
  let silentSinceMs: number | undefined
  let cancel: Cancel = () => undefined

  function recover(): void {
    silentSinceMs = undefined
    cancel()
  }
  function probeLater(): void {
    cancel = clock.after(patience.probeEveryMs, () => void probeNow())
  }
  async function probeNow(): Promise<void> {
    const answered = await probe()
    if (silentSinceMs === undefined) return
    if (answered || clock.monotonic() - silentSinceMs >= patience.reviveAfterMs) recover()
    else probeLater()
  }

  return {
    get silent() {
      return silentSinceMs !== undefined
    },
    sawReply: recover,
    sawSilence() {
      if (silentSinceMs !== undefined) return
      silentSinceMs = clock.monotonic()
      probeLater()
    },
    close: recover,
  }
}
