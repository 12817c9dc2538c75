import { html } from 'hono/html'
import { keepsLog, type LegalProfile } from '../legal/profile.ts'
import { isFree, type Method } from '../login/methods.ts'
import type { OpenSession } from '../session/session.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { hourWords, nextClosing, wallTime } from './time-words.ts'

/** "What did you record?": the policy, what of it concerns this device now, and the next deletion. Never a count of ours that was not released. */
export function recordedPage(reader: Reader, facts: { controller: string; profile: LegalProfile; methods: readonly Method[]; session: OpenSession | undefined; nowMs: number }): Html {
  const { t, language, site } = reader
  const { session, nowMs } = facts
  const yours = session === undefined ? '' : html`<p><strong>${t('recorded.yours', { until: hourWords(language, wallTime(session.deadlineMs, site.timezone)) })}</strong></p>`
  const { profile } = facts
  const logged = (key: string) => (keepsLog(profile) ? `recorded.${key}.logged` : `recorded.${key}.text`)
  const card = (key: string, more: Html | string = '', text = `recorded.${key}.text`) => html`<section class="card"><h2>${t(`recorded.${key}`)}</h2><p>${t(text)}</p>${more}</section>`
  const receipts = html`<p>${t('law.receipts', { days: profile.retention.other })}</p><p><a class="line" href="${href(reader, '/receipt')}">${t('link.receipt')}</a></p>`
  const kept = isFree(facts.methods) ? card('kept', '', 'recorded.kept.free') : card('kept', receipts)
  const lead = facts.methods.some(({ id }) => id === 'account') ? 'recorded.lead.account' : 'recorded.lead'
  const body = html`<h1>${t('recorded.heading')}</h1><p>${t(lead)}</p>
${card('never', '', logged('never'))}${card('now', html`${typedHere(reader, facts.methods)}${yours}`, logged('now'))}${card('day', html`<p><strong>${t('recorded.next', { when: nextClosing(reader, nowMs) })}</strong></p>`)}${kept}${card('counts', html`<p class="small">${t('recorded.publicCounts')}</p>`)}
<p>${t(profile.texts.recorded, { days: profile.retention.traffic })}</p><p>${t('law.profile', { profile: profile.id })} ${t('recorded.controller', { controller: facts.controller })}</p>`
  return frame(reader, { title: t('recorded.title'), body, path: '/recorded' })
}

/** What people type here, and for how long it is known. */
function typedHere({ t }: Reader, methods: readonly Method[]): Html {
  const named = methods.some(({ id }) => id === 'voucher' || id === 'account')
  const moves = methods.some(({ id }) => id === 'reentry')
  return html`${named ? html`<p>${t('recorded.now.named')}</p>` : ''}${moves ? html`<p>${t('recorded.now.reentry')}</p>` : ''}`
}
