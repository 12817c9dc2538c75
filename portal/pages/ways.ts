// The forms of the first page: one for each way to sign in, the first one open, the others below it.
import { html } from 'hono/html'
import type { FormToken } from '../consent/form-token.ts'
import type { Terms } from '../consent/terms.ts'
import type { Field, Method } from '../login/methods.ts'
import type { Problem } from '../login/problems.ts'
import type { Html, Reader } from './frame.ts'
import { ICONS } from './icons.ts'

/** What came of the last try, or of a link that fills a field: shown in the form of its method. */
export type Filled = { readonly method: string; readonly values: Readonly<Record<string, string>>; readonly problem?: Problem }
export type Way = { readonly method: Method; readonly token: FormToken; readonly filled?: Filled | undefined }

function problemWords({ t }: Reader, method: Method, { problem, seconds, said }: Problem): Html {
  const words = t([`problem.${method.id}.${problem}`, `problem.${problem}`], { count: seconds ?? 1 })
  return html`${words}${said === undefined ? '' : html` ${t('problem.said')} <q><bdi>${said}</bdi></q>`}`
}

function fieldRow(reader: Reader, { method, filled }: Way, field: Field, index: number): Html {
  const { t } = reader
  const { name, autocomplete, most, secret } = field
  const id = `${method.id}-${name}`
  const problem = filled?.problem && (filled.problem.field ?? method.fields[0]?.name) === name ? filled.problem : undefined
  const hints = [problem && `${id}-problem`, index === 0 && `${method.id}-hint`].filter(Boolean).join(' ')
  // One who comes back to a mistake begins there; otherwise a keyboard must not cover the page.
  return html`<label for="${id}">${t(`field.${method.id}.${name}`)}</label>${problem ? html`<p class="bad" id="${id}-problem" role="alert">${problemWords(reader, method, problem)}</p>` : ''}
<input id="${id}" name="${name}" type="${secret ? 'password' : 'text'}" dir="ltr" required autocomplete="${autocomplete}" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="${most}" value="${secret ? '' : (filled?.values[name] ?? '')}"${hints ? html` aria-describedby="${hints}"` : ''}${problem ? html` aria-invalid="true" autofocus` : ''}>`
}

function formOf(reader: Reader, { method, token, filled }: Way, terms: Terms, inside: Html): Html {
  const { language, to, at } = reader
  return html`<form method="post" action="/connect${at === undefined ? '' : `?at=${at}`}"><input type="hidden" name="token" value="${token}"><input type="hidden" name="terms" value="${terms.sha256}"><input type="hidden" name="method" value="${method.id}"><input type="hidden" name="lang" value="${language}">${to === undefined ? '' : html`<input type="hidden" name="to" value="${to}">`}
${method.fields.map((field, index) => fieldRow(reader, { method, token, filled }, field, index))}${inside}</form>`
}

function hint({ t }: Reader, { id, fields }: Method): Html | string {
  return fields.length === 0 ? '' : html`<p class="small" id="${id}-hint">${t(`way.${id}.hint`)}</p>`
}

/** The one action of the page. `after` stands below its button. */
export function wayForm(reader: Reader, way: Way, terms: Terms, after: Html): Html {
  return formOf(reader, way, terms, html`<button class="go">${ICONS.press}<span>${reader.t('welcome.button')}</span></button>${hint(reader, way.method)}${after}`)
}

/** Closed until somebody wants it, or has tried it. */
export function otherWay(reader: Reader, way: Way, terms: Terms): Html {
  const { t } = reader
  const { method, filled } = way
  const inside = html`<button class="go quiet"><span>${t(`way.${method.id}.button`)}</span></button>`
  return html`<details${filled ? html` open` : ''}><summary>${t(`way.${method.id}.title`)}</summary>${hint(reader, method)}${formOf(reader, way, terms, inside)}</details>`
}
