import { html } from 'hono/html'
import type { OpenSession } from '../session/session.ts'
import { frame, type Html, type Reader } from './frame.ts'
import { hourWords, nextClosing, wallTime } from './time-words.ts'

/** "What did you record?": the policy, what of it concerns this device now, and the next deletion. Never a count of ours that was not released. */
export function recordedPage(reader: Reader, facts: { controller: string; session: OpenSession | undefined; nowMs: number }): Html {
  const { t, language, site } = reader
  const { session, nowMs } = facts
  const yours = session === undefined ? '' : html`<p><strong>${t('recorded.yours', { until: hourWords(language, wallTime(session.deadlineMs, site.timezone)) })}</strong></p>`
  const card = (key: string, more: Html | string = '') => html`<section class="card"><h2>${t(`recorded.${key}`)}</h2><p>${t(`recorded.${key}.text`)}</p>${more}</section>`
  const body = html`<h1>${t('recorded.heading')}</h1><p>${t('recorded.lead')}</p>
${card('never')}${card('now', yours)}${card('day', html`<p><strong>${t('recorded.next', { when: nextClosing(reader, nowMs) })}</strong></p>`)}${card('kept')}${card('counts', html`<p class="small">${t('recorded.publicCounts')}</p>`)}
<p>${t('recorded.law')} ${t('recorded.controller', { controller: facts.controller })}</p>`
  return frame(reader, { title: t('recorded.title'), body, path: '/recorded' })
}
