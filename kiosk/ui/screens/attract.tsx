import { ENDONYMS, LANGUAGES, type Language } from '#shared/i18n/languages.ts'
import { Mark } from '../parts/mark.tsx'
import { Hour } from '../parts/time.tsx'
import { goHome, home, language, speak } from '../state.ts'
import { t } from '../translate.ts'

function choose(chosen: Language): void {
  speak(chosen)
  goHome()
}

export function Attract() {
  return (
    <>
      <div class="emblem">
        <Mark />
        <Hour />
        <h1 tabIndex={-1}><bdi>{home.value?.town}</bdi></h1>
        {home.value && <p>{t.value('attract.what', { town: home.value.town })}</p>}
        {home.value?.demonstration && <p class="demonstration">{t.value('demonstration')}</p>}
      </div>
      <div class="welcome" role="group" aria-label={t.value('attract.choose')}>
        {(home.value?.languages ?? LANGUAGES).map((one) => (
          <button type="button" class={one === language.value ? 'action' : 'quiet-button'} lang={one} onClick={() => choose(one)}>{ENDONYMS[one]}</button>
        ))}
      </div>
      <p class="quiet">{t.value('attract.clean')}</p>
    </>
  )
}
