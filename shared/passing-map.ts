/**
 * A map for what comes and goes with every request. When a Map has no room left, V8 makes another table and leaves the old one, with
 * all that stood in it, linked to its successor. An outgrown table in the old generation then keeps what was on its way, and all that it
 * leads to (promise, request, socket, page), from every collection but the large one: 13 kB a log-in, and a large one every half
 * minute of a rush. Here a value goes from its cell as well, so that an outgrown table leads to nothing but keys.
 */
export type PassingMap<Key, Value> = Pick<ReadonlyMap<Key, Value>, 'get' | 'has' | 'size'> & {
  set(key: Key, value: Value): void
  /** Whether it was there. */
  delete(key: Key): boolean
  /** In the order in which the keys came. */
  values(): Value[]
}

type Cell<Value> = { value: Value | undefined }

export function createPassingMap<Key, Value extends object>(): PassingMap<Key, Value> {
  const cells = new Map<Key, Cell<Value>>()
  return {
    get: (key) => cells.get(key)?.value,
    has: (key) => cells.has(key),
    get size() {
      return cells.size
    },
    set(key, value) {
      const cell = cells.get(key)
      if (cell) cell.value = value
      else cells.set(key, { value })
    },
    delete(key) {
      const cell = cells.get(key)
      if (cell) cell.value = undefined
      return cells.delete(key)
    },
    values: () => Array.from(cells.values(), ({ value }) => value).filter((value) => value !== undefined),
  }
}
