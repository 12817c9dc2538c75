import { html } from 'hono/html'
import { expect, test } from 'vitest'
import { SQUARE } from '#test/support/portal-town.ts'
import { termsOf } from '../consent/terms.ts'
import { failurePage } from './failure.ts'
import { createLook } from '../theme/look.ts'
import { labelled, lent, unmarked, wordsIn } from './lent-words.ts'
import { portalTexts, PORTAL_TEXTS } from './texts.ts'

const { 'welcome.button': _button, 'time.left': _left, 'duration.both': _both, ...most } = PORTAL_TEXTS.wo
const { 'link.recorded': _recorded, 'nav.more': _more, ...without } = PORTAL_TEXTS.wo
const wolof = portalTexts({ fr: PORTAL_TEXTS.fr, 'fr-simple': {}, wo: most })('wo')
const page = (body: ReturnType<typeof html>, reader = 'wo'): string => String(labelled(body, reader))

test('a sentence that Wolof lacks stands in French, spoken as French, and named for the eye in Wolof', () => {
  expect(page(html`<button><span>${wolof('welcome.button')}</span></button>`)).toBe('<button><span><span lang="fr" dir="ltr">Se connecter</span> <small>(Farañse)</small></span></button>')
  expect(page(html`<p>${wolof('welcome.heading')}</p>`)).toBe(`<p>${PORTAL_TEXTS.wo['welcome.heading']}</p>`)
})

test('every page labels what it borrows, in its list of links too', () => {
  const reader = { t: portalTexts({ fr: PORTAL_TEXTS.fr, wo: without })('wo'), language: 'wo', languages: ['fr', 'wo'], site: SQUARE, servicesUrl: undefined, look: createLook(), to: undefined } as const
  const made = String(failurePage(reader, 'gate'))
  expect(made).toContain('>Ce que nous enregistrons</span> <small>(Farañse)</small></a>')
  expect(made).toContain('<nav aria-label="En savoir plus">')
  expect(made).not.toMatch(/[\uFDD0-\uFDD2]/)
})

test('what is lent inside of what is lent is labelled each for itself, and both are closed', () => {
  const both = wolof('duration.both', { hours: wolof('duration.hours', { count: 1 }), minutes: wolof('duration.minutes', { count: 2 }) })
  const made = page(html`<p>${wolof('time.left', { time: both })}</p>`)
  expect(made).toContain('Il reste <span lang="fr" dir="ltr">1 waxtu et 2 simili</span> <small>(Farañse)</small></span> <small>(Farañse)</small>')
  expect(made.match(/<span/g)).toHaveLength(made.match(/<\/span>/g)?.length ?? 0)
})

test('an Arabic page keeps the direction of the French that it borrows', () => {
  const arabic = portalTexts({ fr: PORTAL_TEXTS.fr, ar: {} })('ar')
  expect(page(html`<p>${arabic('welcome.button')}</p>`, 'ar')).toBe('<p><span lang="fr" dir="ltr">Se connecter</span> <small>(الفرنسية)</small></p>')
})

test('titles and attributes have no place for a label: there the words stand alone', () => {
  const words = wolof('welcome.button')
  expect(page(html`<title>${words} · Parvis</title><nav aria-label="${words}"><a href="/?q=${words}">x</a></nav>`)).toBe('<title>Se connecter · Parvis</title><nav aria-label="Se connecter"><a href="/?q=Se connecter">x</a></nav>')
})

test('easy French borrows from French without a word about it', () => {
  const easy = portalTexts({ fr: PORTAL_TEXTS.fr, 'fr-simple': {} })('fr-simple')
  expect(page(html`<p>${easy('welcome.button')} ${easy('duration.hours', { count: 2 })}</p>`, 'fr-simple')).toBe('<p>Se connecter 2 heures</p>')
})

test('with all its sentences a language borrows nothing, and its pages pass untouched', () => {
  const texts = portalTexts()
  const keys = Object.keys(PORTAL_TEXTS.fr).filter((key) => !/_\w+$/.test(key))
  for (const language of ['en', 'ar', 'es', 'pt', 'wo'] as const) expect(keys.filter((key) => texts(language)(key).includes('\uFDD0')), language).toEqual([])
})

test('markup in words of the city is text, and marks in what a stranger sends can only be a span', () => {
  expect(page(html`<p>${wordsIn({ language: 'wo' }, 'fr', '<b>Mairie</b>')}</p>`)).toBe('<p><span lang="fr" dir="auto">&lt;b&gt;Mairie&lt;/b&gt;</span> <small>(Farañse)</small></p>')
  expect(page(html`<p>${wordsIn({ language: 'fr' }, 'fr', 'Mairie')}</p>`)).toBe('<p><bdi>Mairie</bdi></p>')
  expect(page(html`<p>${'\uFDD0"><script>\uFDD1x\uFDD2'}</p>`)).not.toContain('<script')
})

test('a receipt vouches for the words, not for our marks', () => {
  expect(unmarked(lent('Se connecter', 'fr'))).toBe('Se connecter')
  expect(termsOf('wo', [wolof('welcome.button')]).sha256).toBe(termsOf('wo', ['Se connecter']).sha256)
})
