// The Merkle tree of RFC 9162 §2.1.1, grown over leaf hashes. Ours are always full: the size is a power of two.
import { hash } from 'node:crypto'
import { nextTurn } from '#shared/next-turn.ts'

export const HASH_BYTES = 32
/** Before a node's two halves (RFC 9162 §2.1.1). */
const NODE = 1
/** Hashed in one turn of the loop, a millisecond: a busy day has sixty-five thousand leaves, and phones wait. */
const NODES_PER_TURN = 512

export type Tree = {
  readonly root: Buffer
  /** Undefined when it stands nowhere in the tree. */
  indexOf(leaf: Uint8Array): number | undefined
  /** The siblings from the leaf up (RFC 9162 §2.1.3). */
  pathOf(index: number): Buffer[]
}

/** Hashes one after another in one piece of memory: a Buffer for each would weigh four times as much. */
type Level = Buffer

const at = (level: Level, index: number): Buffer => level.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)

function parent(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(NODE), left, right]), 'buffer')
}

async function levelAbove(level: Level): Promise<Level> {
  const above = Buffer.alloc(level.length / 2)
  for (let index = 0; index * HASH_BYTES < above.length; index++) {
    if (index % NODES_PER_TURN === NODES_PER_TURN - 1) await nextTurn()
    above.set(parent(at(level, 2 * index), at(level, 2 * index + 1)), index * HASH_BYTES)
  }
  return above
}

/** @throws TypeError when the number of leaves is no power of two. */
export async function growTree(leaves: readonly Uint8Array[]): Promise<Tree> {
  if (leaves.length === 0 || (leaves.length & (leaves.length - 1)) !== 0) throw new TypeError('a tree of ours has a power of two of leaves')
  const ground: Level = Buffer.concat(leaves)
  const levels: Level[] = [ground]
  for (let level: Level = ground; level.length > HASH_BYTES; ) levels.push((level = await levelAbove(level)))

  return {
    root: Buffer.from(levels.at(-1) ?? ground),
    indexOf(leaf) {
      // A leaf may also be found across two others, at no place of its own.
      for (let found = ground.indexOf(leaf); found >= 0; found = ground.indexOf(leaf, found + 1)) if (found % HASH_BYTES === 0) return found / HASH_BYTES
      return undefined
    },
    pathOf: (index) => levels.slice(0, -1).map((level, height) => Buffer.from(at(level, (index >> height) ^ 1))),
  }
}

/** The root that a leaf at `index` leads to by `path`; undefined when the path is too short for that index. */
export function rootBy(leaf: Uint8Array, index: number, path: readonly Uint8Array[]): Buffer | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** path.length) return undefined
  return Buffer.from(path.reduce((node, sibling, height) => ((index >> height) & 1 ? parent(sibling, node) : parent(node, sibling)), leaf))
}
