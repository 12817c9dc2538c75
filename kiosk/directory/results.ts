// Need tiles and typed words lead to the same thing: at most twelve cards, the useful ones first.
import type { Unmet } from '../counting.ts'
import type { Badge, CardView, Filter, ResultsView } from '../views.ts'
import { cardOf, type Catalogue, type Viewpoint } from './catalogue.ts'
import type { Entry } from './entry.ts'
import type { NeedId } from './needs.ts'
import type { Search } from './search.ts'

export const CARDS_PER_PAGE = 12
const MOST_FOUND = 200

export type Question = {
  readonly text?: string | undefined
  readonly needs: readonly NeedId[]
  readonly filters: readonly Filter[]
  readonly from: number
}

/** Open now, opens later today, nobody knows, opens another day, closed for a while. */
function urgency({ state, suspended }: CardView): number {
  if (suspended) return 4
  if (state.kind === 'open') return 0
  if (state.kind === 'unknown') return 2
  return state.opens?.inDays === 0 ? 1 : 3
}

function passes(card: CardView, filters: readonly Filter[]): boolean {
  return filters.every((filter) => (filter === 'open' ? card.state.kind === 'open' : card.badges.includes(filter satisfies Badge)))
}

function byUse(a: CardView, b: CardView): number {
  return urgency(a) - urgency(b) || (a.metres ?? Infinity) - (b.metres ?? Infinity) || 0
}

export type Answer = { readonly view: ResultsView; readonly unmet: readonly Unmet[] }

function unmetOf(needs: readonly NeedId[], cards: readonly CardView[]): Unmet[] {
  const because = cards.length === 0 ? 'nothing-found' : cards.some((card) => card.state.kind !== 'closed') ? undefined : 'nothing-open'
  if (!because) return []
  return needs.length > 0 ? needs.map((need) => ({ need, because })) : [{ need: 'other', because }]
}

/** Words keep the order of their relevance, a tile the order of use. */
export function answer(catalogue: Catalogue, search: Search, question: Question, viewpoint: Viewpoint): Answer {
  const found = question.text === undefined ? undefined : search(question.text, MOST_FOUND)
  const entries = found ? found.entries.map((n) => catalogue.byNumber(n)).filter((entry): entry is Entry => entry !== undefined) : catalogue.byNeeds(question.needs)
  const all = entries.map((entry) => cardOf(entry, viewpoint))
  if (!found) all.sort(byUse)
  const cards = all.filter((card) => passes(card, question.filters))
  const shown = cards.slice(question.from, question.from + CARDS_PER_PAGE)
  return {
    view: {
      cards: shown,
      more: Math.max(0, cards.length - question.from - shown.length),
      ...(found?.mended === undefined ? {} : { mended: found.mended }),
      ...(found?.partly ? { partly: true } : {}),
    },
    unmet: unmetOf(found ? found.needs : question.needs, all),
  }
}
