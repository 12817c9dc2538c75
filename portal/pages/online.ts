// What someone sees who is online: after the tap, later, and with the link that is theirs alone.
import { html } from 'hono/html'
import type { SessionToken } from '#shared/personal.ts'
import { extrasWereRefused } from '../controllers/untold.ts'
import { secondsLeft, type OpenSession, type WithdrawalCode } from '../session/session.ts'
import { printedCode, type ReentryCode } from '../login/reentry/code.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS, ring } from './icons.ts'
import { qrCode } from './qr.ts'
import { extendForm, outlookLines, pauseForm, toldLine, type Key, type Outlook } from './outlook.ts'
import { durationWords, hourWords, wallTime } from './time-words.ts'

/** The address behind the QR code is absolute, because another device will read it. */
export type Keepsake = { readonly token: SessionToken; readonly absoluteUrl: string; /** Moves the session to another device address. */ readonly code: ReentryCode | undefined }

function timeLeft(reader: Reader, session: Pick<OpenSession, 'startedMs' | 'deadlineMs'>, nowMs: number, heading: string, sign: 'tick' | 'waves'): Html {
  const { t, language, site } = reader
  const left = secondsLeft(session, nowMs)
  const share = left / Math.max(1, (session.deadlineMs - session.startedMs) / 1000)
  return html`<div class="time">${ring(share, sign)}<h1 tabindex="-1" autofocus>${heading}</h1><p role="status"><b>${t('time.left', { time: durationWords(t, left) })}</b><br>${t('time.until', { until: hourWords(language, wallTime(session.deadlineMs, site.timezone)) })}</p></div>`
}

/** What is theirs alone, as it is shown: `code` is printed in groups. */
export type OwnWords = { readonly token: SessionToken; readonly withdrawal: WithdrawalCode; readonly code: string | undefined }

function keepsake(reader: Reader, { code, withdrawal }: OwnWords, scannable: Html): Html {
  const { t, language } = reader
  const receipt = withdrawal === '' ? '' : html`<p><a class="line" href="/receipt/${withdrawal}?lang=${language}">${t('keep.receiptPage')}</a></p>`
  return html`<details><summary>${t(code === undefined ? 'keep.summary' : 'keep.summaryCode')}</summary>${code === undefined ? '' : html`<p>${t('keep.code')}</p><p class="code" dir="ltr"><b>${code}</b></p>`}<p>${t('keep.text')}</p>${scannable}${receipt}</details>`
}

function extrasNote({ t }: Reader, refused: boolean): Html | string {
  return refused ? html`<p class="note">${t('extras.refused')}</p>` : ''
}

/**
 * `continueTo` is the page the person wanted before, signed by us. The link to scan stands behind `success.manage`: drawing it for
 * everybody who comes online would cost as much as the rest of this page.
 */
export function successPage(reader: Reader, session: Pick<OpenSession, 'startedMs' | 'deadlineMs'>, nowMs: number, own: OwnWords, continueTo: string | undefined, extrasRefused = false): Html {
  const { t, language, servicesUrl } = reader
  const host = continueTo === undefined ? '' : new URL(continueTo).host
  const body = html`${timeLeft(reader, session, nowMs, t('success.heading'), 'tick')}
${continueTo === undefined ? '' : html`<p><a class="go" href="${continueTo}" rel="noreferrer"><span>${t('success.continue', { host })}</span></a></p>`}
<p>${t('success.stuck')}</p>${extrasNote(reader, extrasRefused)}
${servicesUrl === undefined ? '' : html`<p><a class="go quiet" href="${servicesUrl}">${t('link.services')}</a></p>`}
<p><a class="go quiet" href="/s/${own.token}?lang=${language}">${t('success.manage')}</a></p>
${keepsake(reader, own, html`<p><a class="line" href="/s/${own.token}?lang=${language}#scan">${t('keep.qr')}</a></p>`)}`
  // An answer to a form cannot be asked for again; the connection's own page can, in any language.
  return frame(reader, { title: t('success.title'), body, path: `/s/${own.token}`, services: 'shown' })
}

/** Being the device shows what is left; ending takes the token, because a clone has the same address (protocols.md §1). */
export function statusPage(reader: Reader, session: OpenSession, nowMs: number, keep: Keepsake | undefined, outlook: Outlook, key: Key): Html {
  const { t, language } = reader
  const path = keep === undefined ? '/status' : `/s/${keep.token}`
  const end = (token: SessionToken) =>
    html`<form method="post" action="/disconnect"><input type="hidden" name="token" value="${token}"><input type="hidden" name="lang" value="${language}"><button class="go quiet">${ICONS.stop}<span>${t('status.end')}</span></button></form>`
  const body = html`${toldLine(reader, outlook)}${timeLeft(reader, session, nowMs, t('status.heading'), 'waves')}
${extrasNote(reader, keep !== undefined && extrasWereRefused(session))}${outlookLines(reader, session, outlook)}${extendForm(reader, outlook, key)}
${keep === undefined ? html`<p class="small">${t('status.noToken')}</p>` : html`${pauseForm(reader, session, nowMs, key)}${end(keep.token)}`}
<p class="lines"><a class="line" href="${href(reader, path)}">${t('status.refresh')}</a></p>
${keep === undefined ? '' : keepsake(reader, { token: keep.token, withdrawal: session.withdrawal, code: keep.code && printedCode(keep.code) }, html`<div id="scan">${qrCode(keep.absoluteUrl, t('keep.qr'))}</div>`)}`
  return frame(reader, { title: t('status.title'), body, path })
}
