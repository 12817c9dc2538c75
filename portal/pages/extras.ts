import { html } from 'hono/html'
import { fieldOf, type ShownExtra } from '../consent/extras.ts'
import type { Html, Reader } from './frame.ts'
import { wordsIn } from './lent-words.ts'

/** Optional consents as boxes without a tick, below the button: access never waits for them. */
export function extraBoxes(reader: Reader, extras: readonly ShownExtra[]): Html | string {
  const { t } = reader
  if (extras.length === 0) return ''
  const boxes = extras.map(({ id, lang, text }) => html`<li><label><input type="checkbox" name="${fieldOf(id)}" value="given"><span>${wordsIn(reader, lang, text)}</span></label></li>`)
  return html`<fieldset><legend>${t('extras.legend')}</legend><ul class="extras">${boxes}</ul><p class="small">${t('extras.free')}</p></fieldset>`
}
