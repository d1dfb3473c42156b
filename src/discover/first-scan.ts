/** What lay in a root when its watch began: what the first whole sweep saw, and what it could not see into. */
import { dirname } from 'node:path'

export function createFirstScan(root: string) {
  /** By path: its fingerprint. */
  const early = new Map<string, string>()
  /** What the first sweep could not see into: whatever is seen there at last lay there too. */
  const unseen = new Set<string>()
  const seenAtLast = new Set<string>()
  let isUnderWay = true

  function isOfIt(path: string): boolean {
    if (isUnderWay) return true
    if (unseen.size === 0) return false
    for (let at = path; at.length > root.length; at = dirname(at)) if (unseen.has(at)) return true
    return false
  }

  return {
    /** Did it lie there, and as it is now? */
    had: (path: string, fingerprint: string): boolean => early.get(path) === fingerprint,
    saw(path: string, fingerprint: string): void {
      if (isOfIt(path) && !early.has(path)) early.set(path, fingerprint)
    },
    couldNotSee(path: string): void {
      if (isOfIt(path)) unseen.add(path)
    },
    canSee(path: string): void {
      if (unseen.has(path)) seenAtLast.add(path)
    },
    forget: (path: string) => void early.delete(path),
    /** A sweep was whole. */
    swept(): void {
      isUnderWay = false
      for (const path of seenAtLast) unseen.delete(path)
      seenAtLast.clear()
    },
  }
}
