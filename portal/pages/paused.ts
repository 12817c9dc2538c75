import { html } from 'hono/html'
import type { PausedSession } from '../session/session.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { actForm, type Key } from './outlook.ts'
import { durationWords, whenWords } from './time-words.ts'

/** A session that stands still, and how to go on. */
export function pausedPage(reader: Reader, session: PausedSession, key: Key): Html {
  const { t } = reader
  const path = key.name === 'token' ? `/s/${key.value}` : '/status'
  const time = durationWords(t, Math.floor(session.leftMs / 1000))
  const body = html`<span class="sign calm">${ICONS.pause}</span><h1 tabindex="-1" autofocus>${t('paused.heading')}</h1>
<p role="status">${t('paused.kept', { time })} ${t('paused.until', { when: whenWords(reader, session.deadlineMs, session.pausedMs) })}</p>
${actForm(reader, '/resume', key, 'paused.resume', 'press', true)}
<p class="lines"><a class="line" href="${href(reader, path)}">${t('status.refresh')}</a></p>`
  return frame(reader, { title: t('paused.title'), body, path })
}
