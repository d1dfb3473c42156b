/** Looks at paths one at a time each: a look asked for while one is under way is made once more after it. */

const BURST_MS = 50

/** `look` must not reject. */
export function createLooks<Outcome>(look: (path: string) => Promise<Outcome>) {
  const underWay = new Map<string, { outcome: Promise<Outcome>; again: boolean }>()
  const hinted = new Map<string, NodeJS.Timeout>()
  let closed = false

  async function untilDone(path: string): Promise<Outcome> {
    for (;;) {
      const outcome = await look(path)
      const one = underWay.get(path)
      if (!one?.again || closed) {
        underWay.delete(path)
        return outcome
      }
      one.again = false
    }
  }

  return {
    /** Looks now. */
    at(path: string): Promise<Outcome> {
      const now = underWay.get(path)
      if (now !== undefined) {
        now.again = true
        return now.outcome
      }
      // Entered before it begins: its first steps may ask for the same path.
      const one = { outcome: Promise.resolve().then(() => untilDone(path)), again: false }
      underWay.set(path, one)
      return one.outcome
    },
    /** Calls `then` in a moment, so that a burst of hints makes one look. */
    soon(path: string, then: (path: string) => void): void {
      if (closed || hinted.has(path)) return
      const timer = setTimeout(() => {
        hinted.delete(path)
        then(path)
      }, BURST_MS)
      hinted.set(path, timer)
    },
    /** Makes no more looks; resolves when those under way have ended. */
    async close(): Promise<void> {
      closed = true
      for (const timer of hinted.values()) clearTimeout(timer)
      hinted.clear()
      await Promise.allSettled([...underWay.values()].map(({ outcome }) => outcome))
    },
  }
}
