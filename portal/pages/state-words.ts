// What holds of the service, in the words of the one who reads.
import { html } from 'hono/html'
import { noticeOf, type ConditionId, type Held } from '../state/conditions.ts'
import type { Told } from '../state/service.ts'
import { href, type Html, type Reader } from './frame.ts'
import { wordsFor } from './languages.ts'
import { wordsIn } from './lent-words.ts'
import { dateWords, hourWords, wallTime } from './time-words.ts'

/** Finer than this nobody needs, and who came by at what minute stays unsaid. */
const QUARTER_MS = 15 * 60_000

/** The hour where it is today, else date and hour. */
function momentWords({ t, language, site: { timezone } }: Reader, ms: number, nowMs: number): string {
  const time = hourWords(language, wallTime(ms, timezone))
  const date = dateWords(language, ms, timezone)
  return date === dateWords(language, nowMs, timezone) ? time : t('receipt.when', { date, time })
}

/** Since when, to the quarter of an hour; empty where that is not told. */
export function sinceWords(reader: Reader, { sinceMs }: Held, nowMs: number): string {
  if (sinceMs === undefined) return ''
  if (nowMs - sinceMs < QUARTER_MS) return reader.t('since.recent')
  return reader.t('since.about', { moment: momentWords(reader, Math.floor(sinceMs / QUARTER_MS) * QUARTER_MS, nowMs) })
}

export type Saying = 'heading' | 'why' | 'works' | 'when'

export function stateWords(reader: Reader, told: Told | undefined, id: ConditionId, saying: Saying): string {
  const works = told?.maintenance
  const blanks = works && told ? { from: momentWords(reader, works.fromMs, told.nowMs), until: momentWords(reader, works.untilMs, told.nowMs) } : {}
  const key = `state.${id}.${saying}`
  // Where there is no directory none is promised.
  return reader.servicesUrl === undefined ? reader.t([`${key}.alone`, key], blanks) : reader.t(key, blanks)
}

/** What those who do the works say themselves: in the reader's language, else in the first that they wrote. */
export function announcedWords(reader: Pick<Reader, 'language' | 'state'>): Html | '' {
  const written = wordsFor(reader.state?.maintenance?.texts ?? {}, reader.language)
  return written === undefined ? '' : html`<p>${wordsIn(reader, ...written)}</p>`
}

/** Above every page that needs it: the worst thing that concerns whoever wants to get online, and where more of it stands. One link: the services are in the foot. */
export function stateNotice(reader: Reader): Html | '' {
  const { t, state } = reader
  const worst = state?.held.find(({ id }) => noticeOf(id) !== undefined)
  const saying = worst && noticeOf(worst.id)
  if (!worst || saying === undefined) return ''
  return html`<p class="note" role="status"><strong>${stateWords(reader, state, worst.id, 'heading')}</strong> ${stateWords(reader, state, worst.id, saying)}<br><a class="line" href="${href(reader, '/service')}">${t('state.more')}</a></p>`
}
