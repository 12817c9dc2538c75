import type { Db } from '#shared/db/open.ts'
import type { Effects } from '#shared/effects.ts'
import type { Neighbours } from '../gateway/enforcer.ts'
import type { PortBlocks } from '../gateway/port-blocks.ts'
import { createAlarms, type Alarm } from './alarms.ts'
import type { LegalHook } from './hook.ts'
import { createLegalDesk } from './legal-desk.ts'
import { keepsLog, reviewOverdue, type LegalProfile } from './profile.ts'
import { createSealedLog, type HolderKeys } from './sealed-log.ts'

/** What a log needs; without a profile that keeps one there is none of it. */
export type LegalParts = {
  /** Where the sealed files stand. */
  readonly directory: string
  readonly keys: () => HolderKeys
  readonly blocks: PortBlocks
  /** Of each session's block. */
  readonly ports: number
  publicAddress(): string | undefined
}

export type Legal = {
  /** Undefined where the profile asks for no log. */
  readonly hook: LegalHook | undefined
  /** What the operator must look after. */
  alarms(): readonly Alarm[]
  start(isLive: (id: string) => boolean): Promise<void>
  /** The kernel has forgotten everything, ports too. */
  rulesRemade(): Promise<void>
  tick(): Promise<void>
  close(): Promise<void>
}

type Around = { readonly volatile: Db; readonly boot: string; readonly neighbours: Neighbours; readonly effects: Effects }

/** @throws TypeError when the profile keeps a log and there is nothing to keep it with. */
export function createLegal(profile: LegalProfile, parts: LegalParts | undefined, { volatile, boot, neighbours, effects: outer }: Around): Legal {
  const effects = { ...outer, log: outer.log.scoped('legal') }
  const alarms = createAlarms(effects)
  if (keepsLog(profile) && !parts) throw new TypeError(`the profile ${profile.id} keeps a log: pass what it is sealed with`)
  const log = parts && keepsLog(profile) ? createSealedLog({ directory: parts.directory, keys: parts.keys, retentionDays: profile.retention.traffic, effects, alarms }) : undefined
  const desk = parts && log ? createLegalDesk({ ...parts, profile, log, volatile, effects, alarms, boot, addressesOf: (mac) => neighbours.addressesOf?.(mac) ?? [] }) : undefined
  const review = (): void => alarms.set('review_overdue', reviewOverdue(profile, effects.clock.now()))

  return {
    hook: desk,
    alarms: alarms.now,
    async start(isLive) {
      review()
      await desk?.start(isLive)
    },
    async rulesRemade() {
      await desk?.giveAll()
    },
    async tick() {
      review()
      await desk?.tick()
    },
    async close() {
      await desk?.close()
    },
  }
}
