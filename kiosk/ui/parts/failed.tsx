import { refresh, screen } from '../state.ts'
import { t } from '../translate.ts'
import { EmergencyButton } from './emergency-button.tsx'

export function Failed() {
  return (
    <section class="notice" role="alert">
      <h1 tabIndex={-1}>{t.value('failed.title')}</h1>
      <p>{t.value('failed.text')}</p>
      <button type="button" class="action" onClick={() => void refresh()}>{t.value('failed.again')}</button>
      {screen.value.kind !== 'emergency' && <EmergencyButton />}
    </section>
  )
}
