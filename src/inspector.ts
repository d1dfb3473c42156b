/** Reader threads: a file made to be slow to read costs a deadline, never the loop. */
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Reading } from './handovers.ts'
import type { InspectOptions } from './inspect.ts'
import { problem } from './problems.ts'

export type Inspector = {
  /** As `inspectPath`, in a thread. What takes longer than the deadline is ended, and is a problem of its own. */
  inspect(path: string, options?: InspectOptions): Promise<Reading>
  close(): Promise<void>
}

const CLOSING_MS = 2_000
const MEMORY_MB = 512

/** `threads` readings at once; the others wait, and the deadline of each begins when its turn comes. */
export function createInspector({ threads, deadlineMs }: { threads: number; deadlineMs: number }): Inspector {
  const pool = new Piscina({
    // As this file: `.ts` in a checkout, `.js` in the built package.
    filename: fileURLToPath(new URL(`./inspect-thread${extname(import.meta.url)}`, import.meta.url)),
    minThreads: threads,
    maxThreads: threads,
    closeTimeout: CLOSING_MS,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  const waiting: Array<() => void> = []
  let reading = 0

  const turn = async (): Promise<void> => {
    if (reading >= threads) await new Promise<void>((resolve) => waiting.push(resolve))
    else reading++
  }
  const done = (): void => {
    const next = waiting.shift()
    if (next === undefined) reading--
    else next()
  }

  return {
    async inspect(path, options = {}) {
      await turn()
      const signal = AbortSignal.timeout(deadlineMs)
      try {
        return await pool.run({ path, options }, { signal })
      } catch (thrown) {
        if (signal.aborted) return tooMuch(path, `it was still being read after ${deadlineMs / 1000} s`)
        if ((thrown as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY')
          return tooMuch(path, `reading it took more than ${MEMORY_MB} MB of memory`)
        throw thrown
      } finally {
        done()
      }
    },
    close: () => pool.close({ force: true }),
  }
}

const tooMuch = (path: string, found: string): Reading => ({
  kind: 'unrecognised',
  problems: [problem('path.beyond-limits', found, { file: basename(path) })],
  sha256: null,
})
