/**
 * Folds SQLite's log of commits into the journal's file in a thread of its own: left to the connection that writes, it
 * would hold up the whole program after every thousand pages, until the disk has taken both.
 */
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Piscina } from 'piscina'

/** So many commits are folded together. */
const COMMITS = 16
/** A log of so many pages is to begin anew. */
const LONG_PAGES = 4_000
/** One that has grown to this is folded by the connection that writes: the thread does not keep up, or is not there. */
export const TOO_LONG_PAGES = 64_000
/** A thread holds the memory of a small program: it goes when nothing was folded for this long. */
const IDLE_MS = 10_000

/** How many pages are in the log, and how many of them in the file too. */
export type Folded = { log: number; folded: number }

export type Folding = {
  /**
   * To be called after every commit. A promise must be waited for before the next: the thread is behind, or the log is
   * long, which SQLite begins anew only where all of it has been folded.
   */
  committed(): Promise<void> | null
  /** Resolves when nothing is being folded. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** What could not be folded stays in the log, where it is as safe, and is folded with what comes next. */
export function foldInThread(file: string): Folding {
  let pool: Piscina | null = null
  let commits = 0
  let folding: Promise<void> | null = null
  let isLong = false

  async function fold(): Promise<void> {
    const { Piscina } = await import('piscina')
    pool ??= new Piscina({
      // As this file: `.ts` in a checkout, `.js` in the built package.
      filename: fileURLToPath(new URL(`./fold-thread${extname(import.meta.url)}`, import.meta.url)),
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1 },
    })
    const { log, folded }: Folded = await pool.run(file)
    isLong = log > LONG_PAGES && folded < log
  }

  const idle = async (): Promise<void> => {
    await folding
  }

  return {
    committed() {
      commits += 1
      if (commits < COMMITS) return null
      // A thread that does not keep up is waited for: nobody would fold what comes on top of that.
      if (folding !== null) return folding
      commits = 0
      const mine = fold()
        .catch(() => {})
        .finally(() => {
          folding = null
        })
      folding = mine
      return isLong ? mine : null
    },
    idle,
    async close() {
      await idle()
      await pool?.close({ force: true })
    },
  }
}
