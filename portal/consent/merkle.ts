// The Merkle tree of RFC 9162 §2.1.1, grown over leaf hashes. Ours are always full: the size is a power of two.
import { hash } from 'node:crypto'

export const HASH_BYTES = 32
const NODE = Buffer.of(1)
/** Hashed in one turn of the loop, a millisecond: a busy day has sixty-five thousand leaves, and phones wait. */
const NODES_PER_TURN = 512

export type Tree = {
  readonly root: Buffer
  readonly leaves: readonly Buffer[]
  /** The siblings from the leaf up (RFC 9162 §2.1.3). */
  pathOf(index: number): Buffer[]
}

function parent(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer')
}

/** Lets phones be answered in between. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function levelAbove(level: readonly Buffer[]): Promise<Buffer[]> {
  const above: Buffer[] = []
  for (let at = 0; at < level.length; at += 2) {
    if (at > 0 && at % (2 * NODES_PER_TURN) === 0) await turn()
    const [left, right] = [level[at], level[at + 1]]
    if (left && right) above.push(parent(left, right))
  }
  return above
}

/** @throws TypeError when the number of leaves is no power of two. */
export async function growTree(leaves: readonly Buffer[]): Promise<Tree> {
  if (leaves.length === 0 || (leaves.length & (leaves.length - 1)) !== 0) throw new TypeError('a tree of ours has a power of two of leaves')
  const levels: (readonly Buffer[])[] = [leaves]
  for (let level = leaves; level.length > 1; ) levels.push((level = await levelAbove(level)))
  const [root] = levels.at(-1) ?? []
  if (!root) throw new TypeError('a tree has a root')
  return {
    root,
    leaves,
    pathOf: (index) => levels.slice(0, -1).flatMap((level, height) => level[(index >> height) ^ 1] ?? []),
  }
}

/** The root that a leaf at `index` leads to by `path`; undefined when the path is too short for that index. */
export function rootBy(leaf: Uint8Array, index: number, path: readonly Uint8Array[]): Buffer | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** path.length) return undefined
  return Buffer.from(path.reduce((node, sibling, height) => ((index >> height) & 1 ? parent(sibling, node) : parent(node, sibling)), leaf))
}
