import { html, raw } from 'hono/html'
import { ENDONYMS } from '#shared/i18n/texts.ts'
import { MARK_SVG } from '#shared/look/tokens.ts'
import { dirOf, type Html, type View } from './view.ts'

export type Page = { readonly title: string; readonly body: Html; readonly here?: 'sites' | 'download' }

function languageLink(view: View, language: keyof typeof ENDONYMS): Html {
  const current = language === view.language
  const url = new URL(view.path, 'http://here')
  url.searchParams.set('lang', language)
  return html`<li><a href="${url.pathname + url.search}" lang="${language}" hreflang="${language}" ${current ? raw('aria-current="true"') : ''}>${ENDONYMS[language]}</a></li>`
}

function menu(view: View, here: Page['here']): Html | '' {
  if (view.account === undefined) return ''
  const item = (name: 'sites' | 'download', href: string) => html`<li><a href="${href}" ${here === name ? raw('aria-current="page"') : ''}>${view.t(`app.${name}`)}</a></li>`
  return html`<nav aria-label="${view.t('app.menu')}"><ul>${item('sites', '/staff')}${item('download', '/staff/download')}<li><form method="post" action="/staff/sign-out"><button class="link">${view.t('app.signOut')}</button></form></li></ul></nav>`
}

/** The frame of every staff page. */
export function layout(view: View, { title, body, here }: Page): Html {
  const { t } = view
  return html`<!doctype html>
<html lang="${view.language}" dir="${dirOf(view)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} · ${t('app.title')} · ${view.city}</title>
<link rel="stylesheet" href="/staff/style.css">
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
