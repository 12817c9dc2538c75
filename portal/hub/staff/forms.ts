import { html, raw } from 'hono/html'
import { layout } from './layout.ts'
import type { Html, View } from './view.ts'

function failure(message: string | undefined): Html | '' {
  return message === undefined ? '' : html`<p class="error" role="alert" id="error">${message}</p>`
}

type Field = { readonly name: string; readonly label: string; readonly hint?: string; readonly type?: 'text' | 'password'; readonly autocomplete: string; readonly value?: string; readonly ltr?: true }

function field({ name, label, hint, type = 'text', autocomplete, value = '', ltr }: Field): Html {
  const described = hint === undefined ? '' : raw(`aria-describedby="${name}-hint"`)
  return html`<div class="field"><label for="${name}">${label}</label>${hint === undefined ? '' : html`<p class="note" id="${name}-hint">${hint}</p>`}<input id="${name}" name="${name}" type="${type}" value="${value}" required autocomplete="${autocomplete}" maxlength="256" autocapitalize="none" spellcheck="false" ${described} ${ltr ? raw('dir="ltr"') : ''}></div>`
}

export function signInPage(view: View, name: string, message?: string): Html {
  const { t } = view
  const body = html`<h1>${t('signIn.title')}</h1>
<p class="lead">${t('signIn.lead')}</p>
<form class="card" method="post" action="/staff/sign-in">${failure(message)}
${field({ name: 'name', label: t('signIn.name'), autocomplete: 'username', value: name })}
${field({ name: 'password', label: t('signIn.password'), type: 'password', autocomplete: 'current-password' })}
<button class="button">${t('signIn.submit')}</button></form>`
  return layout(view, { title: t('signIn.title'), body })
}

export function firstPage(view: View, name: string, message?: string): Html {
  const { t } = view
  const body = html`<h1>${t('first.title')}</h1>
<p class="lead">${t('first.lead')}</p>
<form class="card" method="post" action="/staff/first">${failure(message)}
${field({ name: 'code', label: t('first.code'), autocomplete: 'one-time-code', ltr: true })}
${field({ name: 'name', label: t('first.name'), hint: t('first.nameHint'), autocomplete: 'username', value: name })}
${field({ name: 'password', label: t('first.password'), hint: t('first.passwordHint'), type: 'password', autocomplete: 'new-password' })}
<button class="button">${t('first.submit')}</button></form>`
  return layout(view, { title: t('first.title'), body })
}

export function messagePage(view: View, title: string, text: string): Html {
  const body = html`<h1>${title}</h1><p>${text}</p><p><a href="/staff">${view.t('site.back')}</a></p>`
  return layout(view, { title, body })
}
