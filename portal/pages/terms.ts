import { html, raw } from 'hono/html'
import { isolated } from '#shared/i18n/isolated.ts'
import { direction } from '#shared/i18n/texts.ts'
import type { Terms, TermsDocument } from '../consent/terms.ts'
import type { TermsNode } from '../consent/terms-html.ts'
import { frame, href, type Html, type Reader } from './frame.ts'

/** Written anew from what was understood, never passed on: what the subset does not know can only be text. */
function nodes(list: readonly TermsNode[]): (Html | string)[] {
  return list.map((node) => {
    if (typeof node === 'string') return node
    // `tag` is a row of the table in terms-html.ts, never a byte of a file.
    const [tag, inner] = [raw(node.tag), nodes(node.children)]
    if (node.tag === 'a') return html`<a href="${node.value ?? ''}" rel="noreferrer">${inner}</a>`
    if (node.tag === 'abbr') return html`<abbr title="${node.value ?? ''}">${inner}</abbr>`
    if (node.tag === 'br' || node.tag === 'hr') return html`<${tag}>`
    return html`<${tag}>${inner}</${tag}>`
  })
}

/** A document in another language than the page says so, to the eye and to a screen reader. */
function documentCard({ t, language }: Reader, document: TermsDocument): Html {
  const foreign = document.lang !== language
  return html`${foreign ? html`<p class="note">${t('terms.otherLanguage')}</p>` : ''}<section class="terms" lang="${document.lang}" dir="${direction(document.lang)}"><h2>${document.title}</h2>${nodes(document.nodes)}</section>`
}

/** @param more Of the page's query, which another language must not lose. */
export function termsPage(reader: Reader, terms: Terms, controller: string, more = ''): Html {
  const { t } = reader
  const { document } = terms
  const body = html`<h1>${t('terms.heading')}</h1><ul class="facts">${terms.lines.map((line) => html`<li><span>${line}</span></li>`)}</ul>
${document === undefined ? html`<p>${t('terms.noMore')}</p>` : documentCard(reader, document)}
<p class="small">${t('terms.version', { version: isolated(terms.ver) })} ${t('recorded.controller', { controller: isolated(controller) })}</p><details><summary>${t('terms.digest')}</summary><p class="small">${t('terms.digest.text')}</p><p><code>${terms.sha256}</code></p>${document === undefined ? '' : html`<p class="small">${t('terms.digest.file')}</p><p><code>${document.sha256}</code></p>`}</details>
<p><a class="go quiet" href="${href(reader, '/')}"><span>${t('link.home')}</span></a></p>`
  return frame(reader, { title: t('terms.title'), body, path: '/terms', query: more })
}
