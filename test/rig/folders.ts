/** Run folders for readers under test: from memory, or from a folder on this disk. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { RunFolder } from '../../src/handovers.ts'
import { err, ok } from '../../src/result.ts'

/** What no reader is shown: AppleDouble, rsync and browser temporaries, office locks. */
const JUNK = /^\._|^\.~|^~\$|^\.[^/]+\.[A-Za-z0-9]{6}$|^\.DS_Store$|^Thumbs\.db$/i

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
    return [...new Set(names)].filter((one) => !JUNK.test(one)).sort()
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

/** A run folder on this disk. */
export function diskFolder(path: string): RunFolder {
  const list = (below: string): readonly string[] => {
    try {
      return readdirSync(join(path, below), { withFileTypes: true })
        .filter((entry) => !JUNK.test(entry.name))
        .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
        .sort()
    } catch {
      return []
    }
  }
  return {
    name: basename(path),
    names: list(''),
    list,
    read(file, { maxBytes }) {
      const stat = statSync(join(path, file), { throwIfNoEntry: false })
      if (!stat) return err({ why: 'absent', detail: file })
      if (!stat.isFile()) return err({ why: 'not-a-file', detail: file })
      if (stat.size > maxBytes) return err({ why: 'too-large', detail: `${stat.size} bytes` })
      return ok(readFileSync(join(path, file)))
    },
    modified: (file) => statSync(join(path, file), { throwIfNoEntry: false })?.mtime ?? null,
  }
}
