import { expect, test } from 'vitest'
import { lent } from '../pages/lent-words.ts'
import { problem, problemOf } from './problems.ts'

test('words of another server are handed on without what acts instead of being read', () => {
  expect(problemOf('  Solde\u0007 épuisé :\r\n\tvoyez l’accueil. ')).toEqual(problem('refused', { said: 'Solde épuisé : voyez l’accueil.' }))
  expect(problemOf('\u202Eeriaf\u202C \u2067x\u2069\uFDD2\uFFFE')).toEqual(problem('refused', { said: 'eriaf x' }))
  expect(problemOf(lent('Fermé', 'fr')).said).not.toMatch(/[\uFDD0-\uFDD2]/)
  expect(problemOf('\u0000\u202E')).toEqual(problem('refused'))
})

test('what belongs to a script stays: joiners, and the marks that order Arabic beside figures', () => {
  for (const said of ['نمی\u200Cخواهم', '\u200F12 ساعة', '👩\u200D🔧']) expect(problemOf(said).said).toBe(said)
})
