import { html } from 'hono/html'
import type { Barrier } from '../session/sessions.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { whenWords } from './time-words.ts'

/** Why nobody, or not this device, may go online now, until when, and what works meanwhile. */
export function barrierPage(reader: Reader, { kind, untilMs }: Barrier, nowMs: number): Html {
  const { t, servicesUrl } = reader
  const until = untilMs === undefined ? t('closed.unknown') : t(kind === 'closed' ? 'closed.until' : 'barred.until', { when: whenWords(reader, untilMs, nowMs) })
  const body = html`<span class="sign calm">${kind === 'closed' ? ICONS.clock : ICONS.stop}</span><h1 tabindex="-1" autofocus>${t(`${kind}.heading`)}</h1>
<p><strong>${until}</strong></p><p>${t(servicesUrl === undefined ? 'failure.works.page' : 'failure.works.services')}</p>${kind === 'barred' ? html`<p>${t('barred.ask')}</p>` : ''}
${servicesUrl === undefined ? '' : html`<p><a class="go quiet" href="${servicesUrl}">${t('link.services')}</a></p>`}
<p class="lines"><a class="line" href="${href(reader, '/')}">${t('failure.retry')}</a></p>`
  return frame(reader, { title: t(`${kind}.title`), body, path: '/', ...(servicesUrl !== undefined && { services: 'shown' }) })
}
