import type { CardView } from '../../views.ts'
import { language } from '../state.ts'
import { t } from '../translate.ts'
import { closesSoon, stateText } from '../wording.ts'
import { StateSign } from './pictograms.tsx'

/** Open, closed or unknown: a colour, a sign and words. */
export function StateChip({ card }: { card: Pick<CardView, 'state' | 'suspended'> }) {
  const kind = card.suspended ? 'closed' : closesSoon(card) ? 'soon' : card.state.kind
  return <span class={`chip ${kind}`}><StateSign kind={kind} />{stateText(card, t.value, language.value)}</span>
}
