import { expect, test } from 'vitest'
import { jsonLog } from '#shared/log.ts'
import { terminalLine } from './terminal.ts'

test('a reason that quotes a hostile file neither moves the cursor nor writes a line of its own', () => {
  let line = ''
  jsonLog((json) => (line = terminalLine(json, false)), () => 0).scoped('kiosk').warn('rows_refused', { first: 'bad "\u001B[2J\u001B]0;x\u0007\n12:00:00 info portal: all is well\u009B1A"' })
  expect(line).toBe('00:00:00 warn kiosk: rows refused  first=bad "\uFFFD[2J\uFFFD]0;x\uFFFD\uFFFD12:00:00 info portal: all is well\uFFFD1A"\n')
})
