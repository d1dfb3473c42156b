/**
 * Reader threads: a file made to be slow to read costs a deadline, never the loop.
 *
 * Paths that wait together are handed over together. Of each watched folder one lot is read at a time, so that a drive
 * that does not answer holds up no other folder.
 */
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Reading } from './handovers.ts'
import type { InspectOptions } from './inspect.ts'
import { problem } from './problems.ts'

export type Inspector = ReturnType<typeof createInspector>

type Asked = {
  path: string
  options: InspectOptions
  answer(reading: Reading): void
  fail(thrown: unknown): void
}

const CLOSING_MS = 2_000
const MEMORY_MB = 512
/** A thread holds the memory of a small program: it goes when nothing was read for this long. */
const IDLE_MS = 30_000
const MOST_TOGETHER = 16

/** `threads` readings at once; the others wait, and the deadline of each begins when its turn comes. */
export function createInspector({ threads, deadlineMs }: { threads: number; deadlineMs: number }) {
  const pool = new Piscina({
    // As this file: `.ts` in a checkout, `.js` in the built package.
    filename: fileURLToPath(new URL(`./inspect-thread${extname(import.meta.url)}`, import.meta.url)),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MS,
    closeTimeout: CLOSING_MS,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 8 },
  })
  const waiting = new Map<string, Asked[]>()
  const beingRead = new Set<string>()

  function start(): void {
    for (const [root, asked] of waiting) {
      if (beingRead.size >= threads) return
      if (beingRead.has(root)) continue
      beingRead.add(root)
      // Goes to the end of the line, so that every folder has its turn.
      waiting.delete(root)
      const lot = asked.splice(0, MOST_TOGETHER)
      if (asked.length > 0) waiting.set(root, asked)
      void read(lot).finally(() => {
        beingRead.delete(root)
        start()
      })
    }
  }

  async function read(lot: Asked[]): Promise<void> {
    const signal = AbortSignal.timeout(deadlineMs)
    try {
      const readings: Reading[] = await pool.run(
        lot.map(({ path, options }) => ({ path, options })),
        { signal },
      )
      for (const [at, one] of lot.entries()) one.answer(readings[at] as Reading)
    } catch (thrown) {
      if (lot.length > 1) for (const one of lot) await read([one])
      else for (const one of lot) settle(one, thrown, signal.aborted)
    }
  }

  function settle({ path, answer, fail }: Asked, thrown: unknown, isLate: boolean): void {
    if (isLate) answer(tooMuch(path, `it was still being read after ${deadlineMs / 1000} s`))
    else if ((thrown as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
      answer(tooMuch(path, `reading it took more than ${MEMORY_MB} MB of memory`))
    else fail(thrown)
  }

  return {
    /** As `inspectPath`, in a thread. What takes longer than the deadline is ended, and is a problem of its own. */
    inspect: (path: string, options: InspectOptions = {}) =>
      new Promise<Reading>((answer, fail) => {
        const root = options.root ?? ''
        const asked = waiting.get(root) ?? []
        asked.push({ path, options, answer, fail })
        waiting.set(root, asked)
        start()
      }),
    close: () => pool.close({ force: true }),
  }
}

const tooMuch = (path: string, found: string): Reading => ({
  kind: 'unrecognised',
  problems: [problem('path.beyond-limits', found, { file: basename(path) })],
  sha256: null,
})
