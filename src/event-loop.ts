/** Sharing the one thread: turns for everything else in long work, and limits to what is done, or waited for, at once. */
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

/** Does so much at once as `most` says just then: whoever comes later waits, in the order in which they came. */
export function createLimit(most: () => number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: Array<() => void> = []
  let atWork = 0
  return async (work) => {
    if (atWork < most()) atWork++
    else await new Promise<void>((turn) => waiting.push(turn))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) atWork--
      else next()
    }
  }
}

/** Of what is done for one key, each begins when the one before it has ended; others do not wait for it. */
export function createLines(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const mine = Promise.allSettled([last.get(key)]).then(work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}

/** Work for later; `cancel` forgets what has not begun. Nothing is held alive for it. */
export function createTimers(): { after(ms: number, work: () => void): void; cancel(): void } {
  const timers = new Set<NodeJS.Timeout>()
  return {
    after(ms, work) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        work()
      }, ms).unref()
      timers.add(timer)
    },
    cancel() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

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
