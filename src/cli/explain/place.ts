/** Where a path lies, and whether anything that lies there is looked at: the rules of the watched folders, in words. */
import { basename, join, matchesGlob, relative, sep } from 'node:path'
import type { Config, RunsRoot, SheetsRoot } from '../../config.ts'
import { isMeant, mayBeRunFolder, mayBeSheet } from '../../discover/junk.ts'

export type Root = RunsRoot | SheetsRoot

/** `looked`: what lies there is read and planned. `isRoot`: it is a watched folder itself. */
export type Place = {
  root: Root | null
  isRoot: boolean
  looked: boolean
  because: string
  next: string | null
}

export const folderOf = (root: Root): string => ('runs' in root ? root.runs : root.sheets)

export function placeOf(path: string, config: Config): Place {
  const root = config.watch.find((one) => path === folderOf(one) || path.startsWith(folderOf(one) + sep))
  if (root === undefined) return nowhere(path, config)
  const way = relative(folderOf(root), path).split(sep)
  if (path === folderOf(root)) return theRoot(root)
  return 'runs' in root ? inRuns(path, way, root) : inSheets(path, way, root)
}

/** The folders between a root of run folders and this path, the highest first. */
export function foldersAbove(path: string, root: Root | null): string[] {
  if (root === null || !('runs' in root)) return []
  const way = relative(root.runs, path).split(sep)
  return way.slice(0, -1).map((_, at) => join(root.runs, ...way.slice(0, at + 1)))
}

function nowhere(path: string, config: Config): Place {
  const folders = config.watch.map(folderOf)
  const watched = folders.length === 0 ? 'none is configured' : `watched are ${folders.join(', ')}`
  return {
    ...{ root: null, isRoot: false, looked: false },
    because: `It lies in no watched folder (${watched}), so nothing is registered from it.`,
    next: `Nothing happens to it. What it would give is told by: runherald check ${path}`,
  }
}

const theRoot = (root: Root): Place => ({
  ...{ root, isRoot: true, looked: false },
  because:
    'runs' in root
      ? `It is a watched folder: run folders are looked for in it, down to level ${root.depth}, every ${root.sweepSeconds} s.`
      : `It is a drop folder: the sheets directly in it and in its needs-fixing/ are looked at every ${root.sweepSeconds} s.`,
  next: null,
})

function inRuns(path: string, way: string[], root: RunsRoot): Place {
  const steps = [...foldersAbove(path, root), path].slice(0, root.depth)
  const passedOver = steps.find((step) => !mayBeRunFolder(basename(step)))
  if (passedOver !== undefined)
    return overlooked(
      root,
      `The name ${basename(passedOver)} is that of hidden or temporary folders, or of a copy that is under way, which are never looked at.`,
      'It is found as soon as it has another name.',
    )
  for (const step of steps) {
    const pattern = root.ignore.find((one) => isMeant(one, step, root.runs))
    if (pattern !== undefined) return ignored(root, basename(step), pattern)
  }
  if (way.length > root.depth)
    return overlooked(
      root,
      `It lies ${way.length} levels below ${root.runs}, where run folders are looked for down to level ${root.depth} (\`depth\`).`,
      'It is found once `depth` of that folder reaches it, or when it is moved up.',
    )
  return looked(root, `It lies in the watched folder ${root.runs}.`)
}

function inSheets(path: string, way: string[], root: SheetsRoot): Place {
  const [first = ''] = way
  if (way.length === 2 && first === 'done')
    return overlooked(
      root,
      'It lies in done/, where sheets are put whose registrations have all come to their end.',
      'Nothing is left to be done. To change something, save a corrected sheet into the drop folder.',
    )
  if (first === '_status' && way.length > 1)
    return overlooked(root, 'It lies among the reports that runherald itself writes.', null)
  if (way.length > (first === 'needs-fixing' ? 2 : 1))
    return overlooked(
      root,
      `It lies below the drop folder ${root.sheets}, where only sheets directly in it and in its needs-fixing/ are looked at.`,
      'It is found when it is moved up into the drop folder.',
    )
  const name = basename(path)
  if (path === join(root.sheets, 'needs-fixing'))
    return overlooked(
      root,
      'Sheets are put here that somebody must mend; they are looked at here, too.',
      null,
    )
  if (!mayBeSheet(name))
    return overlooked(
      root,
      `By its name ${name} is no sheet: looked at is every file that is neither hidden nor temporary nor README.txt.`,
      'It is found as soon as it has another name.',
    )
  const pattern = root.ignore.find((one) => matchesGlob(name, one))
  if (pattern !== undefined) return ignored(root, name, pattern)
  return looked(
    root,
    first === 'needs-fixing'
      ? `It lies in needs-fixing/ of the drop folder ${root.sheets}, where people mend sheets.`
      : `It lies in the drop folder ${root.sheets}.`,
  )
}

const ignored = (root: Root, name: string, pattern: string): Place =>
  overlooked(
    root,
    `The name ${name} fits "${pattern}", which is to be ignored in ${folderOf(root)} (\`ignore\`).`,
    'It is found once it has another name, or `ignore` is changed.',
  )

const overlooked = (root: Root, because: string, next: string | null): Place => ({
  ...{ root, isRoot: false, looked: false, because, next },
})

const looked = (root: Root, because: string): Place => ({
  ...{ root, isRoot: false, looked: true, because, next: null },
})
