import { useEffect, useRef } from 'preact/hooks'
import { secondsLeft, stayAwake } from '../idle.ts'
import { wipe } from '../state.ts'
import { t } from '../translate.ts'

/** The rest of the screen is inert meanwhile, so focus cannot leave these two buttons. */
export function IdleWarning() {
  const more = useRef<HTMLButtonElement>(null)
  useEffect(() => more.current?.focus(), [])
  return (
    <div class="veil">
      <div class="warning" role="alertdialog" aria-modal="true" aria-labelledby="idle-title" aria-describedby="idle-text">
        <h2 id="idle-title">{t.value('idle.title')}</h2>
        <p id="idle-text">{t.value('idle.text', { count: secondsLeft.value ?? 0 })}</p>
        <button type="button" class="action" ref={more} onClick={stayAwake}>{t.value('idle.more')}</button>
        <button type="button" class="quiet-button" onClick={wipe}>{t.value('nav.quit')}</button>
      </div>
    </div>
  )
}
