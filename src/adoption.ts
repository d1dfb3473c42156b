/** What to do with runs that lay finished in a root before it was watched. */
import { type Adopt, adoptedBefore } from './config.ts'
import type { Reading } from './handovers.ts'

/**
 * Should this run be left alone? `modified` is the modification time of its newest mark, which counts where the
 * files tell no instant at which it ended.
 */
export function isLeftAlone(
  adopt: Adopt,
  reading: Reading,
  { modified, timeZone, now }: { modified: string; timeZone: string | null; now: Date },
): boolean {
  if (reading.kind !== 'run-folder') return false
  const before = adoptedBefore(adopt, { timeZone, now })
  if (before === null || before === 'all') return before === 'all'
  const ended = reading.reading.run.end?.instant ?? modified
  return ended < before
}
