/** Puts a sheet away and lets the journal know where it lies now. */
import type { Stats } from 'node:fs'
import { basename } from 'node:path'
import { sheetLook } from '../discover/fingerprint.ts'
import type { Emit, LoggedError } from '../events.ts'
import { moveAway } from '../feedback/put-away.ts'
import type { Artifact, Journal } from '../journal/journal.ts'
import { err, ok, type Result } from '../result.ts'

export type MovingJournal = Pick<Journal, 'saveArtifact' | 'moveArtifact'>

/**
 * The path it has now, or null where it stays: it lies there already, or somebody took or changed it.
 * Fails with what the disk says where it should be tried again. One too large or too slow to be read to its end has no
 * hash: it is the one that was judged while its size, time and inode are.
 */
export async function putAway(
  artifact: Artifact,
  { folder, to }: { folder: string; to: 'done' | 'needs-fixing' },
  { journal, emit }: { journal: MovingJournal; emit: Emit },
): Promise<Result<string | null, LoggedError>> {
  const { path, sha256, fingerprint } = artifact
  const judged =
    sha256 === null ? { isStill: (stats: Stats) => sheetLook(stats).fingerprint === fingerprint } : { sha256 }
  const moved = await moveAway(path, { folder, to, ...judged })
  if (!moved.ok) return moved.error.why === 'refused' ? err(moved.error.error) : ok(null)
  if (moved.value === path) return ok(null)
  const move = { from: path, to: moved.value, ...(sha256 === null ? { fingerprint } : { sha256 }) }
  // A new sheet may have come under the old name in this very moment: then both are kept.
  if (!(await journal.moveArtifact(move))) await journal.saveArtifact({ ...artifact, path: moved.value })
  emit('sheet.moved', { sheet: basename(path), to: moved.value })
  return ok(moved.value)
}
