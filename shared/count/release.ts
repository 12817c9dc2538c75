/**
 * The act of letting go. Once per quarter of an hour and site: one durable write {charge, cells, batch}, then a look at what the
 * medium holds, and only what is found there is forgotten here. Any step may be the last one before a crash.
 */
import { BATCH_EVERY_MS, type BatchClock, type BatchDraft } from '../batch.ts'
import type { DurableWriter } from '../db/durable-writer.ts'
import type { Statement } from '../db/group-commit.ts'
import type { Effects } from '../effects.ts'
import { reason } from '../log.ts'
import type { Site, SiteId } from '../place.ts'
import type { Days, History } from './days.ts'
import { cellsDraft, coverage, heartbeatDraft, type Closing, type openDrafts } from './drafts.ts'
import { ledgerStatements, type LedgerReader } from './ledger.ts'
import type { Outbox } from './outbox-seam.ts'

export type ReleaseParts = {
  readonly drafts: ReturnType<typeof openDrafts>
  readonly days: Days
  readonly ledger: LedgerReader
  readonly durable: DurableWriter
  readonly outbox: Outbox
  readonly batchClock: () => BatchClock
  /** The ledger's past, remembered; it is told when there is more of it. */
  readonly history: History & { forget(site: SiteId): void }
}

type Settings = { readonly gateway: string; readonly sites: readonly Site[]; readonly demo?: boolean }
type Made = { readonly site: SiteId; readonly opens: boolean; readonly statements: readonly Statement[] }

/** One round for all sites. Refused writes are logged and come again, with the same numbers, in a later round. */
export function createRelease({ gateway, sites, demo = false }: Settings, { clock, log, metrics }: Effects, parts: ReleaseParts): () => Promise<void> {
  const { drafts, days, ledger, durable, outbox } = parts
  const boot = days.boot.id
  const charge = ledgerStatements(gateway, boot)
  const batches = metrics.counter('parvis_batches_made_total', 'Batches written to the outbox')
  const refusals = metrics.counter('parvis_batch_writes_refused_total', 'Batch writes that the disk refused')

  /** Forgets what the file holds: after a write, and after a crash between a write and this. */
  function settle(): void {
    for (const due of drafts.frozen()) {
      const entries = drafts.entriesOf(due)
      if (!entries.every(({ release, values, fromMs }) => ledger.released(due.site, due.day, release.key, boot, fromMs) === values.size)) continue
      drafts.clear(due)
      parts.history.forget(due.site)
    }
  }

  function heartbeatCoverage(site: SiteId, quarterMs: number): number {
    const since = days.countingSince(site)
    return since === undefined ? 0 : coverage(quarterMs - Math.max(since, quarterMs - BATCH_EVERY_MS), BATCH_EVERY_MS)
  }

  function draftFor(site: Site, closing: Closing | undefined, quarterMs: number): BatchDraft {
    const frame = { boot, demo, clock: parts.batchClock(), quarterMs }
    return closing ? cellsDraft(site, closing, frame) : heartbeatDraft(site, heartbeatCoverage(site.id, quarterMs), frame)
  }

  function openingStatements(site: SiteId): Statement[] {
    const opening = days.lastOpening(site)
    if (!opening || parts.history.openings(site).some(({ day, boot }) => day === opening.day && boot === opening.boot)) return []
    return [charge.opening(site, opening)]
  }

  function make(site: Site, closing: Closing | undefined, quarterMs: number): Made {
    const entries = closing?.entries.flatMap((entry) => charge.entry(closing.account, entry, quarterMs)) ?? []
    const batch = outbox.statements(draftFor(site, closing, quarterMs))
    // No number leaves before its site-day's opening is on record, because a crash after that must not buy another one.
    const opening = openingStatements(site.id)
    return { site: site.id, opens: opening.length > 0, statements: [...opening, ...entries, charge.batch(site.id, quarterMs), ...batch] }
  }

  async function write(made: readonly Made[]): Promise<void> {
    try {
      await durable.write(...made.flatMap(({ statements }) => statements))
    } catch (error) {
      refusals()
      log.error('batch_write_refused', { reason: reason(error), sites: made.length })
      throw error
    }
  }

  /** One site's bad write must not hold back the others, but one fsync for all is what a slow card can bear. */
  async function writeAll(made: readonly Made[], quarterMs: number): Promise<void> {
    try {
      await write(made)
    } catch {
      if (made.length < 2) return
      const already = ledger.made()
      const left = made.filter(({ site }) => already.get(site) !== quarterMs)
      for (const one of left) await write([one]).catch(() => undefined)
    }
  }

  return async function round() {
    days.checkpoint()
    settle()
    const quarterMs = Math.floor(clock.now() / BATCH_EVERY_MS) * BATCH_EVERY_MS
    const before = ledger.made()
    const waiting = sites.filter((site) => before.get(site.id) !== quarterMs)
    if (waiting.length === 0) return
    const closings = drafts.closings(quarterMs)
    const made = waiting.map((site) => make(site, take(closings.get(site.id)), quarterMs))
    await writeAll(made, quarterMs)
    settle()
    const after = ledger.made()
    batches(waiting.filter((site) => after.get(site.id) === quarterMs).length)
    for (const { site, opens } of made) if (opens) parts.history.forget(site)
  }

  function take(due: Closing['due'] | undefined): Closing | undefined {
    const [first] = due ?? []
    if (!due || !first) return undefined
    drafts.freeze(due)
    for (const one of due) if (one.period === 'hour') days.freeze(one.site, one.fromMs)
    return { account: { site: first.site, day: first.day, profile: first.profile }, due, entries: due.flatMap((one) => drafts.entriesOf(one)) }
  }
}
