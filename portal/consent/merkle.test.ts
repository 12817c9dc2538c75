import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { growTree, rootBy } from './merkle.ts'

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const leaf = (text: string) => sha256(Buffer.of(0), Buffer.from(text, 'hex'))

// The inputs d(0)…d(7) of the reference trees that Certificate Transparency implementations share (RFC 6962 test data).
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS: readonly [number, string][] = [
  [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
]

test.each(ROOTS)('the tree over %d known leaves has the known root', async (count, root) => {
  expect((await growTree(INPUTS.slice(0, count).map(leaf))).root.toString('hex')).toBe(root)
})

test('each leaf leads to the root by its path, and by no other place', async () => {
  const tree = await growTree(INPUTS.map(leaf))
  for (const [index, input] of INPUTS.entries()) {
    const path = tree.pathOf(index)
    expect(path).toHaveLength(3)
    expect(rootBy(leaf(input), index, path)).toEqual(tree.root)
    expect(rootBy(leaf(input), index ^ 1, path)).not.toEqual(tree.root)
    expect(rootBy(leaf('ff'), index, path)).not.toEqual(tree.root)
  }
  expect(rootBy(leaf(''), 8, tree.pathOf(0))).toBeUndefined()
})

test('a tree that is not full is not grown', async () => {
  await expect(growTree([])).rejects.toThrow(TypeError)
  await expect(growTree(INPUTS.slice(0, 3).map(leaf))).rejects.toThrow(TypeError)
})
