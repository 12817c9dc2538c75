import { html } from 'hono/html'
import { CONDITIONS, levelOf, PARTS, type Held, type Level, type Part } from '../state/conditions.ts'
import type { Told } from '../state/service.ts'
import { frame, type Html, type Reader } from './frame.ts'
import { announcedWords, sinceWords, stateWords } from './state-words.ts'

const LOOKS: Readonly<Record<Level | 'unknown', { colour: string; sign: string }>> = {
  works: { colour: 'good', sign: '✓' },
  disturbed: { colour: 'warn', sign: '…' },
  down: { colour: 'bad', sign: '✕' },
  unknown: { colour: 'small', sign: '?' },
}

function said({ t }: Reader, level: Level | 'unknown', since = ''): Html {
  const { colour, sign } = LOOKS[level]
  return html`<span class="${colour}"><span aria-hidden="true">${sign} </span>${since === '' ? t(`service.${level}`) : t('service.since', { level: t(`service.${level}`), since })}</span>`
}

/** A part is as bad as the worst that holds of it; since when, where that is told. */
function partRow(reader: Reader, { held, line, nowMs }: Told, part: Part): Html {
  const worst = held.find(({ id }) => CONDITIONS[id].part === part && CONDITIONS[id].level !== 'works')
  const level = part === 'line' && line === 'unknown' && !worst ? 'unknown' : levelOf(held, part)
  return html`<dt>${reader.t(`service.${part}`)}</dt><dd>${said(reader, level, worst && sinceWords(reader, worst, nowMs))}</dd>`
}

function explained(reader: Reader, told: Told, { id }: Held): Html {
  const words = id === 'maintenance' || id === 'planned' ? announcedWords(reader) : ''
  return html`<section class="card"><h2>${stateWords(reader, told, id, 'heading')}</h2><p>${stateWords(reader, told, id, 'why')}</p>${words}<p>${stateWords(reader, told, id, 'works')}</p><p><strong>${stateWords(reader, told, id, 'when')}</strong></p></section>`
}

/** The state in words. No number: numbers about the service are numbers about its visitors (privacy.md). */
export function servicePage(reader: Reader, told: Told): Html {
  const { t } = reader
  const level = levelOf(told.held)
  const rows = PARTS.map((part) => partRow(reader, told, part))
  const body = html`<h1>${t('service.heading')}</h1><p role="status">${t(`service.note.${level}`)}</p><dl class="card">${rows}</dl>${told.held.map((one) => explained(reader, told, one))}${told.line === 'unknown' ? html`<p class="small">${t('service.unmeasured')}</p>` : ''}`
  return frame(reader, { title: t('service.title'), body, path: '/service', state: 'shown' })
}
