/** One work done again and again: never twice at once, with a pause after each round, and sooner when it is asked for. */

/** `work` must not reject. */
export function createRounds(work: () => Promise<void>, pauseMs: number) {
  let timer: NodeJS.Timeout | undefined
  let underWay: Promise<void> | null = null
  let closed = false

  async function after(before: Promise<void> | null): Promise<void> {
    await before
    if (!closed) await work()
  }

  /** A round that begins after this call; resolves at its end. */
  function now(): Promise<void> {
    if (closed) return Promise.resolve()
    clearTimeout(timer)
    const mine: Promise<void> = after(underWay).then(() => {
      if (underWay !== mine) return
      underWay = null
      if (!closed) timer = setTimeout(now, pauseMs)
    })
    underWay = mine
    return mine
  }

  return {
    now,
    soon: () => void now(),
    isClosed: () => closed,
    /** Begins no more rounds; resolves when the one under way has ended. */
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await underWay
    },
  }
}
