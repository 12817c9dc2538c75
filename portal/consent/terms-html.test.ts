import { expect, test } from 'vitest'
import { array, assert, asyncProperty, constantFrom, oneof, string } from 'fast-check'
import { createTexts } from '#shared/i18n/texts.ts'
import { SQUARE } from '#test/support/portal-town.ts'
import { termsPage } from '../pages/terms.ts'
import { PORTAL_TEXTS } from '../pages/texts.ts'
import { createLook } from '../theme/look.ts'
import { termsOf } from './terms.ts'
import { parseTerms } from './terms-html.ts'

const HEAD = '<!-- id: reglement; version: 2026-11; title: Règlement -->\n'
const reader = { t: createTexts(PORTAL_TEXTS)('fr'), language: 'fr', languages: ['fr'], site: SQUARE, servicesUrl: undefined, look: createLook(), to: undefined } as const

/** What a reader gets, whatever was wrong with the file. */
async function page(text: string): Promise<string> {
  const { id, ver, title, nodes } = parseTerms(text)
  return String(await termsPage(reader, termsOf('fr', ['a', 'b', 'c'], { id, ver, lang: 'fr', title, nodes, sha256: '0'.repeat(64) }), 'Ville'))
}
const mistakes = (body: string) => parseTerms(HEAD + body).mistakes.map(({ line, text }) => `${line}: ${text}`)

test('a city’s terms are shown as they were written', async () => {
  const body = '<h2>Usage</h2>\n<p>Soyez <strong>polis</strong> &amp; brefs.<br>Voir <a href="https://ville.example/r">ici</a>.</p>\n<ul><li>un</li><li><p>deux</p></li></ul><hr>\n'
  expect(mistakes(body)).toEqual([])
  expect(parseTerms(HEAD + body)).toMatchObject({ id: 'reglement', ver: '2026-11', title: 'Règlement' })
  const shown = await page(HEAD + body)
  expect(shown).toContain('<h2>Usage</h2>')
  expect(shown).toContain('<p>Soyez <strong>polis</strong> &amp; brefs.<br>Voir <a href="https://ville.example/r" rel="noreferrer">ici</a>.</p>')
})

test.each([
  ['<p>un</p>\n<script>alert(1)</script>', '3: <script> is not allowed in terms'],
  ['<p onclick="x()">un</p>', '2: <p> may have no attribute'],
  ['<p><a href="javascript:alert(1)">un</a></p>', '2: a link leads to https://, http://, mailto:, tel: or a page of ours'],
  ['<p><a href="java&#115;cript:alert(1)">un</a></p>', '2: a link leads to https://, http://, mailto:, tel: or a page of ours'],
  ['<p><a href="//evil.example">un</a></p>', '2: a link leads to https://, http://, mailto:, tel: or a page of ours'],
  ['<p><a>un</a></p>', '2: <a> needs href="…"'],
  ['<p><img src="x"></p>', '2: <img> is not allowed in terms'],
  ['<p style="x">un</p>', '2: <p> may have no attribute'],
  ['<p>un', '2: <p> is not closed'],
  ['\n\n</p>', '4: </p> closes nothing'],
  ['<p><ul><li>un</li></ul></p>', '2: <ul> may not stand in <p>'],
  ['mots', '2: text may not stand outside of <p>'],
  ['<ul>mots<li>un</li></ul>', '2: text may not stand in <ul>'],
  ['<p>1 < 2</p>', '2: < is written &lt;'],
  ['<__proto__>', '2: < is written &lt;'],
  ['<constructor></constructor>', '2: <constructor> is not allowed in terms'],
])('%s is refused with its line', (body, said) => {
  expect(mistakes(body)).toContain(said)
})

test('a file that does not say which version it is, is refused', () => {
  expect(parseTerms('<p>un</p>').mistakes).toMatchObject([{ line: 1 }])
})

test('what is refused and yet shown is shown as text', async () => {
  const shown = await page(`${HEAD}<p><script>alert(1)</script><img src=x onerror="y()"></p>`)
  expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(shown).not.toMatch(/<script|<img/)
})

test('no terms, however made, put a tag or an attribute of their own on the page', async () => {
  const piece = oneof(constantFrom('<p>', '</p>', '<a href="', '"', '>', '<', '<script>', '</a>', 'javascript:', ' onload="x"', '<!--', '-->', '&lt;', '&#60;', '<svg/onload=x>', '\u0000', '<li', 'https://a.b/'), string({ maxLength: 8 }))
  await assert(
    asyncProperty(array(piece, { maxLength: 30 }), async (pieces) => {
      const shown = await page(HEAD + pieces.join(''))
      const main = shown.slice(shown.indexOf('<section class="terms"'), shown.indexOf('</section>'))
      for (const [, name = ''] of main.matchAll(/<\/?([a-z0-9]+)/gi)) expect(['section', 'h2', 'h3', 'p', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'blockquote', 'strong', 'em', 'a', 'abbr', 'br', 'hr']).toContain(name)
      expect(main.replaceAll(/(?:href|title)="[^"]*"/g, '')).not.toMatch(/<[^>]* on\w+=/i)
      expect(main).not.toMatch(/href="(?!https?:|mailto:|tel:|\/|#)/)
    }),
    { numRuns: 300 },
  )
})
