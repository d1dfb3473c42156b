/**
 * Watches a drop folder: the sheets directly in it, and those in its `needs-fixing/`, where people mend them.
 * Nothing else in it is looked into.
 */
import { lstatSync, type Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, join, matchesGlob, relative, resolve, sep } from 'node:path'
import { createTurns } from '../event-loop.ts'
import { crawl } from './crawl.ts'
import { type Entry, isAbsent, isUnspeakable, listEntries } from './file-system.ts'
import { sheetLook } from './fingerprint.ts'
import { createHandOver, MOST_IN_HAND } from './hand-over.ts'
import { mayBeSheet } from './junk.ts'
import { createLooks } from './looks.ts'
import { keepRoot, type RootOptions, type RootTools, type RootWatch } from './root-loop.ts'
import type { Known } from './settle.ts'

export type DropFolderOptions = RootOptions & {
  /** Globs on a sheet's name. */
  ignore?: readonly string[]
}

/** A copy by hand pauses longer than an instrument does, wherever the folder lies. */
const SETTLE_SECONDS = { local: 10, network: 10 }
const NEEDS_FIXING = 'needs-fixing'
/** A folder with more files than this is no drop folder; the rest is found when these are put away. */
const MOST_SHEETS = 20_000

export function watchSheets(options: DropFolderOptions): RootWatch {
  const root = resolve(options.path)
  return keepRoot(root, options, (tools) => sheetsIn(root, options, tools))
}

function sheetsIn(root: string, options: DropFolderOptions, tools: RootTools) {
  const folders = [root, join(root, NEEDS_FIXING)]
  let known: ReadonlyMap<string, Known> = new Map()
  const turns = createTurns()

  const handOver = createHandOver(root, 'sheet', SETTLE_SECONDS, options, tools, (path) => {
    void looks.at(path)
  })

  const looks = createLooks(
    (path) => handOver.guarded(path, () => look(path)),
    (path) => void looks.at(path),
  )

  /** Every sheet that lies there is looked at in every sweep: a local disk is asked without leaving the loop. */
  async function look(path: string): Promise<void> {
    await turns.give()
    const isLocal = tools.network() === null
    const stats = isLocal ? lstatSync(path) : await tools.disk.ask(path, () => lstat(path))
    if (!stats.isFile()) return
    await handOver.looked(path, sheetLook(stats), known.get(path))
  }

  const isWanted = (path: string): boolean =>
    mayBeSheet(basename(path)) &&
    !isUnspeakable(basename(path)) &&
    folders.includes(dirname(path)) &&
    !(options.ignore ?? []).some((glob) => matchesGlob(basename(path), glob))

  async function entriesOf(folder: string): Promise<Entry[]> {
    try {
      return await tools.disk.ask(folder, () => listEntries(folder, MOST_SHEETS))
    } catch (thrown) {
      if (folder !== root && isAbsent(thrown)) return []
      throw thrown
    }
  }

  return {
    async sweep(journal: ReadonlyMap<string, Known>) {
      known = journal
      const sheets: string[] = []
      for (const folder of folders) {
        const entries = await entriesOf(folder)
        handOver.warnUnspeakable(
          folder,
          entries.filter(({ name }) => mayBeSheet(name)),
        )
        for (const { name, kind } of entries)
          if (kind === 'file' && isWanted(join(folder, name))) sheets.push(join(folder, name))
      }
      await crawl(sheets, MOST_IN_HAND, async (path) => {
        if (!handOver.isClosed() && !tools.disk.isSilent()) await handOver.patiently(looks.at(path))
        return []
      })
      return { folders: 0, sheets: sheets.length }
    },
    swept: async () => handOver.swept(),
    hints: {
      depth: 1,
      deeper: () => [],
      ignored: (path: string, stats?: Stats) => isUnwatched(path, stats),
      hint: (path: string) => {
        if (isWanted(path)) looks.soon(path)
      },
    },
    async lookAgain(path: string) {
      handOver.anew(path)
      await looks.at(path)
    },
    async close() {
      handOver.close()
      await looks.close()
    },
  }

  function isUnwatched(path: string, stats: Stats | undefined): boolean {
    if (folders.includes(path)) return false
    return stats?.isDirectory() === true || !isWanted(path) || relative(root, path).split(sep).length > 2
  }
}
