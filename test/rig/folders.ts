/** Run folders for readers under test: from memory, or from a folder on this disk. */
import { isJunk } from '../../src/discover/junk.ts'
import { openRunFolder } from '../../src/discover/open-folder.ts'
import type { RunFolder } from '../../src/handovers.ts'
import { err, ok } from '../../src/result.ts'

/** A run folder made of text and bytes. Every file is as old as `mtimes` says, else of 2026-01-01. */
export function memoryFolder(
  name: string,
  files: Record<string, string | Uint8Array>,
  { mtimes = {} }: { mtimes?: Record<string, Date> } = {},
): RunFolder {
  const content = new Map(Object.entries(files))
  const list = (path: string): readonly string[] => {
    const prefix = path === '' ? '' : `${path.replace(/\/$/, '')}/`
    const names = [...content.keys()]
      .filter((file) => file.startsWith(prefix))
      .map((file) => file.slice(prefix.length))
      .map((rest) => (rest.includes('/') ? rest.slice(0, rest.indexOf('/') + 1) : rest))
    return [...new Set(names)].filter((one) => !isJunk(one)).sort()
  }
  return {
    name,
    names: list(''),
    list,
    read(path, { maxBytes }) {
      const found = content.get(path)
      if (found === undefined) return err({ why: 'absent', detail: path })
      const bytes = typeof found === 'string' ? new TextEncoder().encode(found) : found
      return bytes.length > maxBytes ? err({ why: 'too-large', detail: `${bytes.length} bytes` }) : ok(bytes)
    },
    modified: (path) => (content.has(path) ? (mtimes[path] ?? new Date('2026-01-01T00:00:00.000Z')) : null),
  }
}

/** A run folder on this disk, as readers are shown it. */
export function diskFolder(path: string): RunFolder {
  const opened = openRunFolder(path)
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}
