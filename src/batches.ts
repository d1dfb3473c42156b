/**
 * Hands items on in batches, one batch after the other, so that what comes in one turn of the loop, or while a batch is
 * handled, is handled together. One fault boundary around each item: one that fails holds up no other.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

type Waiting<Item> = { item: Item; done: () => void; failed: (thrown: unknown) => void }

export function createBatches<Item>(atOnce: number, handle: (items: Item[]) => Promise<void>) {
  const waiting: Array<Waiting<Item>> = []
  let working: Promise<void> | null = null

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, atOnce)
      if (await handled(batch)) continue
      // One of them cannot be handled: each is tried by itself.
      for (const one of batch) await handled([one], one.failed)
    }
  }

  async function handled(batch: Array<Waiting<Item>>, failed?: (thrown: unknown) => void): Promise<boolean> {
    try {
      await handle(batch.map(({ item }) => item))
      for (const { done } of batch) done()
      return true
    } catch (thrown) {
      failed?.(thrown)
      return false
    }
  }

  return {
    /** Resolves when its batch has been handled; rejects when the item itself could not be. */
    add: (item: Item) =>
      new Promise<void>((done, failed) => {
        waiting.push({ item, done, failed })
        working ??= nextTurn()
          .then(drain)
          .finally(() => {
            working = null
          })
      }),
    /** Resolves when everything added so far has been handled. */
    settled: async (): Promise<void> => {
      while (working !== null) await working
    },
  }
}
