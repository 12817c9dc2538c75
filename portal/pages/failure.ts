import { html } from 'hono/html'
import type { ConditionId } from '../state/conditions.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { announcedWords, stateWords, type Saying } from './state-words.ts'

type Row = {
  /** Tells programs. */
  readonly status: 400 | 403 | 503
  /** Says itself what still works. */
  readonly own?: true
  /** The state of the service that it comes of: that has the words. */
  readonly state?: ConditionId
}

/** What went wrong, as far as it concerns the one who reads. */
export const FAILURES = {
  radius: { status: 503 },
  gate: { status: 503 },
  refused: { status: 403 },
  unknown: { status: 403, own: true },
  contested: { status: 403 },
  arrival: { status: 403, own: true },
  malformed: { status: 400, own: true },
  uplink: { status: 503, state: 'uplink' },
  full: { status: 503, state: 'full' },
  maintenance: { status: 503, state: 'maintenance' },
} as const satisfies Record<string, Row>
export type Failure = keyof typeof FAILURES

function wordsOf(reader: Reader, failure: Failure): (saying: Saying) => string {
  const { t, servicesUrl } = reader
  const { own, state }: Row = FAILURES[failure]
  if (state !== undefined) return (saying) => stateWords(reader, reader.state, state, saying)
  const common = servicesUrl === undefined ? 'failure.works.page' : 'failure.works.services'
  return (saying) => t(saying === 'works' && !own ? common : `failure.${failure}.${saying}`)
}

/** What happened, whose fault it is not, what still works, when to try again (look.md). */
export function failurePage(reader: Reader, failure: Failure): Html {
  const { t } = reader
  const words = wordsOf(reader, failure)
  const body = html`<span class="sign">${ICONS.cut}</span><h1 tabindex="-1" autofocus>${words('heading')}</h1>
<p>${words('why')}</p>${failure === 'maintenance' ? announcedWords(reader) : ''}<p>${words('works')}</p><p><strong>${words('when')}</strong></p>
<p><a class="go" href="${href(reader, '/')}">${ICONS.press}<span>${t('failure.retry')}</span></a></p>`
  return frame(reader, { title: t('failure.title'), body, state: 'shown' })
}
