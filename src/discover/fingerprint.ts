/** One value that changes whenever one of a few files changes, and how long ago that last happened. */
import { hash } from 'node:crypto'
import type { Stats } from 'node:fs'

export type Look = {
  /** Of names, sizes, modification times and inodes. */
  fingerprint: string
  /** Newest modification time, ISO. */
  modified: string
  /** Newest instant at which the file system itself noted a change; unlike modification times no copy can set it back. */
  touchedMs: number
}

/** `marks` by name; `folder` stands in for the times where there are none, and tells when it was moved in. */
export function fingerprintOf(marks: ReadonlyMap<string, Stats>, folder: Stats | null): Look {
  const lines = [...marks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { size, mtimeMs, ino }]) => `${name}\0${size}\0${mtimeMs}\0${ino}\n`)
  const all = [...marks.values()]
  const dated = all.length > 0 || folder === null ? all : [folder]
  return {
    fingerprint: hash('sha256', lines.join('')).slice(0, 32),
    modified: new Date(Math.max(0, ...dated.map((one) => one.mtime.getTime()))).toISOString(),
    touchedMs: Math.max(
      ...[...all, ...(folder === null ? [] : [folder])].flatMap((one) => [one.ctimeMs, one.mtimeMs]),
    ),
  }
}

/** Of a sheet, without its name: one that is put away stays the same sheet. */
export const sheetLook = (stats: Stats): Look => fingerprintOf(new Map([['', stats]]), null)
