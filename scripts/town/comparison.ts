import type { CellRow, SiteRow } from '#portal/hub/store/store.ts'
import type { Truth } from './truth.ts'

/** A released cell beside what the script did. */
export type Compared = { readonly cell: CellRow; readonly truth: number; readonly difference: number; readonly sd: number }
export type ComparedSite = { readonly site: SiteRow; readonly cells: readonly Compared[] }

const lowest = (bin: string): number => Number.parseInt(bin, 10) || 0
/** By time, and bins by what they begin with rather than by spelling. */
function inOrder(a: CellRow, b: CellRow): number {
  return a.fromMs - b.fromMs || b.toMs - a.toMs || a.release.localeCompare(b.release) || lowest(a.bin) - lowest(b.bin)
}

/** Cells of releases that the script does not act out are left away. */
export function compare(releases: readonly { site: SiteRow; cells: readonly CellRow[] }[], truth: Truth): ComparedSite[] {
  return releases.map(({ site, cells }) => ({
    site,
    cells: cells.toSorted(inOrder).flatMap((cell) => {
      const value = truth.value(cell)
      return value === undefined ? [] : [{ cell, truth: value, difference: cell.value - value, sd: cell.sdMilli / 1_000 }]
    }),
  }))
}
