/**
 * Watches a drop folder: the sheets directly in it, and those in its `needs-fixing/`, where people mend them.
 * Nothing else in it is looked into.
 */
import { lstatSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, join, matchesGlob } from 'node:path'
import { createTurns } from '../event-loop.ts'
import { crawl } from './crawl.ts'
import type { Disk } from './disk.ts'
import { type Entry, isAbsent, isUnspeakable, listEntries } from './file-system.ts'
import { sheetLook } from './fingerprint.ts'
import { createHandOver, MOST_IN_HAND, patiently } from './hand-over.ts'
import { mayBeSheet } from './junk.ts'
import { createLooks } from './looks.ts'
import { keepRoot, type RootKind, type RootOptions, type RootTools, type RootWatch } from './root-loop.ts'

export type DropFolderOptions = RootOptions & {
  /** Globs on a sheet's name. */
  ignore?: readonly string[]
}

const NEEDS_FIXING = 'needs-fixing'
/** A folder with more files than this is no drop folder; the rest is found when these are put away. */
const MOST_SHEETS = 20_000

export const watchSheets = (options: DropFolderOptions): RootWatch =>
  keepRoot(options, (tools) => sheetsIn(options, tools))

function sheetsIn({ ignore = [], ...options }: DropFolderOptions, tools: RootTools): RootKind {
  const { root, disk, isLocal, isClosed } = tools
  const folders = [root, join(root, NEEDS_FIXING)]
  const lookAt = (path: string) => void looks.at(path)
  const handOver = createHandOver('sheet', options, tools, lookAt)
  const looks = createLooks((path) => handOver.guarded(path, () => look(path)))
  const turns = createTurns()

  /** Every sheet that lies there is looked at in every sweep: a local disk is asked without leaving the loop. */
  async function look(path: string): Promise<void> {
    await turns.give()
    const stats = isLocal() ? lstatSync(path) : await disk.ask(path, () => lstat(path))
    if (stats.isFile()) await handOver.looked(path, sheetLook(stats))
  }

  function isWanted(path: string): boolean {
    const name = basename(path)
    if (!folders.includes(dirname(path)) || !mayBeSheet(name) || isUnspeakable(name)) return false
    return !ignore.some((glob) => matchesGlob(name, glob))
  }

  async function sweep() {
    const sheets: string[] = []
    for (const folder of folders) {
      const entries = await entriesOf(folder, root, disk)
      const dropped = entries.filter(({ name }) => mayBeSheet(name))
      handOver.tellUnspeakable(folder, dropped)
      const files = dropped.filter(({ kind }) => kind === 'file')
      sheets.push(...files.map(({ name }) => join(folder, name)).filter(isWanted))
    }
    await crawl(sheets, MOST_IN_HAND, async (path) => {
      if (!isClosed() && !disk.isSilent()) await patiently(looks.at(path))
      return []
    })
    return { folders: 0, sheets: sheets.length }
  }

  return {
    sweep,
    swept: async () => handOver.swept(),
    watched: {
      depth: 1,
      deeper: () => [],
      ignored: (path, stats) => !folders.includes(path) && (stats?.isDirectory() === true || !isWanted(path)),
      hint: (path) => isWanted(path) && looks.soon(path, lookAt),
    },
    handOver,
    looks,
  }
}

async function entriesOf(folder: string, root: string, disk: Disk): Promise<Entry[]> {
  try {
    return await disk.ask(folder, () => listEntries(folder, MOST_SHEETS))
  } catch (thrown) {
    if (folder !== root && isAbsent(thrown)) return []
    throw thrown
  }
}
