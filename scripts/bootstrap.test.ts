import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')

test('what is compiled ahead is compiled under the flags that the launcher starts the server with', () => {
  const launched = /exec node ((?:--\S+ )+)/.exec(read('parvis'))?.[1]?.trim().split(' ')
  const compiled = /^const LAUNCH_FLAGS = \[(.*)\]$/m.exec(read('bootstrap.js'))?.[1]?.split(', ').map((flag) => flag.slice(1, -1))
  expect(launched?.length).toBeGreaterThan(0)
  expect(compiled).toEqual(launched)
})
