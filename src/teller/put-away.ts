/** Puts a sheet away and lets the journal know where it lies now. */
import { basename } from 'node:path'
import type { Emit, LoggedError } from '../events.ts'
import { moveAway } from '../feedback/put-away.ts'
import type { Artifact } from '../journal/journal.ts'
import { err, ok, type Result } from '../result.ts'

export type MovingJournal = {
  saveArtifact(artifact: Artifact): Promise<void>
  moveArtifact(move: { from: string; to: string; sha256: string }): Promise<boolean>
}

/**
 * The path it has now, or null where it stays: it lies there already, or somebody took or changed it.
 * Fails with what the disk says where it should be tried again. A sheet too large to be read stays where it is: nothing
 * tells whether it is still the one that was judged.
 */
export async function putAway(
  artifact: Artifact,
  { folder, to }: { folder: string; to: 'done' | 'needs-fixing' },
  { journal, emit }: { journal: MovingJournal; emit: Emit },
): Promise<Result<string | null, LoggedError>> {
  const { path, sha256 } = artifact
  if (sha256 === null) return ok(null)
  const moved = await moveAway(path, { folder, to, sha256 })
  if (!moved.ok) return moved.error.why === 'refused' ? err(moved.error.error) : ok(null)
  if (moved.value === path) return ok(null)
  // A new sheet may have come under the old name in this very moment: then both are kept.
  if (!(await journal.moveArtifact({ from: path, to: moved.value, sha256 })))
    await journal.saveArtifact({ ...artifact, path: moved.value })
  emit('sheet.moved', { sheet: basename(path), to: moved.value })
  return ok(moved.value)
}
