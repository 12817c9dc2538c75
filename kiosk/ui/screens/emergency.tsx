import type { ResultsView } from '../../views.ts'
import { EMERGENCY_NUMBERS } from '../emergency-numbers.ts'
import { Cards } from '../parts/card.tsx'
import { Pictogram } from '../parts/pictograms.tsx'
import { home } from '../state.ts'
import { t } from '../translate.ts'

export function Emergency({ view }: { view: ResultsView | undefined }) {
  const numbers = EMERGENCY_NUMBERS[home.value?.country ?? 'FR'] ?? []
  return (
    <>
      <div class="ask">
        <h1 tabIndex={-1} class="with-picture"><Pictogram name="emergency" />{t.value('emergency.title')}</h1>
        {numbers.length > 0 && <p>{t.value('emergency.free')}</p>}
        <ul class="numbers">
          {numbers.map((number) => (
            <li key={number}><a href={`tel:${number}`}><strong dir="ltr">{number}</strong><span>{t.value(`emergency.${number}`)}</span></a></li>
          ))}
        </ul>
      </div>
      {view && view.cards.length > 0 && (
        <div class="found">
          <h2 class="section">{t.value('emergency.services', { town: home.value?.town ?? '' })}</h2>
          <Cards cards={view.cards} under="emergency" />
        </div>
      )}
    </>
  )
}
