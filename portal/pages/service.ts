import { html } from 'hono/html'
import { frame, type Html, type Reader } from './frame.ts'

export const PARTS = ['access', 'gate', 'receipts'] as const
export type Part = (typeof PARTS)[number]
export type PartState = 'works' | 'troubled' | 'delayed'
export type ServiceState = Readonly<Record<Part, PartState>>

const LOOKS: Readonly<Record<PartState, { colour: string; sign: string }>> = {
  works: { colour: 'good', sign: '✓' },
  delayed: { colour: 'warn', sign: '…' },
  troubled: { colour: 'bad', sign: '✕' },
}

/** The state in words. No number: numbers about the service are numbers about its visitors (privacy.md). */
export function servicePage(reader: Reader, state: ServiceState): Html {
  const { t } = reader
  const trouble = PARTS.some((part) => state[part] === 'troubled')
  const rows = PARTS.map((part) => {
    const { colour, sign } = LOOKS[state[part]]
    return html`<dt>${t(`service.${part}`)}</dt><dd class="${colour}"><span aria-hidden="true">${sign} </span>${t(`service.${state[part]}`)}</dd>`
  })
  const body = html`<h1>${t('service.heading')}</h1><p>${t(trouble ? 'service.note.trouble' : 'service.note.works')}</p><dl class="card">${rows}</dl><p class="small">${t('service.unknown')}</p>`
  return frame(reader, { title: t('service.title'), body, path: '/service' })
}
