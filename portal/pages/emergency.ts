import { html } from 'hono/html'
import { dialled, EMERGENCY_NUMBERS, type CityNumber, type Country, type EmergencyNumber } from '../state/emergency-numbers.ts'
import { frame, type Html, type Reader } from './frame.ts'
import { wordsFor } from './languages.ts'
import { wordsIn } from './lent-words.ts'

function row(href: string, number: string, words: Html | string): Html {
  return html`<li><a class="go quiet" href="${href}"><b dir="ltr">${number}</b><span>${words}</span></a></li>`
}

function ofCountry({ t }: Reader, country: Country): Html[] {
  const numbers: readonly EmergencyNumber[] = EMERGENCY_NUMBERS[country]
  return numbers.map(({ number, sms = false }) => row(dialled(number, sms), number, t(`emergency.${country}.${number}`)))
}

/** In the reader's language, else as the city wrote it first. */
function ofCity(reader: Reader, { number, texts }: CityNumber): Html {
  const written = wordsFor(texts, reader.language)
  return row(dialled(number), number, written === undefined ? '' : html`<span>${wordsIn(reader, ...written)}</span>`)
}

/** Whom to call. Asks nothing of anybody, so that it is there when everything else is not. */
export function emergencyPage(reader: Reader, country: Country, own: readonly CityNumber[]): Html {
  const { t } = reader
  const body = html`<h1>${t('emergency.heading')}</h1><p>${t('emergency.lead')}</p><ul class="calls">${ofCountry(reader, country)}</ul>
${own.length === 0 ? '' : html`<h2>${t('emergency.city')}</h2><ul class="calls">${own.map((one) => ofCity(reader, one))}</ul>`}<p class="small">${t('emergency.phone')}</p>`
  return frame(reader, { title: t('emergency.title'), body, path: '/emergency', state: 'shown' })
}
