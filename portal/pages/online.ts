// What someone sees who is online: after the tap, later, and with the link that is theirs alone.
import { html, raw } from 'hono/html'
import { encode } from 'uqr'
import type { SessionToken } from '#shared/personal.ts'
import { secondsLeft, type OpenSession } from '../session/session.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS, ring } from './icons.ts'
import { durationWords, hourWords, wallTime } from './time-words.ts'

/** The address behind the QR code is absolute, because another device will read it. */
export type Keepsake = { readonly token: SessionToken; readonly absoluteUrl: string }

function timeLeft(reader: Reader, session: OpenSession, nowMs: number, heading: string, sign: 'tick' | 'waves'): Html {
  const { t, language, site } = reader
  const left = secondsLeft(session, nowMs)
  const share = left / Math.max(1, (session.deadlineMs - session.startedMs) / 1000)
  return html`<div class="time">${ring(share, sign)}<h1 tabindex="-1" autofocus>${heading}</h1><p role="status"><b>${t('time.left', { time: durationWords(t, left) })}</b><br>${t('time.until', { until: hourWords(language, wallTime(session.deadlineMs, site.timezone)) })}</p></div>`
}

/** One path of horizontal runs: a tenth of the size of one rectangle a dot. */
function qrCode(text: string, label: string): Html {
  // Any mask can be read; weighing all eight for the prettiest costs more than the rest of the page.
  const { data, size } = encode(text, { ecc: 'L', border: 2, maskPattern: 2 })
  const runs = data.flatMap((row, y) => [...row.map((dark) => (dark ? '1' : '0')).join('').matchAll(/1+/g)].map((run) => `M${run.index} ${y + 0.5}h${run[0].length}`))
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${raw(runs.join(''))}"/></svg>`
}

function keepsake(reader: Reader, { token, absoluteUrl }: Keepsake): Html {
  const { t, language } = reader
  return html`<details><summary>${t('keep.summary')}</summary><p>${t('keep.text')}</p>${qrCode(absoluteUrl, t('keep.qr'))}<p><a class="line" href="/s/${token}/receipt?lang=${language}">${t('keep.receipt')}</a></p></details>`
}

/** `continueTo` is the page the person wanted before, signed by us. */
export function successPage(reader: Reader, session: OpenSession, nowMs: number, keep: Keepsake, continueTo: string | undefined): Html {
  const { t, language, servicesUrl } = reader
  const host = continueTo === undefined ? '' : new URL(continueTo).host
  const body = html`${timeLeft(reader, session, nowMs, t('success.heading'), 'tick')}
${continueTo === undefined ? '' : html`<p><a class="go" href="${continueTo}" rel="noreferrer"><span>${t('success.continue', { host })}</span></a></p>`}
<p>${t('success.stuck')}</p>
${servicesUrl === undefined ? '' : html`<p><a class="go quiet" href="${servicesUrl}">${t('link.services')}</a></p>`}
<p><a class="go quiet" href="/s/${keep.token}?lang=${language}">${t('success.manage')}</a></p>
${keepsake(reader, keep)}`
  // An answer to a form cannot be asked for again; the connection's own page can, in any language.
  return frame(reader, { title: t('success.title'), body, path: `/s/${keep.token}`, services: 'shown' })
}

/** Being the device shows what is left; ending takes the token, because a clone has the same address (protocols.md §1). */
export function statusPage(reader: Reader, session: OpenSession, nowMs: number, keep: Keepsake | undefined): Html {
  const { t, language } = reader
  const path = keep === undefined ? '/status' : `/s/${keep.token}`
  const end = (token: SessionToken) =>
    html`<form method="post" action="/disconnect"><input type="hidden" name="token" value="${token}"><input type="hidden" name="lang" value="${language}"><button class="go quiet">${ICONS.stop}<span>${t('status.end')}</span></button></form>`
  const body = html`${timeLeft(reader, session, nowMs, t('status.heading'), 'waves')}
${keep === undefined ? html`<p class="small">${t('status.noToken')}</p>` : end(keep.token)}
<p class="lines"><a class="line" href="${href(reader, path)}">${t('status.refresh')}</a></p>
${keep === undefined ? '' : keepsake(reader, keep)}`
  return frame(reader, { title: t('status.title'), body, path })
}
