// The receipts on disk and the running hash over them. The daily tree of protocols.md §4 and its signed heads come later.
import { hash } from 'node:crypto'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { leafOf, type Receipt } from './receipt.ts'

const MOST_LEAVES_PER_LINK = 5_000
const FIRST_HEAD = hash('sha256', 'parvis/receipt-chain/1')

/** Repeating it changes nothing: it may come again after a stalled disk. */
export function storeReceipt({ jti, jws }: Receipt, nowMs: number): Statement {
  return { sql: 'insert or ignore into receipt (jti, minute, jws, leaf) values (?,?,?,?)', values: [jti, Math.floor(nowMs / 60_000), jws, leafOf(jws)] }
}

type Leaf = { position: number; leaf: string; jws: string | null }

/** `head' = sha256(head ‖ leaf)` for each leaf, in the order of the table. */
function extendHead(head: string, leaves: readonly Leaf[]): string {
  return leaves.reduce((so, { leaf }) => hash('sha256', so + leaf), head)
}

export type Receipts = {
  /** Links what was stored since the last call. The writer orders rows, so the chain follows it instead of leading. */
  link(): Promise<void>
  /** The signed text, while it is there. */
  jws(jti: string): string | undefined
  /** The text goes, its leaf stays: without `jti` it says nothing, and every other receipt still verifies. */
  erase(jti: string): Promise<void>
  /** Recomputes every leaf and every head; the position of the first row that does not fit, or undefined. */
  firstFlaw(): number | undefined
}

export function createReceipts({ durable, reader }: { durable: DurableWriter; reader: Db }): Receipts {
  const links = reader.prepare<[], { through: number; head: string }>('select through, head from receipt_chain order by through')
  const lastLink = reader.prepare<[], { through: number; head: string }>('select through, head from receipt_chain order by through desc limit 1')
  const after = reader.prepare<[number, number], Leaf>('select position, leaf, null as jws from receipt where position > ? order by position limit ?')
  const between = reader.prepare<[number, number], Leaf>('select position, leaf, jws from receipt where position > ? and position <= ? order by position')
  const byJti = reader.prepare<[string], { jws: string | null }>('select jws from receipt where jti = ?')

  let linking: Promise<void> | undefined

  async function linkNext(): Promise<void> {
    const { through, head } = lastLink.get() ?? { through: 0, head: FIRST_HEAD }
    const leaves = after.all(through, MOST_LEAVES_PER_LINK)
    const last = leaves.at(-1)
    if (last) await durable.write({ sql: 'insert into receipt_chain values (?,?)', values: [last.position, extendHead(head, leaves)] })
  }

  return {
    // One at a time: on a slow disk a second call would add the same link again.
    link: () => (linking ??= linkNext().finally(() => (linking = undefined))),
    jws: (jti) => byJti.get(jti)?.jws ?? undefined,
    erase: (jti) => durable.write({ sql: "update receipt set jws = null, jti = 'erased-' || position where jti = ?", values: [jti] }),
    firstFlaw() {
      let before = { through: 0, head: FIRST_HEAD }
      for (const link of links.all()) {
        const leaves = between.all(before.through, link.through)
        const wrong = leaves.find((row) => row.jws !== null && leafOf(row.jws) !== row.leaf)
        if (wrong) return wrong.position
        if (extendHead(before.head, leaves) !== link.head) return link.through
        before = link
      }
      return undefined
    },
  }
}
