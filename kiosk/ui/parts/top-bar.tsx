import { home } from '../state.ts'
import { t } from '../translate.ts'
import { LanguageChoice } from './language-choice.tsx'
import { Mark } from './mark.tsx'
import { Hour } from './time.tsx'

export function TopBar() {
  return (
    <header class="top">
      <Mark />
      <p class="town">
        <strong><bdi>{home.value?.town}</bdi></strong>
        {home.value?.demonstration && <span class="demonstration">{t.value('demonstration')}</span>}
      </p>
      <Hour />
      <LanguageChoice />
    </header>
  )
}
