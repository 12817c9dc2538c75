import type { Cancel, Clock } from '#shared/clock.ts'
import type { Patience } from './line.ts'

/** Whether a server can be expected to answer: one that did not is asked last, and probed until it does. */
export type Health = {
  readonly silent: boolean
  sawReply(): void
  /** Probes at once: often it is only one question, or one name, to which the server has no answer. */
  sawSilence(): void
  close(): void
}

/**
 * @param probe sends one Status-Server (RFC 5997) and tells whether it was answered.
 * @param tell called at each silence, and when it is over.
 */
export function watchHealth(probe: () => Promise<boolean>, patience: Patience, clock: Clock, tell: (silent: boolean) => void): Health {
  let silentSinceMs: number | undefined
  let cancel: Cancel = () => undefined

  function forget(): void {
    silentSinceMs = undefined
    cancel()
  }
  function recover(): void {
    if (silentSinceMs === undefined) return
    forget()
    tell(false)
  }
  function probeLater(): void {
    cancel = clock.after(patience.probeEveryMs, () => void probeNow())
  }
  async function probeNow(): Promise<void> {
    const sinceMs = silentSinceMs
    const answered = await probe()
    if (sinceMs === undefined || silentSinceMs !== sinceMs) return
    if (answered || clock.monotonic() - sinceMs >= patience.reviveAfterMs) recover()
    else probeLater()
  }

  return {
    get silent() {
      return silentSinceMs !== undefined
    },
    sawReply: recover,
    sawSilence() {
      tell(true)
      if (silentSinceMs !== undefined) return
      silentSinceMs = clock.monotonic()
      void probeNow()
    },
    close: forget,
  }
}
