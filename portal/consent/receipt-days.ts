// Each site-day's receipts under one signed head (protocols.md §4): the tree is filled with random leaves to a fixed size, so that
// neither the head nor a path tells how many receipts there were.
import { createSecretKey, hash } from 'node:crypto'
import type { Clock } from '#shared/clock.ts'
import { siteDayAt, type SiteDay } from '#shared/site-day.ts'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { mac } from '#shared/keyed-mac.ts'
import { nextTurn } from '#shared/next-turn.ts'
import type { Site, SiteClass } from '#shared/place.ts'
import { HEAD_TYP, readHead, type Head } from '#shared/receipt-head.ts'
import type { PublicKey } from '#shared/sign.ts'
import { createOverdue } from './overdue.ts'
import { growTree, type Tree } from './merkle.ts'
import type { Signer } from './receipt.ts'
import type { StoredReceipt } from './receipts.ts'

/** Sizes, in powers of two: a day that outgrows its own takes the next, and no size between. */
const HEIGHTS: Readonly<Record<SiteClass, readonly number[]>> = { square: [10, 16, 20], busy: [16, 20] }
const SEED_BYTES = 32
const FILLER = 'parvis/receipt-filler/1'
const DAY_MS = 86_400_000

type Open = { site: string; day: string; seed: Buffer; after: number }
type Closed = Open & { class: string; through: number; root: string; head: string }

/** Where a receipt stands under the head of its day. */
export type Proof = { readonly head: string; readonly index: number; readonly path: readonly string[] }
export type SignedHead = { readonly site: Site; readonly day: string; readonly jws: string }

export type ReceiptDays = {
  /** Opens and closes days that are due, sends heads that wait, and lets go of what is past its time. */
  tick(): Promise<void>
  /** Undefined while the receipt's day has not closed. */
  proof(receipt: StoredReceipt): Promise<Proof | undefined>
  /** Grows every tree anew; the first day whose rows or head are not what was signed, or undefined. */
  firstFlaw(key: PublicKey): Promise<{ site: string; day: string } | undefined>
}

export type ReceiptDaysParts = {
  readonly durable: DurableWriter
  readonly reader: Db
  readonly sites: readonly Site[]
  readonly gateway: string
  readonly sign: Signer
  random(length: number): Buffer
  readonly clock: Clock
  /** Days that a receipt is kept after its own. */
  readonly keepDays: number
  /** Deletes receipts and their links up to a position. */
  drop(position: number): Promise<void>
  /** Hands a head to the outbox; absent where no hub is told. */
  readonly send: ((head: SignedHead) => Promise<void>) | undefined
}

/** By value, in heaps of one first byte each: hashes fall evenly, and no heap holds the loop for long. */
async function inOrder(leaves: readonly Buffer[]): Promise<Buffer[]> {
  const heaps: Buffer[][] = Array.from({ length: 256 }, () => [])
  for (const leaf of leaves) heaps[leaf[0] ?? 0]?.push(leaf)
  const sorted: Buffer[] = []
  for (const [first, heap] of heaps.entries()) {
    if (first % 8 === 7) await nextTurn()
    sorted.push(...heap.sort(Buffer.compare))
  }
  return sorted
}

/** In the order of their values, which a receipt's time and place in the table have no part in. */
async function treeOf(leaves: readonly Buffer[], seed: Uint8Array, siteClass: SiteClass): Promise<Tree> {
  const heights = HEIGHTS[siteClass]
  const height = heights.find((one) => leaves.length <= 2 ** one) ?? heights.at(-1) ?? 0
  const key = createSecretKey(seed)
  const all = leaves.slice(0, 2 ** height)
  for (let n = 0; all.length < 2 ** height; n++) {
    all.push(mac(key, FILLER, String(n)))
    if (n % 1_024 === 1_023) await nextTurn()
  }
  return growTree(await inOrder(all))
}

export function createReceiptDays(parts: ReceiptDaysParts): ReceiptDays {
  const { durable, reader, sites, clock } = parts
  const overdue = createOverdue(clock)
  const oldest = reader.prepare<[], string | null>('select min(day) from receipt_day where through is not null').pluck()
  const open = reader.prepare<[string], Open>('select site, day, seed, after from receipt_day where site = ? and through is null')
  const lastClosed = reader.prepare<[string], Closed>('select * from receipt_day where site = ? and through is not null order by day desc limit 1')
  const ofPosition = reader.prepare<[string, number, number], Closed>('select * from receipt_day where site = ? and after < ? and through >= ?')
  const closed = reader.prepare<[], Closed>('select * from receipt_day where through is not null order by site, day')
  const unsent = reader.prepare<[], Closed>('select * from receipt_day where through is not null and sent = 0 order by day')
  const rows = reader.prepare<[string, number], { position: number; minute: number; leaf: string }>('select position, minute, leaf from receipt where site = ? and position > ? order by position')
  const leavesOf = reader.prepare<[string, number, number], { leaf: string }>('select leaf from receipt where site = ? and position > ? and position <= ?')
  const staleThrough = reader.prepare<[string, string], number | null>('select max(through) from receipt_day where site = ? and day < ?').pluck()
  const nextRow = reader.prepare<[string, number], number>('select position from receipt where site = ? and position > ? order by position limit 1').pluck()
  let ticking: Promise<void> | undefined
  /** The tree that was asked for last: the day after, everybody asks for the same. */
  let grown: { site: string; day: string; tree: Promise<Tree> } | undefined

  const newDay = (site: Site, day: string, after: number): Statement => ({ sql: 'insert into receipt_day (site, day, seed, after) values (?,?,?,?)', values: [site.id, day, parts.random(SEED_BYTES), after] })

  /** Up to the first receipt of the new day; one that a full disk held back comes into the tree of the day it was written. */
  async function close(site: Site, day: Open, today: SiteDay): Promise<void> {
    const all = rows.all(site.id, day.after)
    const next = all.findIndex(({ minute }) => minute * 60_000 >= today.startsMs)
    const own = next < 0 ? all : all.slice(0, next)
    const through = own.at(-1)?.position ?? day.after
    const tree = await treeOf(own.map(({ leaf }) => Buffer.from(leaf, 'hex')), day.seed, site.class)
    const { root } = tree
    grown = { site: site.id, day: day.day, tree: Promise.resolve(tree) }
    const before = lastClosed.get(site.id)
    const head: Head = { iss: parts.gateway, site: site.id, day: day.day, root: root.toString('hex'), prev: before ? hash('sha256', before.head) : null }
    const jws = await parts.sign(HEAD_TYP, JSON.stringify(head))
    await durable.write(
      { sql: 'update receipt_day set through = ?, root = ?, head = ?, class = ?, sent = ? where site = ? and day = ?', values: [through, head.root, jws, site.class, parts.send ? 0 : 1, site.id, day.day] },
      newDay(site, today.day, through),
    )
  }

  async function follow(site: Site): Promise<void> {
    const today = siteDayAt(clock.now(), site.timezone, site.closeAt)
    const day = open.get(site.id)
    const before = lastClosed.get(site.id)
    if (!day) await durable.write(newDay(site, today.day, before?.through ?? 0))
    else if (day.day < today.day) await close(site, day, today)
    // A clock that had run ahead: no day closes twice, and none waits for years.
    else if (day.day > today.day && (before === undefined || before.day < today.day)) {
      await durable.write({ sql: 'update receipt_day set day = ? where site = ? and through is null', values: [today.day, site.id] })
    }
  }

  async function sendWaiting(): Promise<void> {
    const { send } = parts
    if (!send) return
    for (const { site: id, day, head } of unsent.all()) {
      const site = sites.find((one) => one.id === id)
      // Sent again after a kill in between: the hub knows it already then.
      if (site) await send({ site, day, jws: head })
      await durable.write({ sql: 'update receipt_day set sent = 1 where site = ? and day = ?', values: [id, day] })
    }
  }

  async function letGo(): Promise<void> {
    const before = new Date(clock.now() - parts.keepDays * DAY_MS).toISOString().slice(0, 10)
    if (!overdue((oldest.get() ?? before) < before)) return
    const bounds = sites.map(({ id }) => ({ through: staleThrough.get(id, before) ?? 0, id }))
    // Positions are one row of numbers for all sites: nothing goes that stands behind another site's younger receipt.
    const end = Math.min(Math.max(...bounds.map(({ through }) => through)), ...bounds.map(({ id, through }) => (nextRow.get(id, through) ?? Infinity) - 1))
    if (end > 0) await parts.drop(end)
    await durable.write({ sql: 'delete from receipt_day where day < ? and sent = 1 and through <= ?', values: [before, end] })
  }

  async function tick(): Promise<void> {
    for (const site of sites) await follow(site)
    await sendWaiting()
    await letGo()
  }

  function treeAt(day: Closed, site: string): Promise<Tree> {
    if (grown?.site === site && grown.day === day.day) return grown.tree
    const leaves = leavesOf.all(site, day.after, day.through).map(({ leaf }) => Buffer.from(leaf, 'hex'))
    const tree = treeOf(leaves, day.seed, day.class === 'busy' ? 'busy' : 'square')
    grown = { site, day: day.day, tree }
    return tree
  }

  return {
    // One at a time: on a slow disk a second call would close the same day again.
    tick: () => (ticking ??= tick().finally(() => (ticking = undefined))),
    async proof({ site, position, jws }) {
      const day = ofPosition.get(site, position, position)
      if (!day) return undefined
      const tree = await treeAt(day, site)
      const leaf = hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(jws, 'ascii')]), 'buffer')
      const index = tree.indexOf(leaf)
      return index === undefined ? undefined : { head: day.head, index, path: tree.pathOf(index).map((one) => one.toString('hex')) }
    },
    async firstFlaw(key) {
      const heads = new Map<string, string>()
      for (const day of closed.all()) {
        const flaw = { site: day.site, day: day.day }
        grown = undefined
        const { root } = await treeAt(day, day.site)
        const before = heads.get(day.site)
        heads.set(day.site, day.head)
        try {
          const head = readHead(day.head, key)
          if (head.root !== root.toString('hex') || head.site !== day.site || head.day !== day.day) return flaw
          if (before !== undefined && head.prev !== hash('sha256', before)) return flaw
        } catch {
          return flaw
        }
      }
      return undefined
    },
  }
}
