// What vouches for the wall clock of this gateway: said in receipts and batches, and on every page while it is wrong.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BatchClock } from '#shared/batch.ts'
import { every, type Cancel } from '#shared/clock.ts'
import { reason } from '#shared/log.ts'
import { publicKey } from '#shared/sign.ts'
import { watchClock, type ClockWatch } from '#portal/state/clock-floor.ts'
import { askHubTime } from '#portal/sync/hub-time.ts'
import type { Ground } from './ground.ts'
import { writeWhole } from './secrets.ts'

const ASK_EVERY_MS = 3_600_000
const FLOOR_FILE = 'time.floor'
/** A floor is for a device that wakes without a clock: a day is fine enough, and spares the card. */
const FLOOR_STEP_MS = 86_400_000

export type TimeWatch = Pick<ClockWatch, 'sync'> & {
  batchClock(): BatchClock
  /** Asks the hub now and each hour. @param hubKey the pinned hub's key as JSON, once there is one. */
  follow(hubKey: () => string | undefined): void
  close(): void
}

export function watchTime({ settings, directories, effects }: Ground): TimeWatch {
  const path = join(directories.data, FLOOR_FILE)
  let kept = existsSync(path) ? Number(readFileSync(path, 'utf8')) || 0 : 0
  const watch = watchClock(effects.clock, kept)
  const { mode, url } = settings.hub
  let cancel: Cancel = () => {}

  async function ask(hubKey: () => string | undefined): Promise<void> {
    const key = hubKey()
    if (mode !== 'remote' || url === undefined || key === undefined) return
    const { hubMs, tripMs } = await askHubTime({ url, hub: publicKey(JSON.parse(key)), fetch, clock: effects.clock, random: effects.random })
    watch.heard(hubMs, tripMs / 2)
    if (watch.floorMs() - kept < FLOOR_STEP_MS) return
    kept = watch.floorMs()
    writeWhole(path, String(kept))
  }

  return {
    sync: watch.sync,
    batchClock: () => ({ sync: watch.sync(), offset_ms: Math.round(watch.offByMs() ?? 0) }),
    follow(hubKey) {
      const round = (): void => void ask(hubKey).catch((error: unknown) => effects.log.warn('the hub does not tell the time', { reason: reason(error) }))
      round()
      cancel = every(effects.clock, ASK_EVERY_MS, round, () => {})
    },
    close: () => cancel(),
  }
}
