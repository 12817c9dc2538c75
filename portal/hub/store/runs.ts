import type { Db } from '#shared/db/open.ts'
import type { Ranges } from '#shared/batch.ts'

/** A reply names at most so many gaps; the next one names the rest. */
const MOST_GAPS = 64
/** `seq` begins here in each epoch. */
const FIRST_SEQ = 1

/**
 * Which numbers have arrived, as unbroken runs: a gap is seen without reading years of batches.
 * Works inside the caller's transaction.
 */
export function createRuns(db: Db): { add(gateway: string, epoch: string, seq: number): void; missing(gateway: string, epoch: string): Ranges } {
  const before = db.prepare('select first from run where gateway = ? and epoch = ? and last = ?').pluck()
  const after = db.prepare('select last from run where gateway = ? and epoch = ? and first = ?').pluck()
  const remove = db.prepare('delete from run where gateway = ? and epoch = ? and first = ?')
  const extend = db.prepare('update run set last = ? where gateway = ? and epoch = ? and first = ?')
  const put = db.prepare('insert into run values (?, ?, ?, ?)')
  const list = db.prepare('select first, last from run where gateway = ? and epoch = ? order by first limit ?').raw()

  return {
    add(gateway, epoch, seq) {
      const first = before.get(gateway, epoch, seq - 1) as number | undefined
      const last = after.get(gateway, epoch, seq + 1) as number | undefined
      if (last !== undefined) remove.run(gateway, epoch, seq + 1)
      if (first === undefined) put.run(gateway, epoch, seq, last ?? seq)
      else extend.run(last ?? seq, gateway, epoch, first)
    },
    missing(gateway, epoch) {
      const gaps: [number, number][] = []
      let expected = FIRST_SEQ
      for (const [first, last] of list.all(gateway, epoch, MOST_GAPS + 1) as [number, number][]) {
        if (first > expected) gaps.push([expected, first - 1])
        expected = last + 1
      }
      return gaps.slice(0, MOST_GAPS)
    },
  }
}
