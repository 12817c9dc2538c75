import { expect, test } from 'vitest'
import { UnavailableError } from '#shared/errors.ts'
import { addLine, type Element } from './elements.ts'
import type { NftWriter } from './nft-writer.ts'
import { createOpenings } from './openings.ts'

/** A kernel that refuses every batch with `bad` in it. */
function kernel(): NftWriter & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    async run(line) {
      lines.push(line)
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (line.includes('bad')) throw new UnavailableError('enforcer', 'refused')
      return ''
    },
    read: async () => {},
    stop: async () => {},
  }
}
const client = (text: string): readonly Element[] => [{ set: 'client', text }, { set: 'open', text }]

test('phones that come together are let through by one batch of one command a set', async () => {
  const nft = kernel()
  const open = createOpenings(nft)
  await Promise.all(['a', 'b', 'c'].map((name) => open(client(name))))
  expect(nft.lines).toEqual([addLine(client('a')), 'add element inet parvis client { b, c }; add element inet parvis open { b, c }'])
})

test('a phone that the kernel refuses costs nobody else the way in', async () => {
  const open = createOpenings(kernel())
  const results = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((name) => open(client(name))))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  await expect(open(client('d'))).resolves.toBeUndefined()
})
