/** Tells of sheets one at a time: what is due, once, however often it was asked for; the newest news before all. */

type Telling = {
  /** From now on it works; what it was told before waits for this. */
  begin(): void
  /** This sheet is due. */
  due(path: string): void
  /** There may be news. */
  follow(): void
  /** Ends within `ms`, with what is due by then done or not. */
  close(ms: number): Promise<void>
}

type Work = {
  /** Sheets that are due by what has happened since. */
  news(): Promise<string[]>
  tell(path: string): Promise<void>
  /** Nothing is due just now. */
  rested(): Promise<void>
  failed(thrown: unknown): void
}

export function createTelling(work: Work): Telling {
  const due = new Set<string>()
  let hasNews = true
  let hasBegun = false
  let working: Promise<void> | null = null
  let deadline = Number.POSITIVE_INFINITY
  const isOver = () => performance.now() > deadline
  const hasWork = () => (hasNews || due.size > 0) && !isOver()

  async function drain(): Promise<void> {
    while (hasWork()) {
      if (hasNews) {
        hasNews = false
        for (const path of await work.news()) due.add(path)
      }
      for (const path of due) {
        if (hasNews || isOver()) break
        due.delete(path)
        await work.tell(path)
      }
      if (due.size === 0 && !isOver()) await work.rested()
    }
  }

  function start(): void {
    if (!hasBegun) return
    working ??= drain().then(
      () => {
        working = null
        // Asked for after the last look and before this line.
        if (hasWork()) start()
      },
      (thrown: unknown) => {
        working = null
        work.failed(thrown)
      },
    )
  }

  return {
    begin() {
      hasBegun = true
      start()
    },
    due(path) {
      due.add(path)
      start()
    },
    follow() {
      hasNews = true
      start()
    },
    async close(ms) {
      deadline = performance.now() + ms
      while (working !== null) await working
    },
  }
}
