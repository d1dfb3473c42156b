/** So many at once at one registry: whoever comes later waits for a turn, in the order in which they came. */

export type Turns = { take<T>(work: () => Promise<T>): Promise<T> }

export function createTurns(atOnce: number): Turns {
  const waiting: Array<() => void> = []
  let free = atOnce
  return {
    async take(work) {
      if (free > 0) free--
      else await new Promise<void>((turn) => waiting.push(turn))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) free++
        else next()
      }
    },
  }
}

/**
 * Jobs taken at once where so many requests may be: while some answers are being kept, others use the wire. Where one
 * request at a time is asked for, the next begins only when the answer to the last is kept.
 */
export const jobsAtOnce = (requests: number): number => (requests === 1 ? 1 : 2 * requests)
