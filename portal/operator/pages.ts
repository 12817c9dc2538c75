import { html } from 'hono/html'
import { isolated } from '#shared/i18n/isolated.ts'
import { direction, ENDONYMS, type Language, type Translate } from '#shared/i18n/texts.ts'
import type { Site } from '#shared/place.ts'
import type { Alarm } from '../legal/alarms.ts'
import { durationWords } from '../pages/time-words.ts'
import { secondsLeft, secondsUsed } from '../session/session.ts'
import type { Diagnosis } from '../state/doctor.ts'
import { CONDITIONS, type Held } from '../state/conditions.ts'
import { createLook } from '../theme/look.ts'
import { MOST_ROWS, type Search } from './find.ts'
import type { Row } from './rows.ts'
import { OPERATOR_LANGUAGES } from './texts.ts'

export type Html = ReturnType<typeof html>
/** Not the city's: what is for staff never looks like what is for citizens. */
export const LOOK = createLook()
/** `shared` has the words of the citizens' pages: the state of the service is told alike on both. */
export type View = { readonly t: Translate; readonly shared: Translate; readonly language: Language; readonly nowMs: number; readonly sites: readonly Site[] }
export const ACTS = ['end', 'bar', 'lift'] as const
export type Act = (typeof ACTS)[number]
export const DONE = { end: 'ended', bar: 'barred', lift: 'lifted' } as const satisfies Record<Act, string>
export type Done = (typeof DONE)[Act] | 'failed' | 'gone'

function frame({ t, language }: View, heading: string, body: Html, name?: string): Html {
  const languages = OPERATOR_LANGUAGES.map((one) => html`<li><a href="/operator?lang=${one}" lang="${one}" hreflang="${one}" dir="${direction(one)}">${ENDONYMS[one]}</a></li>`)
  return html`<!doctype html>
<html lang="${language}" dir="${direction(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${heading} · Parvis</title><link rel="icon" href="data:,"><style>${LOOK.style}</style></head><body>
<header><a href="/operator?lang=${language}">${LOOK.mark}<span>${t('title')}</span></a></header><main><h1>${heading}</h1>${body}</main>
<footer><nav aria-label="${t('languages')}"><ul>${languages}</ul></nav>${name === undefined ? '' : html`<form method="post" action="/operator/leave"><p class="small">${t('signedIn', { name: isolated(name) })}</p><button class="go quiet">${t('leave')}</button></form>`}</footer></body></html>`
}

function field(id: string, label: string, hint: string, problem?: string): Html {
  return html`<label for="${id}">${label}</label>${problem === undefined ? '' : html`<p class="bad" id="${id}-problem" role="alert">${problem}</p>`}
<input id="${id}" name="${id}" type="text" dir="ltr" required autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="64" aria-describedby="${id}-hint${problem === undefined ? '' : ` ${id}-problem`}"><p class="small" id="${id}-hint">${hint}</p>`
}

export function enterPage(view: View, problem?: string): Html {
  const { t } = view
  return frame(view, t('enter.heading'), html`<form method="post" action="/operator/enter">${field('code', t('enter.code'), t('enter.hint'), problem)}<button class="go">${t('enter.button')}</button></form>`)
}

function act({ t }: View, what: Act, handle: string): Html {
  return html`<form method="post" action="/operator/${what}"><input type="hidden" name="row" value="${handle}"><button class="go quiet">${t(`act.${what}`)}</button></form>`
}

/** Where, how and how long: enough to know one's own connection, nothing that says whose it is. */
function rowCard(view: View, { handle, found: { session }, barred }: Row): Html {
  const { t, shared, nowMs, sites } = view
  const state = barred ? html`<p class="warn">${t('row.barred')}</p>${act(view, 'lift', handle)}` : ''
  if (!session) return html`<li class="card"><p>${t('row.offline')}</p>${state}</li>`
  const site = sites.find(({ id }) => id === session.site)?.name ?? session.site
  const time = { used: durationWords(shared, secondsUsed(session, nowMs)), left: durationWords(shared, secondsLeft(session, nowMs)) }
  return html`<li class="card"><p><b><bdi>${site}</bdi></b> · ${t(`method.${session.method}`, { defaultValue: session.method })}<br>${t('row.time', time)}</p>${act(view, 'end', handle)} ${barred ? state : act(view, 'bar', handle)}</li>`
}

function results(view: View, kind: Search['kind'], rows: readonly Row[]): Html {
  const { t } = view
  if (kind === 'none') return html`<p class="bad" role="status">${t('find.unreadable')}</p>`
  if (rows.length === 0) return html`<p role="status">${t('find.nothing')}</p>`
  return html`<h2>${t('find.found')}</h2><ul>${rows.map((row) => rowCard(view, row))}</ul><p class="small">${t('find.most', { count: MOST_ROWS })}</p>`
}

export type Home = {
  readonly name: string
  readonly done?: Done | undefined
  readonly search?: { readonly kind: Search['kind']; readonly rows: readonly Row[] }
  readonly held: readonly Held[]
  readonly alarms: readonly Alarm[]
  readonly diagnoses: readonly Diagnosis[]
}

/** Nothing where nothing is due: most gateways keep no log. */
function lawSection({ t }: View, alarms: readonly Alarm[]): Html | string {
  return alarms.length === 0 ? '' : html`<section><h2>${t('law.heading')}</h2><ul>${alarms.map((alarm) => html`<li class="bad">${t(`law.${alarm}`)}</li>`)}</ul></section>`
}

export function homePage(view: View, { name, done, search, held, alarms, diagnoses }: Home): Html {
  const { t, shared } = view
  const body = html`${done === undefined ? '' : html`<p class="note" role="status">${t(`done.${done}`)}</p>`}
<form method="post" action="/operator/find">${field('needle', t('find.label'), t('find.hint'))}<button class="go">${t('find.button')}</button></form>
${search === undefined ? '' : results(view, search.kind, search.rows)}
${lawSection(view, alarms)}<section><h2>${t('state.heading')}</h2>${held.length === 0 ? html`<p class="good"><span aria-hidden="true">✓ </span>${t('state.none')}</p>` : html`<ul>${held.map(({ id }) => html`<li class="${CONDITIONS[id].level === 'down' ? 'bad' : 'warn'}">${shared(`state.${id}.heading`)}</li>`)}</ul>`}</section>
<section><h2>${t('doctor.heading')}</h2><p class="small">${t('doctor.text')}</p><dl class="card">${diagnoses.map(({ system, verdict }) => html`<dt>${system}</dt><dd>${t(`doctor.${verdict}`)}</dd>`)}</dl></section>`
  return frame(view, t('title'), body, name)
}
