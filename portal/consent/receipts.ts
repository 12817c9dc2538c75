// The receipts on disk and the running hash over them; the trees over whole days are in receipt-days.ts.
import { hash } from 'node:crypto'
import type { DurableWriter } from '#shared/db/durable-writer.ts'
import type { Statement } from '#shared/db/group-commit.ts'
import type { Db } from '#shared/db/open.ts'
import { jtiOf, leafOf, type Receipt } from './receipt.ts'
import type { WithdrawalCode } from '../session/session.ts'

const MOST_LEAVES_PER_LINK = 5_000
/** Withdrawals that one code may add: one for each optional consent, and some for changes of mind. */
export const MOST_FOLLOWING = 16
const FIRST_HEAD = hash('sha256', 'parvis/receipt-chain/1')

/** Repeating it changes nothing: it may come again after a stalled disk. */
export function storeReceipt({ jti, site, jws }: Receipt, nowMs: number): Statement {
  return { sql: 'insert or ignore into receipt (jti, minute, jws, leaf, site) values (?,?,?,?,?)', values: [jti, Math.floor(nowMs / 60_000), jws, leafOf(jws), site] }
}

/** The text goes, its leaf stays: without `jti` it says nothing, and every other receipt still verifies. */
export function eraseReceipt(jti: string): Statement {
  return { sql: "update receipt set jws = null, jti = 'erased-' || position where jti = ?", values: [jti] }
}

type Leaf = { position: number; leaf: string; jws: string | null }
type Link = { through: number; head: string; anchor: number }

/** `head' = sha256(head ‖ leaf)` for each leaf, in the order of the table. */
function extendHead(head: string, leaves: readonly Leaf[]): string {
  return leaves.reduce((so, { leaf }) => hash('sha256', so + leaf), head)
}

export type StoredReceipt = { readonly jti: string; readonly position: number; readonly site: string; readonly jws: string }

export type Receipts = {
  /** Links what was stored since the last call. The writer orders rows, so the chain follows it instead of leading. */
  link(): Promise<void>
  /** The signed text, while it is there. */
  jws(jti: string): string | undefined
  /** The receipt of a code and what followed on it, oldest first. */
  of(code: WithdrawalCode): StoredReceipt[]
  /** Takes the text away: from the row at once, from the log and the free pages now or within a minute. */
  erase(...jtis: string[]): Promise<void>
  /** Deletes, row and leaf, what was written up to `position` and is linked. */
  drop(position: number): Promise<void>
  /** Tries again what a busy disk did not forget. */
  tidy(): void
  /** Recomputes every leaf and every head; the position of the first row that does not fit, or undefined. */
  firstFlaw(): number | undefined
}

export function createReceipts({ durable, reader }: { durable: DurableWriter; reader: Db }): Receipts {
  const links = reader.prepare<[], Link>('select through, head, anchor from receipt_chain order by through')
  const lastLink = reader.prepare<[], Link>('select through, head, anchor from receipt_chain order by through desc limit 1')
  const linkBefore = reader.prepare<[number], Link>('select through, head, anchor from receipt_chain where through <= ? order by through desc limit 1')
  const after = reader.prepare<[number, number], Leaf>('select position, leaf, null as jws from receipt where position > ? order by position limit ?')
  const between = reader.prepare<[number, number], Leaf>('select position, leaf, jws from receipt where position > ? and position <= ? order by position')
  const byJti = reader.prepare<[string], StoredReceipt>('select jti, position, site, jws from receipt where jti = ? and jws is not null')

  let linking: Promise<void> | undefined
  let toForget = false

  async function linkNext(): Promise<void> {
    const { through, head } = lastLink.get() ?? { through: 0, head: FIRST_HEAD }
    const leaves = after.all(through, MOST_LEAVES_PER_LINK)
    const last = leaves.at(-1)
    if (last) await durable.write({ sql: 'insert into receipt_chain (through, head) values (?,?)', values: [last.position, extendHead(head, leaves)] })
  }

  function tidy(): void {
    if (toForget) toForget = !durable.forget()
  }

  return {
    // One at a time: on a slow disk a second call would add the same link again.
    link: () => (linking ??= linkNext().finally(() => (linking = undefined))),
    jws: (jti) => byJti.get(jti)?.jws,
    of(code) {
      const found: StoredReceipt[] = []
      for (let place = 0; place <= MOST_FOLLOWING; place++) {
        const row = byJti.get(jtiOf(code, place))
        if (!row) break
        found.push(row)
      }
      return found
    },
    async erase(...jtis) {
      await durable.write(...jtis.map(eraseReceipt))
      toForget = true
      tidy()
    },
    async drop(position) {
      const link = linkBefore.get(position)
      if (!link || link.anchor === 1) return
      await durable.write(
        { sql: 'delete from receipt where position <= ?', values: [link.through] },
        { sql: 'delete from receipt_chain where through < ?', values: [link.through] },
        { sql: 'update receipt_chain set anchor = 1 where through = ?', values: [link.through] },
      )
      toForget = true
      tidy()
    },
    tidy,
    firstFlaw() {
      let before = { through: 0, head: FIRST_HEAD }
      for (const link of links.all()) {
        // What the anchor stands for was deleted when its time had come; the chain goes on from it.
        if (link.anchor === 0) {
          const leaves = between.all(before.through, link.through)
          const wrong = leaves.find((row) => row.jws !== null && leafOf(row.jws) !== row.leaf)
          if (wrong) return wrong.position
          if (extendHead(before.head, leaves) !== link.head) return link.through
        }
        before = link
      }
      return undefined
    },
  }
}
