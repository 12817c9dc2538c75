import { goEmergency } from '../state.ts'
import { t } from '../translate.ts'
import { Pictogram } from './pictograms.tsx'

/** Leads to numbers that are part of this page: it works when nothing else does. */
export function EmergencyButton() {
  return (
    <button type="button" class="emergency-button" onClick={() => void goEmergency()}>
      <Pictogram name="emergency" /><span>{t.value('emergency.open')}</span><strong dir="ltr">112</strong>
    </button>
  )
}
