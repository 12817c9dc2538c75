import { html } from 'hono/html'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'

/** What went wrong, as far as it concerns the one who reads; the status tells programs. `own` says itself what still works. */
export const FAILURES = {
  radius: { status: 503, own: false },
  gate: { status: 503, own: false },
  refused: { status: 403, own: false },
  unknown: { status: 403, own: true },
  contested: { status: 403, own: false },
  arrival: { status: 403, own: true },
  malformed: { status: 400, own: true },
} as const
export type Failure = keyof typeof FAILURES

/** What happened, whose fault it is not, what still works, when to try again (look.md). */
export function failurePage(reader: Reader, failure: Failure): Html {
  const { t, servicesUrl } = reader
  const works = FAILURES[failure].own ? `failure.${failure}.works` : servicesUrl === undefined ? 'failure.works.page' : 'failure.works.services'
  const body = html`<span class="sign">${ICONS.cut}</span><h1 tabindex="-1" autofocus>${t(`failure.${failure}.heading`)}</h1>
<p>${t(`failure.${failure}.why`)}</p><p>${t(works)}</p><p><strong>${t(`failure.${failure}.when`)}</strong></p>
<p><a class="go" href="${href(reader, '/')}">${ICONS.press}<span>${t('failure.retry')}</span></a></p>`
  return frame(reader, { title: t('failure.title'), body })
}
