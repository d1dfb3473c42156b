/**
 * What the scan knows below each root, kept from one sweep to the next: thousands of finished runs are read from the
 * database once, and not again before another process has written in it.
 */
import type { Artifact, KnownArtifact } from './journal.ts'
import { type Store, versionOf } from './store.ts'

type Kept = { version: number; known: Map<string, KnownArtifact> }

const keptOf = new WeakMap<Store, Map<string, Kept>>()

/** By path; what is saved later shows in it. */
export function knownBelow(store: Store, root: string): ReadonlyMap<string, KnownArtifact> {
  const roots = keptOf.get(store) ?? new Map<string, Kept>()
  keptOf.set(store, roots)
  const version = versionOf(store)
  const kept = roots.get(root)
  if (kept?.version === version) return kept.known
  const known = new Map<string, KnownArtifact>()
  store.each(
    (row) => {
      const [status, type] = [word(row['status']), word(row['type'])]
      const [fingerprint, changed] = [String(row['fingerprint']), String(row['changed'])]
      const sha256 = row['sha256'] === null ? null : String(row['sha256'])
      known.set(String(row['path']), { fingerprint, sha256, status, type, changed } as KnownArtifact)
    },
    'SELECT path, fingerprint, sha256, status, type, changed FROM artifacts WHERE root = ?',
    root,
  )
  roots.set(root, { version, known })
  return known
}

/** This artifact has been saved, and is on disk. */
export function remember(store: Store, artifact: Artifact): void {
  const { path, root, fingerprint, sha256, status, type, changed } = artifact
  keptOf.get(store)?.get(root)?.known.set(path, { fingerprint, sha256, status, type, changed })
}

/** This artifact is called by another path from now on. */
export function rememberMoved(store: Store, { from, to }: { from: string; to: string }): void {
  for (const { known } of keptOf.get(store)?.values() ?? []) {
    const moved = known.get(from)
    if (moved === undefined) continue
    known.delete(from)
    known.set(to, moved)
  }
}

/** One string for all rows that say the same. */
const word = (value: unknown): string => WORDS.find((one) => one === value) ?? String(value)
const WORDS = ['done', 'active', 'adopted', 'gone', 'run-folder', 'sheet']
