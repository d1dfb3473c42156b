/** The run folders that are looked at again and again, and what of a root must be watched for their sake. */
import type { Stats } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Hints } from './hints.ts'
import { isJunk } from './junk.ts'

/** Folders that may come to hold a run are watched while they are young; in older ones the sweep finds it. */
const YOUNG_MS = 86_400_000

export function createActiveRuns(
  { root, depth }: { root: string; depth: number },
  hints: Pick<Hints, 'add' | 'drop'>,
  { isFinished, now }: { isFinished(path: string): boolean; now(): Date },
) {
  const active = new Map<string, Set<string>>()

  return {
    paths: () => [...active.keys()],
    /** `folders`: those in it whose names matter. */
    follow(path: string, folders: string[]): void {
      const before = active.get(path)
      active.set(path, new Set(folders))
      for (const folder of folders) if (!before?.has(folder)) hints.add(join(path, folder))
    },
    unfollow(path: string): void {
      if (active.delete(path)) hints.drop(path)
    },
    /** The folders that lie deeper than the root's own watch reaches. */
    deeper: () => [...active].flatMap(([path, below]) => [...below].map((folder) => join(path, folder))),
    /** The folders from below the root down to a path, as far as run folders may lie; of one in a run, the run alone. */
    stepsTo(path: string): string[] {
      const parts = relative(root, path).split(sep)
      const steps = parts.slice(0, depth).map((_, at) => join(root, ...parts.slice(0, at + 1)))
      const run = steps.find((step) => active.has(step))
      return run === undefined ? steps : [run]
    },
    /** All but folders that may come to be or hold a run, what lies directly in a run, and in its folders that matter. */
    isUnwatched(path: string, stats?: Stats): boolean {
      const below = relative(root, path)
      if (below === '') return false
      const parts = below.split(sep)
      for (let level = 1; level <= Math.min(depth, parts.length); level++) {
        const step = join(root, ...parts.slice(0, level))
        const folders = active.get(step)
        if (folders === undefined && isFinished(step)) return true
        if (folders === undefined) continue
        const rest = parts.slice(level)
        const isFolder = rest.length === 0 || folders.has(rest.join('/'))
        if (isFolder || stats?.isDirectory()) return !isFolder
        return (rest.length > 1 && !folders.has(rest.slice(0, -1).join('/'))) || isJunk(parts.at(-1) ?? '')
      }
      const isOld = stats?.isDirectory() === true && stats.ctimeMs < now().getTime() - YOUNG_MS
      return isOld || parts.length > depth + 1 || isJunk(parts.at(-1) ?? '')
    },
  }
}
