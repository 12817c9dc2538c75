import type { Effects } from '#shared/effects.ts'

/** What the operator must hear, in words; none of it says anything of a visitor. */
export const ALARMS = {
  review_overdue: 'The legal profile should have been reviewed by now: look at the law and at the newest version.',
  key_missing: 'There is no key of holder A for today: nothing is logged. Bring the public file of the coming quarter.',
  keys_run_out: 'Holder A’s keys end within a fortnight. Bring the public file of the coming quarter.',
  disk: 'The sealed log cannot be written.',
  lost: 'Records of the sealed log were lost.',
  blocks: 'The kernel does not take the blocks of ports: sessions leave without them, and a request may find nobody, or somebody else.',
  ports: 'More sessions than blocks of ports: some share a block, and a request may find more than one.',
} as const
export type Alarm = keyof typeof ALARMS

export type Alarms = {
  set(alarm: Alarm, on: boolean): void
  /** Those that sound now. */
  now(): readonly Alarm[]
}

/** Each is logged once when it begins and once when it ends, and is a gauge all the while. */
export function createAlarms({ log, metrics }: Pick<Effects, 'log' | 'metrics'>): Alarms {
  const sounding = new Set<Alarm>()
  for (const alarm of Object.keys(ALARMS)) metrics.gauge('parvis_legal_alarm', '1 while the operator must look after the legal log.', () => Number(sounding.has(alarm as Alarm)), { alarm })
  return {
    set(alarm, on) {
      if (sounding.has(alarm) === on) return
      if (on) {
        sounding.add(alarm)
        log.error(`legal_${alarm}`, { remedy: ALARMS[alarm] })
      } else {
        sounding.delete(alarm)
        log.info(`legal_${alarm}_over`)
      }
    },
    now: () => [...sounding],
  }
}
