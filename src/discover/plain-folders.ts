/**
 * Remembers folders that are no run folders, such as those of a group or a sample: as long as nothing was made, removed
 * or renamed in one, its modification time stays, and it need not be listed again.
 *
 * Only where the file system is known to keep that promise: network drives may be behind, or not keep it at all.
 */
import { statSync } from 'node:fs'
import type { PlainLook } from './recognise-on-disk.ts'

/** Two changes within one tick of the file system's clock leave the same time: too young a time proves nothing. */
const TICK_MS = 2000

export function createPlainFolders(isTrusted: () => boolean) {
  const kept = new Map<string, { mtimeMs: number; ino: number; below: readonly string[] }>()
  return {
    /** The folders in it, when it is known and has not changed; null when it must be looked at. Synchronous. */
    unchanged(path: string): readonly string[] | null {
      const one = isTrusted() ? kept.get(path) : undefined
      if (one === undefined) return null
      try {
        const { mtimeMs, ino } = statSync(path)
        return mtimeMs === one.mtimeMs && ino === one.ino ? one.below : null
      } catch {
        // What the disk has against it, the look tells.
        return null
      }
    },
    /** What a look found that began with `stats`. */
    keep(path: string, { stats: { mtimeMs, ino }, below, askedDeeper }: Omit<PlainLook, 'run'>): void {
      // Where a make has looked further down before it said no, a change there may let it say yes.
      if (askedDeeper || mtimeMs > Date.now() - TICK_MS) kept.delete(path)
      else kept.set(path, { mtimeMs, ino, below })
    },
    forget: (path: string) => void kept.delete(path),
  }
}
