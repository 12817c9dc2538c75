import { afterAll, beforeAll, expect, test } from 'vitest'
import { preferredLanguage } from '#shared/i18n/texts.ts'
import { openJws } from '#shared/sign.ts'
import { portalTown, SQUARE, tokenOf, type PortalTown } from '#test/support/portal-town.ts'
import { RECEIPT_TYP } from '../consent/receipt.ts'
import { COUNTED_LANGUAGES, countedLanguage } from '../count/counted-languages.ts'
import { parseTerms } from '../consent/terms-html.ts'
import { documentFor, type TermsDocument } from '../consent/terms.ts'
import { PAGE_LANGUAGES, wordsFor, type PageLanguage } from './languages.ts'

function documentIn(lang: 'fr' | 'en', words: string): TermsDocument {
  const { id, ver, title, nodes } = parseTerms(`<!-- id: reglement; version: 1; title: ${words} -->\n<p>${words}</p>`)
  return { id, ver, title, nodes, lang, sha256: lang.repeat(32) }
}

let town: PortalTown
beforeAll(async () => {
  town = await portalTown({
    settings: {
      sites: [{ ...SQUARE, languages: PAGE_LANGUAGES }],
      extras: [{ id: 'survey', texts: { fr: 'Une question par mois', en: 'One question a month' } }],
      terms: new Map([['default', new Map([['en', documentIn('en', 'Rules')], ['fr', documentIn('fr', 'Règlement')]])]]),
    },
  })
})
afterAll(() => town.close())

test.each([
  ['es-MX,es;q=0.9,en;q=0.8', 'es', 'Conectar'], ['pt-BR', 'pt', 'Ligar-se'], ['wo-SN,fr;q=0.5', 'wo', 'Lëkkaloo'], ['ff,wo;q=0.8,fr;q=0.5', 'wo', 'Lëkkaloo'], ['de', 'fr', 'Se connecter'],
])('a phone that asks for %s is answered in %s', async (header, language, button) => {
  const { body, bytes } = await town.phone('127.0.0.2').get('/', { 'Accept-Language': header })
  expect(body).toContain(`<html lang="${language}" dir="ltr">`)
  expect(body).toContain(`<span>${button}</span></button>`)
  expect(bytes).toBeLessThanOrEqual(14 * 1024)
  for (const name of ['Français facile', 'English', 'العربية', 'Español', 'Português', 'Wolof']) expect(body).toContain(`>${name}</`)
})

test('easy French comes by its link alone, whatever a header says, and stays', async () => {
  const phone = town.phone('127.0.0.3')
  expect(preferredLanguage('fr-simple', ['en', 'fr-simple', 'fr'])).toBe('fr')
  expect((await phone.get('/', { 'Accept-Language': 'fr-simple' })).body).toContain('<html lang="fr" dir="ltr">')
  const { body } = await phone.get('/?lang=fr-simple')
  expect(body).toContain('<html lang="fr-simple" dir="ltr">')
  expect(body).toContain('<b lang="fr-simple" dir="ltr">Français facile</b>')
  expect(body).toContain('Ici, Internet est gratuit.')
  expect(body).toContain('href="/recorded?lang=fr-simple"')
  // What is easy already stands as in French.
  expect(body).toContain('<span>Se connecter</span>')
})

test('who reads easy French has a receipt that says so, and is counted as French', async () => {
  const phone = town.phone('127.0.0.4')
  const online = await phone.connect('fr-simple')
  expect(online.body).toContain('Vous avez Internet.')
  const [jws = ''] = (await phone.get(`/s/${tokenOf(online.body)}/receipt`)).body.split('\n')
  expect(JSON.parse(openJws(jws, RECEIPT_TYP, town.key).toString())).toMatchObject({ terms: { lang: 'fr-simple' } })
  expect(town.seen.started.at(-1)?.language).toBe('fr')
})

test('only languages of the public list are counted; any other is one of the others', () => {
  expect(COUNTED_LANGUAGES).toEqual(['fr', 'en', 'ar', 'es', 'pt', 'wo'])
  expect(['fr', 'fr-simple', 'pt-BR', 'wo', 'br', 'other', ''].map(countedLanguage)).toEqual(['fr', 'fr', 'pt', 'wo', 'other', 'other', 'other'])
})

test('what the city wrote in French alone is offered to everyone, with its language said', async () => {
  const { body } = await town.phone('127.0.0.5').get('/?lang=wo')
  expect(body).toContain('<span lang="fr" dir="auto">Une question par mois</span> <small>(Farañse)</small>')
  expect((await town.phone('127.0.0.5').get('/?lang=en')).body).toContain('<bdi>One question a month</bdi>')
  const easy = (await town.phone('127.0.0.5').get('/?lang=fr-simple')).body
  expect(easy).toContain('<span lang="fr" dir="auto">Une question par mois</span>')
  expect(easy).not.toContain('<small>')
})

test('terms in easy French are the French ones before any other, and say that they are not easy', async () => {
  const { body } = await town.phone('127.0.0.6').get('/terms?lang=fr-simple')
  expect(body).toContain('La suite n’est pas en français facile.')
  expect(body).toContain('<section class="terms" lang="fr" dir="ltr"><h2>Règlement</h2>')
})

test('terms are looked for in the reader’s language, in its plain form, then as the site prefers', () => {
  const terms = new Map([['default', new Map([['en', documentIn('en', 'Rules')], ['fr', documentIn('fr', 'Règlement')]] as const)]])
  const found = (...languages: PageLanguage[]) => documentFor(terms, 'default', languages)?.lang
  expect([found('fr-simple', 'en'), found('wo', 'en', 'fr'), found('wo', 'fr', 'en'), found('wo')]).toEqual(['fr', 'en', 'fr', 'en'])
})

test('the city’s words are those of the reader’s language, of its plain form, else the first that were written', () => {
  expect(wordsFor({ en: 'b', fr: 'a' }, 'fr-simple')).toEqual(['fr', 'a'])
  expect(wordsFor({ fr: 'a', 'fr-simple': 'c' }, 'fr-simple')).toEqual(['fr-simple', 'c'])
  expect(wordsFor({ ar: 'd', fr: 'a' }, 'wo')).toEqual(['ar', 'd'])
  expect(wordsFor({}, 'wo')).toBeUndefined()
})

test('a site offers what it offers, and nothing else can be asked for', async () => {
  const small = await portalTown({ settings: { sites: [{ ...SQUARE, languages: ['fr', 'wo'] }] } })
  try {
    const phone = small.phone('127.0.0.2')
    const { body } = await phone.get('/?lang=es', { 'Accept-Language': 'es' })
    expect(body).toContain('<html lang="fr" dir="ltr">')
    expect(body).not.toContain('Español')
    expect((await phone.get('/', { 'Accept-Language': 'wo' })).body).toContain('<html lang="wo"')
  } finally {
    await small.close()
  }
})
