/** Since when a run folder stands still, for who looks at it once and remembers nothing. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openRunFolder } from './open-folder.ts'
import type { Recognise } from './recognise-on-disk.ts'

/** The newest instant at which one of its marks changed, as the file system noted it; null where it has none. */
export function quietSince(path: string, recognise: Recognise): string | null {
  const opened = openRunFolder(path)
  const marks = opened.ok ? recognise(opened.value)?.marks : undefined
  const instants = (marks ?? []).flatMap((mark) => {
    const stats = statSync(join(path, mark), { throwIfNoEntry: false })
    return stats === undefined ? [] : [stats.mtimeMs, stats.ctimeMs]
  })
  return instants.length === 0 ? null : new Date(Math.max(...instants)).toISOString()
}
