import { createPassingMap } from './passing-map.ts'

/** Tasks with the same key run one after another, in the order they came; others do not wait. */
export type Turns = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>

export function createTurns(): Turns {
  const last = createPassingMap<string, Promise<unknown>>()
  return async function inTurn(key, task) {
    const before = last.get(key)
    // A failed predecessor has told its own caller; the next one starts all the same.
    const mine = before === undefined ? task() : before.then(task, task)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
