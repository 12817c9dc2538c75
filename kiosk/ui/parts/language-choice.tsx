import { ENDONYMS, LANGUAGES } from '#shared/i18n/languages.ts'
import { home, language, speak } from '../state.ts'
import { t } from '../translate.ts'

/** Every language in its own script; the one that is spoken now is marked. */
export function LanguageChoice() {
  return (
    <nav class="languages" aria-label={t.value('nav.languages')}>
      {(home.value?.languages ?? LANGUAGES).map((one) => (
        <button type="button" lang={one} aria-pressed={one === language.value} onClick={() => speak(one)}>{ENDONYMS[one]}</button>
      ))}
    </nav>
  )
}
