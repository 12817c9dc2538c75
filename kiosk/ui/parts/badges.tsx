import type { CardView } from '../../views.ts'
import { t } from '../translate.ts'
import { Pictogram } from './pictograms.tsx'

export function Badges({ card: { badges, trust } }: { card: CardView }) {
  if (badges.length === 0) return null
  return (
    <ul class="badges">
      {badges.map((badge) => (
        <li class={badge}>
          <Pictogram name={badge} />
          {t.value(`badge.${badge}`)}
          {badge === 'informal' && trust && <span class="trust"> · {t.value(`trust.${trust}`)}</span>}
        </li>
      ))}
    </ul>
  )
}
