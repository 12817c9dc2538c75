import { html } from 'hono/html'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'

/** What went wrong, as far as it concerns the one who reads; the status tells programs. */
export const FAILURES = {
  radius: 503,
  gate: 503,
  refused: 403,
  unknown: 403,
  contested: 403,
  malformed: 400,
} as const
export type Failure = keyof typeof FAILURES

/** What happened, whose fault it is not, what still works, when to try again (look.md). */
export function failurePage(reader: Reader, failure: Failure): Html {
  const { t } = reader
  const body = html`<span class="sign">${ICONS.cut}</span><h1 tabindex="-1" autofocus>${t(`failure.${failure}.heading`)}</h1>
<p>${t(`failure.${failure}.why`)}</p><p>${t(`failure.${failure}.works`)}</p><p><strong>${t(`failure.${failure}.when`)}</strong></p>
<p><a class="go" href="${href(reader, '/')}">${t('failure.retry')}</a></p>`
  return frame(reader, { title: t('failure.title'), body })
}
