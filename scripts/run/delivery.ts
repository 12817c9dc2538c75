// From what is seen to what the hub holds: counter → ledger → outbox → push, for one gateway.
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { BatchClock } from '#shared/batch.ts'
import { countMigrations } from '#shared/count/ledger.ts'
import { createCounts, startCounts, type Counts, type CountsParts, type CountsSettings } from '#shared/count/main.ts'
import type { Observations } from '#shared/count/observations.ts'
import type { Draw } from '#shared/count/sampler.ts'
import { VOLATILE_COUNT_OPTIONS } from '#shared/count/volatile.ts'
import type { Durability } from '#shared/db/open.ts'
import type { Effects } from '#shared/effects.ts'
import { UnavailableError, UsageError } from '#shared/errors.ts'
import { reason } from '#shared/log.ts'
import { publicKey, type DeviceKey, type PublicKey } from '#shared/sign.ts'
import type { Hub } from '#portal/hub/main.ts'
import type { SignedHead } from '#portal/consent/receipt-days.ts'
import { enrol } from '#portal/sync/enrol.ts'
import type { HubFetch } from '#portal/sync/hub-fetch.ts'
import { createOutbox, outboxMigrations, readOutbox } from '#portal/sync/outbox.ts'
import { enrolAtOwnHub } from '#portal/sync/own-hub.ts'
import { startPush, type Push } from '#portal/sync/push.ts'
import { openDisk, openVolatile, type DiskStore, type Ground } from './ground.ts'
import { sitesOf } from './sites.ts'

/** Ledger and outbox share a file, because a number and its charge become durable together. */
export const COUNTS_MIGRATIONS: readonly string[] = [...countMigrations, ...outboxMigrations]
/** A code that was put on the card with the image; used once, then renamed. */
const CLAIM_FILE = 'claim.txt'

export type GatewayBooks = { readonly gateway: string; readonly key: DeviceKey; readonly store: DiskStore; readonly epoch: string }

/** Opens counts.db in `folder`. Only what can be made again may be less than `full`. */
export async function openBooks(folder: string, gateway: string, key: DeviceKey, options: { pooled?: boolean; durability?: Durability } = {}): Promise<GatewayBooks> {
  const { pooled = true, durability = 'full' } = options
  const store = await openDisk(join(folder, 'counts.db'), { migrations: COUNTS_MIGRATIONS, durability }, pooled)
  return { gateway, key, store, epoch: createOutbox(store.reader, gateway).epoch }
}

export type CountingParts = Pick<CountsParts, 'volatile' | 'draw' | 'batchClock'>

function countsParts({ store, gateway }: GatewayBooks, counting: CountingParts): CountsParts {
  const { durable, reader } = store
  return { ...counting, durable, reader, outbox: createOutbox(reader, gateway) }
}

/** The counter without timers, on a clock that its owner moves. */
export function countingByHand(settings: Omit<CountsSettings, 'gateway'>, effects: Effects, books: GatewayBooks, counting: CountingParts): Counts {
  return createCounts({ ...settings, gateway: books.gateway }, effects, countsParts(books, counting))
}

const HEAD_BOOT_BYTES = 8

/** Like a heartbeat, with a head and without a cell: its form says nothing about the day. */
export function headSender({ gateway, store }: GatewayBooks, { clock, random }: Effects, batchClock: () => BatchClock) {
  const outbox = createOutbox(store.reader, gateway)
  const boot = random(HEAD_BOOT_BYTES).toString('hex')
  return async ({ site, jws }: SignedHead): Promise<void> => {
    const { id, name, class: siteClass, timezone } = site
    const data = { boot, site: { id, name, class: siteClass, timezone }, cells: [], coverage: 0, clock: batchClock(), head: jws }
    await store.durable.write(...outbox.statements({ type: 'org.parvis.receipt-head.v1', timeMs: clock.now(), data }))
  }
}

export type Delivery = {
  readonly observations: Observations
  readonly books: GatewayBooks
  /** Makes this gateway known to the remote hub. @throws UnavailableError with the hub's reason. */
  enrol(code: string): Promise<{ gateway: string }>
  /** Sends what waits, now. */
  push(): Promise<{ outcome: string; waiting: number }>
  /** Queues a day's signed receipt head for the hub. */
  sendHead(head: SignedHead): Promise<void>
  /** One round of the counter, for clocks that leap. */
  tick(): Promise<void>
  close(): Promise<void>
}

/** The key that the hub signs with, as enrolment pinned it; undefined before. */
export function pinnedHub({ books }: Pick<Delivery, 'books'>): () => PublicKey | undefined {
  const outbox = readOutbox(books.store.reader)
  return function pinned() {
    const jwk = outbox.hub()
    return jwk === undefined ? undefined : publicKey(JSON.parse(jwk))
  }
}

export type DeliveryParts = { readonly gateway: string; readonly key: DeviceKey; readonly hub: Hub | undefined; readonly draw: Draw; readonly batchClock: () => BatchClock }

/** The gateway's counts and their way to the hub of the settings: embedded, remote, or none for now. */
export async function openDelivery(ground: Ground, { gateway, key, hub, draw, batchClock }: DeliveryParts): Promise<Delivery> {
  const { settings, directories, effects } = ground
  const books = await openBooks(directories.data, gateway, key)
  const { durable, reader } = books.store
  const volatile = openVolatile(directories, 'counts.db', VOLATILE_COUNT_OPTIONS)
  const sites = sitesOf(settings)
  const counts = await startCounts({ gateway, profile: settings.counts.profile, sites }, effects, countsParts(books, { volatile, draw, batchClock }))
  const url = hub?.origin ?? settings.hub.url
  const hubFetch: HubFetch = hub?.fetch ?? fetch
  const outbox = readOutbox(reader)
  let push: Push | undefined

  function beginPush(to: string): void {
    push ??= startPush({ url: to }, effects, { reader, durable, key, fetch: hubFetch })
  }
  async function enrolAt(code: string): Promise<{ gateway: string }> {
    if (hub || url === undefined) throw new UsageError('enrol', 'this gateway has its own hub, or none: set hub.mode = "remote" and hub.url')
    await enrol({ url, code, gateway, epoch: books.epoch, model: 'parvis' }, { key, durable, fetch: hubFetch, clock: effects.clock })
    beginPush(url)
    return { gateway }
  }
  async function claim(): Promise<void> {
    const file = join(directories.data, CLAIM_FILE)
    if (!existsSync(file)) return effects.log.warn('not_enrolled', { remedy: 'run `parvis device enrol CODE` with a code from the hub' })
    try {
      await enrolAt(readFileSync(file, 'utf8').trim())
      renameSync(file, `${file}.used`)
    } catch (error) {
      effects.log.error('enrol_failed', { reason: reason(error) })
    }
  }

  if (hub) await enrolAtOwnHub(hub, { gateway, epoch: books.epoch, key, reader, durable })
  if (url !== undefined && settings.hub.mode !== 'off') {
    if (outbox.next() === undefined) void claim()
    else beginPush(url)
  }
  return {
    observations: counts,
    books,
    enrol: enrolAt,
    sendHead: headSender(books, effects, batchClock),
    tick: counts.tick,
    async push() {
      if (!push) throw new UnavailableError('not_enrolled', 'this gateway is not enrolled at a hub')
      const { kind } = await push.drain()
      return { outcome: kind, waiting: outbox.size().batches }
    },
    async close() {
      await counts.close()
      await push?.close()
      volatile.close()
      await books.store.close()
    },
  }
}

export { VOLATILE_COUNT_OPTIONS }
