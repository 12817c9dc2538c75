import { expect, test } from 'vitest'
import { csv, CSV, FRENCH_EXCEL } from './csv.ts'

test('quotes, commas and lines are kept apart as RFC 4180 says', () => {
  expect(csv(['a', 'b'], [['x,y', 'say "yes"'], ['two\nlines', true]], CSV)).toBe('a,b\r\n"x,y","say ""yes"""\r\n"two\nlines",true\r\n')
})

test('a name cannot become a formula, and a negative count stays a number', () => {
  for (const sign of ['=', '+', '-', '@', '\t', ' =', '＝', '－']) expect(csv(['name', 'value'], [[`${sign}cmd`, -3]], CSV)).toContain(`'${sign}cmd,-3`)
})

test('French Excel gets a mark, semicolons and decimal commas', () => {
  expect(csv(['a', 'sd'], [['x', 1.357]], FRENCH_EXCEL)).toBe('\uFEFFa;sd\r\nx;1,357\r\n')
})
