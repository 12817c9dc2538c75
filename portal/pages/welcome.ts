import { html } from 'hono/html'
import type { Terms } from '../consent/terms.ts'
import type { ShownExtra } from '../consent/extras.ts'
import { extraBoxes } from './extras.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { stateNotice } from './state-words.ts'
import { otherWay, wayForm, type Way } from './ways.ts'

/** Why the page is shown again instead of what was asked for. */
export const NOTICES = ['stale', 'foreign', 'terms'] as const
export type Notice = (typeof NOTICES)[number]

export type Welcome = { readonly terms: Terms; readonly ways: readonly Way[]; readonly notice?: Notice | undefined; readonly extras?: readonly ShownExtra[] }

const SIGNS = [ICONS.nameless, ICONS.clock, ICONS.unseen]
/** Where an account is the only way, somebody’s name is asked. */
const asksName = (ways: readonly Way[]): boolean => ways.every(({ method: { id } }) => id === 'account' || id === 'reentry')

/** One sentence, three facts, one button; all else comes below it, other ways in first. */
export function welcomePage(reader: Reader, { terms, ways, notice, extras = [] }: Welcome): Html {
  const { t } = reader
  const [first, ...others] = ways
  const facts = terms.lines.map((line, index) => html`<li>${index === 0 && asksName(ways) ? ICONS.press : (SIGNS[index] ?? '')}<span>${line}</span></li>`)
  const list = html`<ul class="facts" aria-label="${t('welcome.terms')}">${facts}</ul>`
  const form = first === undefined ? '' : wayForm(reader, first, terms, agreed(reader, terms, extras))
  // With a notice or two fields above it the button would leave a small screen; the facts then follow the sentence that speaks of them.
  const tall = notice !== undefined || stateNotice(reader) !== '' || (first?.method.fields.length ?? 0) > 1
  const body = html`<h1>${t('welcome.heading')}</h1>
${notice === undefined ? '' : html`<p class="note" role="status">${t(`notice.${notice}`)}</p>`}
${tall ? [form, list] : [list, form]}
${others.length === 0 ? '' : html`<section class="ways" aria-label="${t('welcome.ways')}">${others.map((way) => otherWay(reader, way, terms))}</section>`}`
  return frame(reader, { title: t('welcome.title'), body, path: '/', query: filledQuery(ways) })
}

/** Under the first button: what pressing it means, and what may be ticked with it. */
function agreed(reader: Reader, terms: Terms, extras: readonly ShownExtra[]): Html {
  const { t } = reader
  return html`<p class="small">${t(terms.document ? 'welcome.agreeTerms' : 'welcome.agree')}${terms.document ? html`<br><a class="line" href="${href(reader, '/terms')}">${t('terms.read')}</a>` : ''}</p>${extraBoxes(reader, extras)}`
}

/** What a link filled in stays when the language is changed. */
function filledQuery(ways: readonly Way[]): string {
  const filled = ways.flatMap(({ method, filled: { values = {} } = {} }) => method.fields.flatMap(({ name, query }) => (query !== undefined && values[name] ? [[query, values[name]]] : [])))
  return filled.map(([name = '', value = '']) => `&${name}=${encodeURIComponent(value)}`).join('')
}
