import { goBack, goHome, wipe } from '../state.ts'
import { t } from '../translate.ts'
import { Pictogram } from './pictograms.tsx'

/** Always there and always in the same place: the way back, and the way out. */
export function BottomBar({ canGoBack }: { canGoBack: boolean }) {
  return (
    <footer class="bottom">
      <button type="button" class="quit" onClick={wipe}><Pictogram name="quit" mirror />{t.value('nav.quit')}</button>
      {canGoBack && <button type="button" class="quiet-button" onClick={goBack}><Pictogram name="back" mirror /><span>{t.value('nav.back')}</span></button>}
      {canGoBack && <button type="button" class="quiet-button wide-only" onClick={goHome}><Pictogram name="home" /><span>{t.value('nav.home')}</span></button>}
    </footer>
  )
}
