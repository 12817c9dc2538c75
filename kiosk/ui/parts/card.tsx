import type { CardView } from '../../views.ts'
import { goDetail, home } from '../state.ts'
import { Badges } from './badges.tsx'
import { Pictogram } from './pictograms.tsx'
import { Said } from './said.tsx'
import { StateChip } from './state-chip.tsx'
import { Way } from './way.tsx'

/** The need that brought us here, else the first the service answers. */
function pictureOf({ needs, tile }: CardView, under: string | undefined): string {
  const here = home.value?.tiles.find((one) => one.id === under)?.needs
  return needs.find((need) => here?.some((one) => one.id === need)) ?? needs[0] ?? tile
}

/** The button spans the whole card (see cards.css); its name alone is what is read first. */
export function Card({ card, under }: { card: CardView; under?: string | undefined }) {
  return (
    <li class="card">
      <span class="picture"><Pictogram name={pictureOf(card, under)} /></span>
      <div class="words">
        <h2><button type="button" onClick={() => void goDetail(card.id)}><Said {...card.name} /></button></h2>
        {card.organization !== undefined && card.organization !== card.name.text && <p class="quiet"><bdi>{card.organization}</bdi></p>}
        <p class="facts"><StateChip card={card} /><Way card={card} /></p>
        <Badges card={card} />
      </div>
    </li>
  )
}

/** @param under the tile they are shown under. */
export function Cards({ cards, under }: { cards: readonly CardView[]; under?: string | undefined }) {
  return <ul class="cards">{cards.map((card) => <Card key={card.id} card={card} under={under} />)}</ul>
}
