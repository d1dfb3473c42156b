/** What to do with runs that lay finished in a root at its very first scan. */
import { type Adopt, adoptedBefore } from './config.ts'
import type { Reading } from './handovers.ts'
import type { Artifact } from './journal/journal.ts'
import { inZone } from './record/time.ts'

/** Whether a look is part of the very first scan of its root; and when that ended, null while it has not. */
type FirstScan = { isThis: boolean; ended: string | null }

/**
 * Did it lie there, as it is, at the very first scan of its root? A scan that was cut off counts as not made, so what
 * an earlier process saw means nothing until one has ended.
 */
export function layThere(
  { firstSeen, changed }: Pick<Artifact, 'firstSeen' | 'changed'>,
  { isThis, ended }: FirstScan,
): boolean {
  return isThis || (ended !== null && changed === firstSeen && firstSeen <= ended)
}

/**
 * Should a finished run that lay there be left alone? `markModified` gives the modification time of its end marker: it
 * counts, and is asked for, where no instant is known at which it ended. `zone` is that of its instrument's clock; `now`
 * is when it was first seen.
 */
export async function isLeftAlone(
  adopt: Adopt,
  reading: Reading,
  { markModified, zone, rootZone, now }: LeftAloneBy,
): Promise<boolean> {
  if (reading.kind !== 'run-folder') return false
  const before = adoptedBefore(adopt, { timeZone: rootZone, now })
  if (before === null || before === 'all') return before === 'all'
  const { end } = reading.reading.run
  const ended = (end && inZone(end, zone).instant) ?? (await markModified())
  return ended < before
}

type LeftAloneBy = {
  markModified(): Promise<string>
  zone: string | null
  rootZone: string | null
  now: Date
}

/** The file that says that the run is here whole, or else how it ended; null where none does. */
export function endMarkOf(reading: Reading): string | null {
  if (reading.kind !== 'run-folder') return null
  const { fullyCopied, status } = reading.reading.provenance
  return fullyCopied?.file ?? status?.file ?? null
}
