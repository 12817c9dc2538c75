import { expect, test } from 'vitest'
import { COLOURS, contrast, MARK_SVG } from './tokens.ts'

for (const scheme of ['light', 'dark'] as const) {
  const colours = COLOURS[scheme]
  test(`in ${scheme} every text can be read on paper and on stone`, () => {
    for (const name of ['ink', 'quiet', 'square', 'good', 'warn', 'bad'] as const) {
      expect(contrast(colours[name], colours.paper), name).toBeGreaterThanOrEqual(5.3)
      expect(contrast(colours[name], colours.stone), name).toBeGreaterThanOrEqual(4.5)
    }
    expect(contrast(colours['on-square'], colours.square)).toBeGreaterThanOrEqual(5.3)
    expect(contrast(colours.line, colours.paper)).toBeGreaterThanOrEqual(3)
  })
}

test('black on white has the ratio of WCAG 2.2', () => {
  expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 10)
})

test('the mark weighs less than 400 bytes', () => {
  expect(MARK_SVG.length).toBeLessThan(400)
})
