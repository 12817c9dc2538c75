import type { CardView } from '../../views.ts'
import { goDetail } from '../state.ts'
import { Badges } from './badges.tsx'
import { Pictogram } from './pictograms.tsx'
import { Said } from './said.tsx'
import { StateChip } from './state-chip.tsx'
import { Way } from './way.tsx'

/** The button spans the whole card (see cards.css); its name alone is what is read first. */
export function Card({ card }: { card: CardView }) {
  return (
    <li class="card">
      <span class="picture"><Pictogram name={card.tile} /></span>
      <div class="words">
        <h2><button type="button" onClick={() => void goDetail(card.id)}><Said {...card.name} /></button></h2>
        {card.organization !== undefined && <p class="quiet"><bdi>{card.organization}</bdi></p>}
        <p class="facts"><StateChip card={card} /><Way card={card} /></p>
        <Badges card={card} />
      </div>
    </li>
  )
}

export function Cards({ cards }: { cards: readonly CardView[] }) {
  return <ul class="cards">{cards.map((card) => <Card key={card.id} card={card} />)}</ul>
}
