import type { CardView } from '../../views.ts'
import { language } from '../state.ts'
import { t } from '../translate.ts'
import { distanceText } from '../wording.ts'
import { Pictogram } from './pictograms.tsx'

/** How far it is, on the map and on foot. */
export function Way({ card: { metres, walk } }: { card: CardView }) {
  if (metres === undefined || walk === undefined) return null
  return (
    <span class="way">
      <Pictogram name="walk" mirror />
      <span>{t.value('distance.walk', { count: walk })}</span>
      <span class="quiet">· {distanceText(metres, t.value, language.value)}</span>
    </span>
  )
}
