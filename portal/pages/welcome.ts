import { html } from 'hono/html'
import type { Terms } from '../consent/terms.ts'
import type { FormToken } from '../consent/form-token.ts'
import type { ShownExtra } from '../consent/extras.ts'
import { extraBoxes } from './extras.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'

/** Why the page is shown again instead of what was asked for. */
export const NOTICES = ['stale', 'foreign', 'terms'] as const
export type Notice = (typeof NOTICES)[number]

export type Welcome = { readonly terms: Terms; readonly token: FormToken; readonly method: string; readonly notice?: Notice | undefined; readonly online: boolean; readonly extras?: readonly ShownExtra[] }

const SIGNS = [ICONS.nameless, ICONS.clock, ICONS.unseen]

/** One sentence, three facts, one button; all else comes below it. */
export function welcomePage(reader: Reader, { terms, token, method, notice, online, extras = [] }: Welcome): Html {
  const { t, language, to } = reader
  const facts = terms.lines.map((line, index) => html`<li>${SIGNS[index] ?? ''}<span>${line}</span></li>`)
  const body = html`<h1>${t('welcome.heading')}</h1>
${notice === undefined ? '' : html`<p class="note" role="status">${t(`notice.${notice}`)}</p>`}
${online ? html`<p class="note">${t('welcome.online')}<br><a class="line" href="${href(reader, '/status')}">${t('link.left')}</a></p>` : ''}
<ul class="facts" aria-label="${t('welcome.terms')}">${facts}</ul>
<form method="post" action="/connect"><input type="hidden" name="token" value="${token}"><input type="hidden" name="terms" value="${terms.sha256}"><input type="hidden" name="method" value="${method}"><input type="hidden" name="lang" value="${language}">${to === undefined ? '' : html`<input type="hidden" name="to" value="${to}">`}
<button class="go">${ICONS.press}<span>${t('welcome.button')}</span></button><p class="small">${t(terms.document ? 'welcome.agreeTerms' : 'welcome.agree')}${terms.document ? html`<br><a class="line" href="${href(reader, '/terms')}">${t('terms.read')}</a>` : ''}</p>${extraBoxes(reader, extras)}</form>`
  return frame(reader, { title: t('welcome.title'), body, path: '/' })
}
