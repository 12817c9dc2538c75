// The page a phone opens from a kiosk's QR code: one service, no script, nothing of what was searched.
import type { Context } from 'hono'
import { html } from 'hono/html'
import { direction, preferredLanguage } from '#shared/i18n/texts.ts'
import { detailOf } from './directory/catalogue.ts'
import { viewpoint, type ScreenSource } from './screen-api.ts'
import { phrases, type Translate } from './ui/phrase.ts'
import { dayName, slotText, stateText } from './ui/wording.ts'
import type { DetailView, Spoken } from './views.ts'

const LONGEST_CODE = 52

function said({ text, language }: Spoken) {
  return language === undefined ? html`<bdi>${text}</bdi>` : html`<bdi lang="${language}">${text}</bdi>`
}

function phoneLink(number: string) {
  return html`<a dir="ltr" href="tel:${number.replace(/[^+\d]/g, '')}">${number}</a>`
}

function body(detail: DetailView, t: Translate, language: string) {
  const place = detail.places[0]
  return html`<h1>${said(detail.name)}</h1>
${detail.organization ? html`<p class="quiet"><bdi lang="${detail.written}">${detail.organization}</bdi></p>` : ''}
<p class="state ${detail.state.kind}">${stateText(detail, t, language)}</p>
${detail.alert ? html`<p class="alert" lang="${detail.written}" dir="auto">${detail.alert}</p>` : ''}
${detail.description ? html`<p>${said(detail.description)}</p>` : ''}
${place ? html`<h2>${t('detail.where')}</h2><p lang="${detail.written}" dir="auto">${place.name ?? ''}<br>${place.lines.join(', ')}</p>${place.directions ? html`<p lang="${detail.written}" dir="auto">${place.directions}</p>` : ''}` : ''}
${detail.phones.length > 0 ? html`<h2>${t('detail.phone')}</h2>${detail.phones.map((phone) => html`<p>${phoneLink(phone.number)}</p>`)}` : ''}
${detail.hoursKnown ? html`<h2>${t('detail.hours')}</h2><table>${detail.week.map((day) => html`<tr${day.today ? html` class="today"` : ''}><th scope="row">${dayName(day.date, language)}</th><td>${day.slots.length > 0 ? day.slots.map((slot) => html`<span dir="auto">${slotText(slot, t, language)}</span> `) : t('hours.closedDay')}</td></tr>`)}</table>` : ''}
${detail.documents.length > 0 ? html`<h2>${t('detail.bring')}</h2><ul lang="${detail.written}" dir="auto">${detail.documents.map((one) => html`<li>${one}</li>`)}</ul>` : ''}`
}

/** `GET /s/<code>` in the language of the phone. */
export function servicePage(source: ScreenSource): (c: Context) => Response | Promise<Response> {
  return function page(c) {
    const code = c.req.param('code') ?? ''
    const { catalogue, store, profile } = source.directory()
    const found = code.length <= LONGEST_CODE ? catalogue.byId(catalogue.idOfCode(code) ?? '') : undefined
    const language = preferredLanguage(c.req.header('accept-language'), source.settings.languages)
    const detail = found && detailOf(store, found.entry, viewpoint(source, language), undefined)
    if (!detail) return c.notFound()
    const t = phrases(language)
    const page = html`<!doctype html>
<html lang="${language}" dir="${direction(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${detail.name.text}</title><link rel="icon" href="/mark.svg"><link rel="stylesheet" href="/page.css"></head>
<body><main>${profile?.demonstration ? html`<p class="quiet">${t('demonstration')}</p>` : ''}${body(detail, t, language)}
<p class="quiet">${t('page.asOf')}</p></main></body>
</html>`
    return c.html(page)
  }
}
