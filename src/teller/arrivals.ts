/** Sheets that have arrived and are not read yet: what their reports say meanwhile, until they are read or vanish. */
import { lstat } from 'node:fs/promises'
import type { Problem } from '../problems.ts'

export type Arrivals = {
  /** True when this is news: the copy of it has just begun, or what keeps it from being read has changed. */
  add(path: string, problems: Problem[]): boolean
  /** True when it was one of these. */
  remove(path: string): boolean
  /** What keeps it from being read, empty while its copy goes on; null: it is not one of these. */
  problemsOf(path: string): Problem[] | null
  close(): void
}

const LOOK_MS = 2_000

/** `vanished` is called once for each that was taken away before it was read. */
export function createArrivals(vanished: (path: string) => void): Arrivals {
  const paths = new Map<string, Problem[]>()
  const timer = setInterval(() => void look(), LOOK_MS)
  timer.unref()

  async function look(): Promise<void> {
    for (const path of [...paths.keys()]) if (!(await exists(path)) && paths.delete(path)) vanished(path)
  }

  return {
    add(path, problems) {
      const before = paths.get(path)
      paths.set(path, problems)
      return before === undefined || JSON.stringify(before) !== JSON.stringify(problems)
    },
    remove: (path) => paths.delete(path),
    problemsOf: (path) => paths.get(path) ?? null,
    close: () => clearInterval(timer),
  }
}

/** What the disk does not deny is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}
