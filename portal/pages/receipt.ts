// The citizen's receipt: what it says, how to take it along, how to take back what was given, how to have it erased.
import { html } from 'hono/html'
import { isolated } from '#shared/i18n/isolated.ts'
import type { ShownExtra } from '../consent/extras.ts'
import { printedCode } from '../consent/receipt.ts'
import type { HeldReceipt } from '../consent/receipt-desk.ts'
import { frame, href, type Html, type Reader } from './frame.ts'
import { ICONS } from './icons.ts'
import { wordsIn } from './lent-words.ts'
import { qrCode } from './qr.ts'
import { dateWords, hourWords, wallTime } from './time-words.ts'

function form(reader: Reader, code: string, act: string, label: string, more: Html | string = ''): Html {
  return html`<form method="post" action="/receipt"><input type="hidden" name="code" value="${code}"><input type="hidden" name="act" value="${act}"><input type="hidden" name="lang" value="${reader.language}">${more}<button class="go quiet"><span>${label}</span></button></form>`
}

function askForCode(reader: Reader): Html {
  const { t, language } = reader
  return html`<form method="post" action="/receipt"><input type="hidden" name="act" value="show"><input type="hidden" name="lang" value="${language}"><p><label for="code">${t('receipt.code')}</label><input id="code" name="code" type="text" dir="ltr" inputmode="text" autocapitalize="none" autocomplete="off" spellcheck="false" maxlength="40" required></p><button class="go"><span>${t('receipt.show')}</span></button><p class="small">${t('receipt.code.help')}</p></form>`
}

export function receiptsPage(reader: Reader): Html {
  const { t } = reader
  const body = html`<h1>${t('receipt.heading')}</h1><p>${t('receipt.lead')}</p>${askForCode(reader)}`
  return frame(reader, { title: t('receipt.title'), body, path: '/receipt' })
}

export function noReceiptPage(reader: Reader): Html {
  const { t } = reader
  const body = html`<span class="sign calm">${ICONS.cut}</span><h1 tabindex="-1" autofocus>${t('receipt.none')}</h1><p>${t('receipt.none.text')}</p>${askForCode(reader)}`
  return frame(reader, { title: t('receipt.title'), body, path: '/receipt' })
}

export function erasedPage(reader: Reader): Html {
  const { t } = reader
  const body = html`<span class="sign calm">${ICONS.tick}</span><h1 tabindex="-1" autofocus>${t('receipt.erased')}</h1><p role="status">${t('receipt.erased.text')}</p><p><a class="go quiet" href="${href(reader, '/')}"><span>${t('link.home')}</span></a></p>`
  return frame(reader, { title: t('receipt.title'), body })
}

function consents(reader: Reader, { code, consents: list }: HeldReceipt, extras: readonly ShownExtra[]): Html | string {
  const { t } = reader
  if (list.length === 0) return ''
  const rows = list.map(({ id, given }) => {
    const take = given ? form(reader, code, 'withdraw', t('receipt.withdraw'), html`<input type="hidden" name="purpose" value="${id}">`) : ''
    const asked = extras.find((one) => one.id === id)
    return html`<section class="card"><h3>${asked ? wordsIn(reader, asked.lang, asked.text) : html`<bdi>${id}</bdi>`}</h3><p class="${given ? 'good' : 'small'}"><span aria-hidden="true">${given ? '✓' : '–'} </span>${t(given ? 'receipt.given' : 'receipt.notGiven')}</p>${take}</section>`
  })
  return html`<h2>${t('receipt.consents')}</h2>${rows}`
}

export type ReceiptSheet = {
  /** As they are asked now; one that is asked no more has its name only. */
  readonly extras: readonly ShownExtra[]
  /** Of this very page, absolute, because another device will read it. */
  readonly url: string
  /** Where the terms that were read still stand; undefined when others have taken their place. */
  readonly again: string | undefined
  readonly note?: 'withdrawn' | undefined
}

export function receiptPage(reader: Reader, held: HeldReceipt, { extras, url, again, note }: ReceiptSheet): Html {
  const { t, language, site } = reader
  const { text, code } = held
  const [atMs, path] = [text.iat * 1000, `/receipt/${code}`]
  const when = t('receipt.when', { date: dateWords(language, atMs, site.timezone), time: hourWords(language, wallTime(atMs, site.timezone)) })
  const rows = [['receipt.read', html`${t('receipt.read.text', { version: isolated(text.terms.ver) })}${again === undefined ? '' : html` <a href="${again}">${t('receipt.terms')}</a>`}`], ['receipt.at', when], ['receipt.by', text.controller]] as const
  const body = html`<h1 tabindex="-1" autofocus>${t('receipt.yours')}</h1>${note === undefined ? '' : html`<p class="note" role="status">${t(`receipt.${note}`)}</p>`}
<dl class="card">${rows.map(([key, value]) => html`<dt>${t(key)}</dt><dd>${value}</dd>`)}</dl><p class="small">${t('receipt.nameless')}</p>
${consents(reader, held, extras)}
<h2>${t('receipt.keep')}</h2><p>${t('receipt.keep.text')}</p>${qrCode(url, t('receipt.qr'))}<p>${t('receipt.code')}<br><b dir="ltr"><code>${printedCode(code)}</code></b></p><p><a class="go quiet" href="${path}/copy"><span>${t('receipt.copy')}</span></a></p><p class="small">${t('receipt.proof')}</p>
<details><summary>${t('receipt.erase')}</summary><p>${t('receipt.erase.text')}</p>${form(reader, code, 'erase', t('receipt.erase.button'))}</details>`
  return frame(reader, { title: t('receipt.title'), body, path })
}
