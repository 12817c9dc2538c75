import { html } from 'hono/html'
import { keepsLog, type LegalProfile } from '../legal/profile.ts'
import type { OpenSession } from '../session/session.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { hourWords, nextClosing, wallTime } from './time-words.ts'

/** "What did you record?": the policy, what of it concerns this device now, and the next deletion. Never a count of ours that was not released. */
export function recordedPage(reader: Reader, facts: { controller: string; profile: LegalProfile; session: OpenSession | undefined; nowMs: number }): Html {
  const { t, language, site } = reader
  const { session, nowMs } = facts
  const yours = session === undefined ? '' : html`<p><strong>${t('recorded.yours', { until: hourWords(language, wallTime(session.deadlineMs, site.timezone)) })}</strong></p>`
  const { profile } = facts
  const logged = (key: string) => (keepsLog(profile) ? `recorded.${key}.logged` : `recorded.${key}.text`)
  const card = (key: string, more: Html | string = '', text = `recorded.${key}.text`) => html`<section class="card"><h2>${t(`recorded.${key}`)}</h2><p>${t(text)}</p>${more}</section>`
  const body = html`<h1>${t('recorded.heading')}</h1><p>${t('recorded.lead')}</p>
${card('never', '', logged('never'))}${card('now', yours, logged('now'))}${card('day', html`<p><strong>${t('recorded.next', { when: nextClosing(reader, nowMs) })}</strong></p>`)}${card('kept', html`<p>${t('law.receipts', { days: profile.retention.other })}</p><p><a class="line" href="${href(reader, '/receipt')}">${t('link.receipt')}</a></p>`)}${card('counts', html`<p class="small">${t('recorded.publicCounts')}</p>`)}
<p>${t(profile.texts.recorded, { days: profile.retention.traffic })}</p><p>${t('law.profile', { profile: profile.id })} ${t('recorded.controller', { controller: facts.controller })}</p>`
  return frame(reader, { title: t('recorded.title'), body, path: '/recorded' })
}
