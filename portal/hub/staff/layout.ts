import { html, raw } from 'hono/html'
import { ENDONYMS } from '#shared/i18n/texts.ts'
import { MARK_SVG } from '#shared/look/tokens.ts'
import type { Right } from './accounts.ts'
import { dirOf, type Html, type View } from './view.ts'

/** The menu: whoever lacks the right does not see the item. */
const ITEMS = [
  { name: 'sites', href: '/staff', right: 'counts' },
  { name: 'download', href: '/staff/download', right: 'download' },
  { name: 'vouchers', href: '/staff/vouchers', right: 'vouchers' },
] as const satisfies readonly { readonly name: string; readonly href: string; readonly right: Right }[]
export type Place = (typeof ITEMS)[number]['name']
export type Page = { readonly title: string; readonly body: Html; readonly here?: Place; /** A further sheet of styles. */ readonly style?: string }

function languageLink(view: View, language: keyof typeof ENDONYMS): Html {
  const current = language === view.language
  const url = new URL(view.path, 'http://here')
  url.searchParams.set('lang', language)
  return html`<li><a href="${url.pathname + url.search}" lang="${language}" hreflang="${language}" ${current ? raw('aria-current="true"') : ''}>${ENDONYMS[language]}</a></li>`
}

function menu(view: View, here: Page['here']): Html | '' {
  if (view.account === undefined) return ''
  const items = ITEMS.filter(({ right }) => view.may(right)).map(({ name, href }) => html`<li><a href="${href}" ${here === name ? raw('aria-current="page"') : ''}>${view.t(`app.${name}`)}</a></li>`)
  return html`<nav aria-label="${view.t('app.menu')}"><ul>${items}<li><form method="post" action="/staff/sign-out"><button class="link">${view.t('app.signOut')}</button></form></li></ul></nav>`
}

/** The frame of every staff page. */
export function layout(view: View, { title, body, here, style }: Page): Html {
  const { t } = view
  return html`<!doctype html>
<html lang="${view.language}" dir="${dirOf(view)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · ${t('app.title')} · ${view.city}</title>
<link rel="stylesheet" href="/staff/style.css">${style === undefined ? '' : html`<link rel="stylesheet" href="${style}">`}
<link rel="icon" href="/staff/mark.svg" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#content">${t('app.skip')}</a>
<header class="top"><div class="bar"><a class="brand" href="/staff">${raw(MARK_SVG)}<span><b>${t('app.title')}</b><span><bdi>${view.city}</bdi></span></span></a>${menu(view, here)}<nav class="languages" aria-label="${t('app.languages')}"><ul>${view.languages.map((language) => languageLink(view, language))}</ul></nav></div></header>
<main id="content">
${view.demo ? html`<p class="demo"><strong>${t('app.demo')}</strong> · ${t('app.demoLong')}</p>` : ''}
${body}
</main>
<footer><p>${t('app.refusals')}</p></footer>
</body>
</html>`
}
