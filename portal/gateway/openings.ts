import { addLine, type Element } from './elements.ts'
import type { NftWriter } from './nft-writer.ts'

/** Clients let through by one batch. */
const MOST_AT_ONCE = 256

type Waiting = { readonly elements: readonly Element[]; readonly resolve: () => void; readonly reject: (error: unknown) => void }

/**
 * Lets clients through; those that come while others are under way go together in one batch, because nft reads all its sets
 * anew for each. When the kernel refuses a batch, each is tried by itself, so that nobody pays for somebody else's.
 */
export function createOpenings(writer: NftWriter): (elements: readonly Element[]) => Promise<void> {
  let waiting: Waiting[] = []
  let busy = false

  async function alone({ elements, resolve, reject }: Waiting): Promise<void> {
    await writer.run(addLine(elements)).then(() => resolve(), reject)
  }

  async function together(few: readonly Waiting[]): Promise<void> {
    try {
      await writer.run(addLine(few.flatMap(({ elements }) => elements)))
      for (const { resolve } of few) resolve()
    } catch (error) {
      if (few.length === 1) few[0]?.reject(error)
      else await Promise.all(few.map(alone))
    }
  }

  async function work(): Promise<void> {
    busy = true
    while (waiting.length > 0) {
      const few = waiting.slice(0, MOST_AT_ONCE)
      waiting = waiting.slice(MOST_AT_ONCE)
      await together(few)
    }
    busy = false
  }

  return (elements) =>
    new Promise((resolve, reject) => {
      waiting.push({ elements, resolve, reject })
      if (!busy) void work()
    })
}
