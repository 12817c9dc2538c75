// What lies ahead of a session, told in advance: how much is left, what ends it, what follows.
import { html } from 'hono/html'
import { PAUSABLE_SECONDS } from '../session/pausing.ts'
import type { Extended } from '../session/extending.ts'
import type { OverQuota } from '../session/rules.ts'
import { bytesLeft, secondsLeft, type OpenSession } from '../session/session.ts'
import { amountWords } from './amount-words.ts'
import type { Html, Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { durationWords, hourWords, wallTime } from './time-words.ts'

export type Outlook = {
  /** The place closes before its time would be up. */
  readonly closing: boolean
  readonly overQuota: OverQuota
  /** Whether more time may be asked for. */
  readonly extend: boolean
  readonly told?: Extended
}

/** The hidden field that lets a form act on a session. */
export type Key = { readonly name: 'token' | 'form'; readonly value: string }

function data({ t, language }: Reader, session: OpenSession, overQuota: OverQuota): readonly string[] {
  const left = bytesLeft(session)
  if (left === undefined) return []
  if (left === 0) return [t('outlook.slow')]
  return [t('outlook.data', { amount: amountWords(t, language, left) }), t(overQuota === 'end' ? 'outlook.dataEnd' : 'outlook.dataSlow')]
}

export function outlookLines(reader: Reader, session: OpenSession, { closing, overQuota }: Outlook): Html {
  const { t, language, site } = reader
  const { idleSeconds } = session.limits
  const lines = [
    data(reader, session, overQuota).join(' '),
    ...(closing ? [t('outlook.closes', { time: hourWords(language, wallTime(session.deadlineMs, site.timezone)) })] : []),
    ...(idleSeconds === undefined ? [] : [t('outlook.idle', { time: durationWords(t, idleSeconds) })]),
  ]
  return html`${lines.filter(Boolean).map((line) => html`<p>${line}</p>`)}`
}

/** A button that acts on a session; `first` where it is the one action of its page. */
export function actForm(reader: Reader, action: string, key: Key, label: string, icon: keyof typeof ICONS, first = false): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="${key.name}" value="${key.value}"><input type="hidden" name="lang" value="${reader.language}"><button class="go${first ? '' : ' quiet'}">${ICONS[icon]}<span>${reader.t(label)}</span></button></form>`
}

const TOLD: Readonly<Record<Extended, string>> = { extended: 'outlook.extended', refused: 'outlook.notExtended', silent: 'outlook.notNow', gone: 'outlook.notNow' }

export function toldLine({ t }: Reader, { told }: Outlook): Html {
  return told === undefined ? html`` : html`<p class="note" role="status">${t(TOLD[told])}</p>`
}

export function extendForm(reader: Reader, { extend }: Outlook, key: Key): Html {
  return extend ? actForm(reader, '/extend', key, 'outlook.extend', 'clock') : html``
}

export function pauseForm(reader: Reader, session: OpenSession, nowMs: number, key: Key): Html {
  // A foreign controller's clock does not stand still.
  return session.behind === undefined && secondsLeft(session, nowMs) >= PAUSABLE_SECONDS ? actForm(reader, '/pause', key, 'outlook.pause', 'pause') : html``
}
