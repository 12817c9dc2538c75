import { afterAll, describe, expect, test } from 'vitest'
import { sampleTown } from '../sample-town/town.ts'
import { createCatalogue } from './catalogue.ts'
import { fold, withoutArticle, wordsOf } from './fold.ts'
import { importDirectory } from './import.ts'
import { createSearch } from './search.ts'
import { openDirectory } from './store.ts'
import { distance } from './typos.ts'

const store = openDirectory(':memory:')
importDirectory(store, [sampleTown()])
const search = createSearch(store.db)
const catalogue = createCatalogue(store)
const found = (text: string) => search(text, 20).entries.map((n) => catalogue.byNumber(n)?.name.written)
afterAll(() => store.close())

describe('one form for all ways of writing a word', () => {
  test.each([
    ['Œuvre CÆSAR Straße', 'oeuvre caesar strasse'], ['Éçà ÏŸ', 'eca iy'], ['ŋ Ɓ ɗ Ƴ', 'n b d y'],
    ['أحمد إلى آخر ٱلله', 'احمد الي اخر الله'], ['مؤسسة شاطئ', 'موسسه شاطي'], ['مَدْرَسَةٌ', 'مدرسه'], ['مـــدرسة', 'مدرسه'], ['٠١٢٣٤٥٦٧٨٩ ۴', '0123456789 4'],
  ])('%s is read as %s', (written, read) => expect(fold(written)).toBe(read))

  test('French elisions are cut off, whichever apostrophe was typed', () => {
    expect(wordsOf("L’Hôpital d'urgence, qu'il jusqu’aux")).toEqual(['hopital', 'urgence', 'il', 'aux'])
    expect(wordsOf('Aujourd’hui')).toEqual(['aujourd', 'hui'])
  })

  test.each([['المطعم', 'مطعم'], ['والطبيب', 'طبيب'], ['للاطفال', 'اطفال']])('the article of %s is known', (word, bare) => expect(withoutArticle(word)).toBe(bare))
})

test.each([
  ['docteur', 'doctuer', 1], ['dentiste', 'dentsite', 1], ['abc', 'abc', 0], ['douche', 'duche', 1], ['chat', 'chien', 3], ['', 'ab', 2],
])('from %s to %s it takes %i slips', (a, b, slips) => expect(distance(a, b, 5)).toBe(slips))

/** What people type, and a service that must be among the first six, which fit on the screen. */
const SCENARIOS: readonly (readonly [typed: string, first: string])[] = [
  // French, with accents, without, with slips
  ['faim', 'Repas chaud du midi'], ["j'ai faim", 'Soupe du soir à la gare'], ['douche', 'Bains-douches municipaux'], ['où dormir ce soir', 'Mise à l’abri de nuit'],
  ['titre de sejour', 'Titre de séjour et asile'], ['sans papiers', 'Titre de séjour et asile'], ['mal aux dents', 'Dentiste'], ['dentsite', 'Dentiste'], ['lhopital', 'Urgences de l’hôpital'],
  ['médcin', 'Médecin généraliste'], ['reparer mon telephone', 'Réparer son téléphone'], ['couturiere', 'Couture et retouches'], ['laver mon linge', 'Laverie solidaire'], ['pipi', 'Toilettes de la Halle'],
  ['velo casse', 'Atelier vélo'], ['apprendre le français', 'Cours de français'], ['imprimer un cv', 'Imprimer, scanner, se connecter'], ['créche', 'Crèche et halte-garderie'], ['boite aux lettres', 'Recevoir son courrier'],
  // English
  ['hungry', 'Repas chaud du midi'], ['shower', 'Bains-douches municipaux'], ['toothache', 'Dentiste'], ['washing machine', 'Laverie solidaire'], ['birth control', 'Sage-femme et contraception'],
  ['residence permit', 'Titre de séjour et asile'], ['libary', 'Médiathèque'], ['second hand clothes', 'Friperie des Forges'], ['homewrk', 'Devoirs entre voisins'], ['lawyer', 'Consultation d’avocat'],
  // Arabic, with article, tashkeel, hamza and taa marbuta as people type them
  ['طبيب', 'Médecin généraliste'], ['الطبيب', 'Médecin généraliste'], ['دُوش', 'Bains-douches municipaux'], ['اين انام', 'Mise à l’abri de nuit'], ['مكتبه', 'Médiathèque'], ['المكتبة', 'Médiathèque'],
  ['محامي', 'Consultation d’avocat'], ['لجوء', 'Titre de séjour et asile'], ['صيدليه', 'Pharmacie du Parvis'], ['أسنان', 'Dentiste'],
]

test.each(SCENARIOS)('« %s » finds %s', (typed, first) => {
  expect(found(typed).slice(0, 6)).toContain(first)
})

test('a language is found by its name in French, English and itself', () => {
  for (const name of ['wolof', 'turc', 'turkish', 'türkçe', 'pachto', 'pashto']) expect(found(name), name).not.toEqual([])
  expect(found('wolof')).toContain('Couture et retouches')
  expect(found('turc')).not.toContain('Dentiste')
})

test('what was mended is said, and a word that is only half typed is not mended', () => {
  expect(search('dentsite', 5).mended).toBe('dentiste')
  expect(search('dentist', 5).mended).toBeUndefined()
  expect(found('cout')).toContain('Couture et retouches')
})

test('when no service meets every word, those that meet some are shown and it is said', () => {
  expect(search('piscine asile', 20).partly).toBe(true)
  expect(found('piscine asile')).toEqual(expect.arrayContaining(['Piscine des Prés', 'Titre de séjour et asile']))
  expect(search('repas chaud', 20).partly).toBe(false)
})

test('nonsense finds nothing', () => expect(found('qzxwvk')).toEqual([]))

test.each([
  ['nothing', ''], ['spaces', '   '], ['quotes', '"""'], ['operators', 'AND OR NOT NEAR( * ^ :'], ['a column', 'need : needmeal'], ['a bracket', '({[)}]'], ['zero bytes', 'a\0b'],
  ['very much', 'douche '.repeat(2_000)], ['one long word', 'x'.repeat(8_192)], ['a lone surrogate', '\ud800'], ['percent', '%00%zz'], ['minus', '-douche --'],
])('%s typed into the field breaks nothing', (_, text) => expect(() => search(text, 20)).not.toThrow())
