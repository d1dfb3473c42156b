/** Runs that never finished and have not changed for long: shown as stalled, and never as failed. */
import type { Reading, RunFolderReading } from './handovers.ts'
import type { RunReading } from './record/run.ts'

/**
 * The reading as it is to be shown: of a run in progress that has not changed since `quietSince`, stalled once that is
 * longer ago than `afterSeconds`. Silence alone decides nothing else: an end marker may still come.
 */
export function stalledIf(
  reading: RunFolderReading,
  { quietSince, afterSeconds, now }: { quietSince: string; afterSeconds: number; now: Date },
): RunFolderReading {
  const { run, completion } = reading.reading
  const isQuiet = Date.parse(quietSince) + afterSeconds * 1000 <= now.getTime()
  if (completion.ended || completion.state !== 'in_progress' || !isQuiet) return reading
  const shown: RunReading = {
    ...reading.reading,
    run: { ...run, status: 'stalled' },
    completion: {
      ...completion,
      state: 'stalled',
      because: `${completion.because}; nothing has changed since ${quietSince}`,
    },
  }
  return { ...reading, reading: shown }
}

export const isStalled = (reading: Reading): boolean =>
  reading.kind === 'run-folder' && reading.reading.completion.state === 'stalled'
