// What someone sees who is not online: never was, no more, or by a link that has ended.
import { html } from 'hono/html'
import type { EndedSession } from '../session/session.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { durationWords } from './time-words.ts'

/** Said without words as well. */
const CUT = html`<span class="sign calm">${ICONS.cut}</span>`

function connect(reader: Reader, key: string): Html {
  return html`<p><a class="go" href="${href(reader, '/')}">${ICONS.press}<span>${reader.t(key)}</span></a></p>`
}

export function offlinePage(reader: Reader): Html {
  const { t } = reader
  const body = html`${CUT}<h1 tabindex="-1" autofocus>${t('offline.heading')}</h1><p>${t('offline.text')}</p>${connect(reader, 'offline.button')}`
  return frame(reader, { title: t('offline.title'), body, path: '/status' })
}

export function endedPage(reader: Reader, ended: EndedSession): Html {
  const { t } = reader
  const body = html`${CUT}<h1 tabindex="-1" autofocus>${t('ended.heading')}</h1><p role="status">${t('ended.used', { time: durationWords(t, ended.seconds) })} ${t('ended.erased')}</p>${connect(reader, 'ended.again')}`
  return frame(reader, { title: t('ended.title'), body })
}

export function gonePage(reader: Reader): Html {
  const { t } = reader
  const body = html`${CUT}<h1 tabindex="-1" autofocus>${t('gone.heading')}</h1><p>${t('gone.text')}</p>${connect(reader, 'offline.button')}`
  return frame(reader, { title: t('gone.title'), body })
}
