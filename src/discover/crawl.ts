/** Walks a tree of folders, a few at a time: each may lead to more. */
import { basename } from 'node:path'

/**
 * Resolves when `visit` has been called for everything it led to. `visit` must not reject.
 *
 * Folders whose name tells no date come first, since run folders may lie in them; then the newest run folders.
 */
export function crawl(
  start: Iterable<string>,
  atOnce: number,
  visit: (path: string) => Promise<readonly string[]>,
): Promise<void> {
  const undated: string[] = []
  /** The oldest first. */
  const dated: Array<{ path: string; date: string }> = []
  let isSorted = true
  const add = (paths: Iterable<string>) => {
    for (const path of paths) {
      const date = dateOf(basename(path))
      if (date === null) undated.push(path)
      else {
        isSorted = dated.length === 0
        dated.push({ path, date })
      }
    }
  }
  const next = (): string | undefined => {
    if (undated.length > 0) return undated.pop()
    if (!isSorted) dated.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    isSorted = true
    return dated.pop()?.path
  }
  add(start)
  let active = 0
  return new Promise((resolve, reject) => {
    const go = () => {
      while (active < atOnce) {
        const path = next()
        if (path === undefined) break
        active++
        visit(path).then((more) => {
          active--
          add(more)
          go()
        }, reject)
      }
      if (active === 0) resolve()
    }
    go()
  })
}

/** `YYYYMMDD` of a name such as 200303_A00562_… or r64012_20200303_…; null where it tells none. */
function dateOf(name: string): string | null {
  const found = /(?:^|[_-])((?:20)?\d{6})(?=[_-]|$)/.exec(name)?.[1]
  return found === undefined ? null : found.length === 6 ? `20${found}` : found
}
