/** How the daemon is: its roots, Redis, the journal and the disk, and what of that keeps it from being ready. */
import { stat, statfs } from 'node:fs/promises'
import type { DaemonHealth } from '../daemon.ts'
import { loggedError } from '../events.ts'
import type { Journal } from '../journal/journal.ts'

export type Health = DaemonHealth & {
  /** `fault`: why it cannot be written; null while it can. */
  journal: { sizeBytes: number; fault: string | null }
  /** Of the state folder; null where the file system does not tell. */
  disk: { freeBytes: number; totalBytes: number } | null
}

type Parts = {
  daemon(): DaemonHealth
  journal: Pick<Journal, 'setMeta'>
  journalFile: string
  state: string
}

/** A disk that is full or gone shows only when something is written. */
const WRITTEN_EVERY_MS = 10_000
/** Beside three intervals: a sweep of a large share may itself take minutes. */
const SCAN_MAY_TAKE_MS = 5 * 60_000

export function createHealth({ daemon, journal, journalFile, state }: Parts): () => Promise<Health> {
  let written = Number.NEGATIVE_INFINITY
  let fault: string | null = null

  async function tryWriting(): Promise<void> {
    if (performance.now() - written < WRITTEN_EVERY_MS) return
    written = performance.now()
    try {
      await journal.setMeta('last-checked', new Date().toISOString())
      fault = null
    } catch (thrown) {
      fault = loggedError(thrown).message
    }
  }

  return async () => {
    const [, sizes, disk] = await Promise.all([
      tryWriting(),
      Promise.all([sizeOf(journalFile), sizeOf(`${journalFile}-wal`)]),
      statfs(state).catch(() => null),
    ])
    return {
      ...daemon(),
      journal: { sizeBytes: sizes[0] + sizes[1], fault },
      disk: disk && { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
    }
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

/** What stands in the way of everything working, each in a sentence. */
export function readinessOf({ roots, redis, journal }: Health, now: Date) {
  const reasons = roots.flatMap((one) => {
    const { root, away, scannedOnce, lastSweep } = one
    if (away !== null) return [{ code: 'root-away', detail: `${root} cannot be read: ${away.message}` }]
    if (!scannedOnce) return [{ code: 'root-not-scanned', detail: `${root} has not been scanned yet` }]
    return isStale(one, now)
      ? [{ code: 'scan-stale', detail: `${root} was last scanned at ${lastSweep?.toISOString()}` }]
      : []
  })
  if (redis?.redis === 'away')
    reasons.push({ code: 'redis-away', detail: 'Redis does not answer; deliveries wait' })
  if (journal.fault !== null)
    reasons.push({ code: 'journal-not-writable', detail: `The journal cannot be written: ${journal.fault}` })
  return { ready: reasons.length === 0, reasons }
}

/** Its sweeps have stopped, though nothing says that the root is away. */
export const isStale = (
  { away, lastSweep, sweepSeconds }: DaemonHealth['roots'][number],
  now: Date,
): boolean =>
  away === null &&
  lastSweep !== null &&
  now.getTime() - lastSweep.getTime() > 3 * sweepSeconds * 1000 + SCAN_MAY_TAKE_MS
