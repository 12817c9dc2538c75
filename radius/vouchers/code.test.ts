import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { dammRest } from './check-digit.ts'
import { CODE_FORMS, makeVoucherCode, printedCode, readVoucherCode } from './code.ts'

const random = (length: number): Buffer => randomBytes(length)
const codeOf = (typed: string): string | undefined => {
  const read = readVoucherCode(typed)
  return read.kind === 'code' ? read.code : undefined
}

test('the check digit of 572 is 4, as in the published example of Damm’s scheme', () => {
  expect([dammRest('572'), dammRest('5724')]).toEqual([4, 0])
})

for (const form of CODE_FORMS) {
  test(`a code of ${form} is read back from print, in capitals, with spaces and with look-alikes`, () => {
    for (let i = 0; i < 200; i++) {
      const code = makeVoucherCode(form, random)
      const printed = printedCode(code)
      expect(printed).toMatch(form === 'digits' ? /^(\d{4}-){4}\d{4}$/ : /^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{5}$/)
      for (const typed of [code, printed, printed.toUpperCase(), printed.replaceAll('-', ' '), ` ${code} `, code.replaceAll('0', 'o').replaceAll('1', 'l')]) expect(codeOf(typed)).toBe(code)
    }
  })

  test(`one wrong digit or two swapped neighbours of a code of ${form} are noticed`, () => {
    for (let i = 0; i < 30; i++) {
      const code = makeVoucherCode(form, random)
      const digits = form === 'digits' ? '0123456789' : '0123456789abcdefghjkmnpqrstvwxyz'
      for (let at = 0; at < code.length; at++) {
        for (const digit of digits) if (digit !== code[at]) expect(codeOf(code.slice(0, at) + digit + code.slice(at + 1))).toBeUndefined()
        const swapped = `${code.slice(0, at)}${code[at + 1] ?? ''}${code[at]}${code.slice(at + 2)}`
        if (swapped !== code && swapped.length === code.length) expect(codeOf(swapped)).toBeUndefined()
      }
    }
  })
}

test('a mistyped code of digits is told as such; what may be a name is left to be one', () => {
  const code = makeVoucherCode('digits', random)
  expect(readVoucherCode(code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)).kind).toBe('mistyped')
  for (const name of ['', 'anne', 'jeandelafonte', 'dupontmartine', '1234567890123456789', '123456789012345678901', 'anne@ville.example', 'x'.repeat(253), ' - - - - - - - - ']) expect([name, readVoucherCode(name).kind]).toEqual([name, 'none'])
})

test('digits come evenly, and no code of letters could be a word', () => {
  const counts = new Map<string, number>()
  for (let i = 0; i < 2_000; i++) for (const digit of makeVoucherCode('digits', random).slice(0, 19)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  // 38,000 digits: 3,800 each, standard deviation 58.
  for (const digit of '0123456789') expect(Math.abs((counts.get(digit) ?? 0) - 3_800)).toBeLessThan(6 * 58)
  for (let i = 0; i < 2_000; i++) expect(makeVoucherCode('letters', random)).toMatch(/[2-9]/)
})
