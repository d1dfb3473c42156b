/** How far the journal's history was told of, kept in the journal itself: a restart goes on from there. */
import type { Journal } from '../journal/journal.ts'

type Bookmark = {
  /** The last event that was told of for good, and the sheets that were owed then. */
  read(): Promise<{ sequence: number; owed: string[] }>
  /** All up to `sequence` has been told but of the sheets `owed`. */
  told(sequence: number, owed: string[]): Promise<void>
}

const KEY = 'reports told until'
const OWED = 'reports owed'
/** Reports are not synced: those of the last moments may not outlive a power cut, so a restart begins with them. */
const LASTING_MS = 60_000

/** `clock`: milliseconds that only ever grow. `told` only after `read`. */
export function createBookmark(journal: Pick<Journal, 'getMeta' | 'setMeta'>, clock: () => number): Bookmark {
  let kept = '0'
  let keptOwed = '[]'
  /** How far it was told at which moments of the last minute, and at the last before it. */
  const reached: Array<{ at: number; sequence: number }> = []
  return {
    async read() {
      kept = (await journal.getMeta(KEY)) ?? kept
      keptOwed = (await journal.getMeta(OWED)) ?? keptOwed
      return { sequence: Number(kept), owed: JSON.parse(keptOwed) as string[] }
    },
    async told(sequence, owed) {
      const at = clock()
      if (reached.at(-1)?.sequence !== sequence) reached.push({ at, sequence })
      while (reached[1] !== undefined && reached[1].at <= at - LASTING_MS) reached.shift()
      const [oldest] = reached
      const lasting = oldest !== undefined && oldest.at <= at - LASTING_MS ? String(oldest.sequence) : kept
      const owing = JSON.stringify(owed)
      // First what is owed: between the two nothing is forgotten.
      if (owing !== keptOwed) await journal.setMeta(OWED, owing)
      keptOwed = owing
      if (lasting !== kept) await journal.setMeta(KEY, lasting)
      kept = lasting
    },
  }
}
