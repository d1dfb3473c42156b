/** Sharing the one thread: turns for everything else in long work, and a limit to waiting for what may never come. */
import { performance } from 'node:perf_hooks'

/** Lets everything else have its turn, every few milliseconds of synchronous work. */
export function createTurns(): { give(): Promise<void> } {
  let until = performance.now() + TURN_MS
  return {
    async give() {
      if (performance.now() < until) return
      await new Promise((turned) => setImmediate(turned))
      until = performance.now() + TURN_MS
    },
  }
}

const TURN_MS = 4

/** Resolves as `work` does, or with `late` once that takes longer than `ms`; the work itself goes on. */
export async function within<T, L>(ms: number, work: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<L>((resolve) => {
    timer = setTimeout(resolve, ms, late)
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
