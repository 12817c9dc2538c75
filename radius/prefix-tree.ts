/**
 * Values under address blocks, found by address, the longest prefix first. A binary tree over the bits of the address: at most 128
 * steps whatever the number of blocks, because a flood of strangers asks for nothing else.
 */
export type PrefixTree<V> = {
  /** @param bits how many of the address's first bits count. Returns what has the same block already, and then leaves it. */
  add(address: Uint8Array, bits: number, value: V): V | undefined
  find(address: Uint8Array): V | undefined
}

function bitAt(address: Uint8Array, at: number): number {
  return ((address[at >> 3] ?? 0) >> (7 - (at & 7))) & 1
}

export function prefixTree<V>(): PrefixTree<V> {
  // Two entries a node, the next node for a 0 and for a 1; 0 stands for none, because nothing leads back to the root.
  const next: number[] = [0, 0]
  const values = new Map<number, V>()

  function step(node: number, bit: number): number {
    const known = next[2 * node + bit] ?? 0
    if (known !== 0) return known
    const made = next.length / 2
    next.push(0, 0)
    next[2 * node + bit] = made
    return made
  }

  return {
    add(address, bits, value) {
      let node = 0
      for (let at = 0; at < bits; at++) node = step(node, bitAt(address, at))
      const known = values.get(node)
      if (known === undefined) values.set(node, value)
      return known
    },
    find(address) {
      let found = values.get(0)
      let node = 0
      for (let at = 0; at < address.length * 8; at++) {
        node = next[2 * node + bitAt(address, at)] ?? 0
        if (node === 0) return found
        found = values.get(node) ?? found
      }
      return found
    },
  }
}
