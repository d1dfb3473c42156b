/** Watches a root of run folders. */
import { basename } from 'node:path'
import { isUnspeakable, networkFileSystem } from './file-system.ts'
import { isMeant, mayBeRunFolder } from './junk.ts'
import type { Recognise } from './recognise-on-disk.ts'
import { keepRoot, type RootKind, type RootOptions, type RootTools, type RootWatch } from './root-loop.ts'
import { createRunFolders } from './run-folders.ts'
import { settleSecondsOf } from './settle.ts'
import { lookForGone, type Sweep, sweepRunFolders } from './sweep-run-folders.ts'

export type RunRootOptions = RootOptions & {
  /** The deepest level at which run folders lie; 1: directly in the root. */
  depth: number
  /** Globs on the name of a folder, or with a `/` on its path below the root. */
  ignore?: readonly string[]
  recognise: Recognise
}

/** How long marks in this root rest before a run is taken, where nobody has set it. */
export const settleSecondsIn = async (root: string): Promise<number> =>
  settleSecondsOf('run-folder', (await networkFileSystem(root)) === null)

export const watchRoot = (options: RunRootOptions): RootWatch =>
  keepRoot(options, (tools) => runFoldersIn(options, tools))

function runFoldersIn(options: RunRootOptions, tools: RootTools): RootKind {
  const { depth, ignore = [] } = options
  const runs = createRunFolders(options, tools)
  const { active, handOver, looks } = runs
  let sweep: Sweep
  let lastBegan: Date | null = null

  function isCandidate(path: string): boolean {
    const name = basename(path)
    if (!mayBeRunFolder(name) || isUnspeakable(name)) return false
    return !ignore.some((pattern) => isMeant(pattern, path, tools.root))
  }

  /** A hint names something at or below a folder: the first run folder on the way to it is meant. */
  async function lookDownTo(path: string): Promise<void> {
    for (const step of active.stepsTo(path)) if (!isCandidate(step) || (await looks.at(step)) === null) return
  }

  return {
    async sweep() {
      sweep = await sweepRunFolders(runs, tools, { depth, lastBegan, isCandidate })
      return { folders: sweep.folders, sheets: 0 }
    },
    async swept() {
      await lookForGone(sweep, runs, tools, options.onGone)
      lastBegan = sweep.began
      handOver.swept()
    },
    watched: {
      depth,
      deeper: active.deeper,
      ignored: active.isUnwatched,
      hint: (path) => looks.soon(active.stepsTo(path).at(-1) ?? path, lookDownTo),
    },
    handOver,
    looks,
  }
}
