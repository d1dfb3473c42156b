/**
 * Watches a root of run folders.
 *
 * Each sweep lists the tree down to `depth`. A run folder that is known and finished costs no more than its name in
 * that list, and is looked at once a day. Anything else is asked for its names, and a run folder for its marks; read
 * data is never descended into.
 */
import { basename, matchesGlob, relative, resolve, sep } from 'node:path'
import { createTurns } from '../event-loop.ts'
import { createActiveRuns } from './active-runs.ts'
import { crawl } from './crawl.ts'
import { isSameDay } from './daily.ts'
import { isRefusal, isUnspeakable, listEverything, networkFileSystem, statOrNull } from './file-system.ts'
import { createHandOver, MOST_IN_HAND } from './hand-over.ts'
import { isJunk, isNeverRunFolder } from './junk.ts'
import { createLooks } from './looks.ts'
import { createPlainFolders } from './plain-folders.ts'
import { lookAtFolder, type Recognise } from './recognise-on-disk.ts'
import { keepRoot, type RootOptions, type RootTools, type RootWatch } from './root-loop.ts'
import type { Known } from './settle.ts'

export type RunRootOptions = RootOptions & {
  /** The deepest level at which run folders lie; 1: directly in the root. */
  depth: number
  /** Globs on the name of a folder, or with a `/` on its path below the root. */
  ignore?: readonly string[]
  recognise: Recognise
}

/** Marks unchanged this long before a run is taken. */
const SETTLE_SECONDS = { local: 2, network: 30 }

/** How long marks in this root rest before a run is taken, where nobody has set it. */
export const settleSecondsIn = async (root: string): Promise<number> =>
  (await networkFileSystem(root)) === null ? SETTLE_SECONDS.local : SETTLE_SECONDS.network

/** What one look at a folder led to: the folders in it where it is no run folder itself. */
type Outcome = { is: 'run' } | { is: 'folder'; below: readonly string[] } | { is: 'nothing' }

export function watchRoot(options: RunRootOptions): RootWatch {
  const root = resolve(options.path)
  return keepRoot(root, options, (tools) => runFoldersIn(root, options, tools))
}

function runFoldersIn(root: string, options: RunRootOptions, tools: RootTools) {
  const { depth, recognise } = options
  const now = () => options.now?.() ?? new Date()
  let known: ReadonlyMap<string, Known> = new Map()
  /** When the sweep under way began, and the last that was whole. */
  let began = now()
  let lastBegan: Date | null = null
  /** Of the sweep under way: how many folders it has seen, how many of them are known, and those it has visited. */
  let counted = 0
  let knownThere = 0
  let visited = new Set<string>()

  const handOver = createHandOver(root, 'run-folder', SETTLE_SECONDS, options, tools, (path) => {
    void looks.at(path)
  })
  const plainFolders = createPlainFolders(() => tools.network() === null)
  const turns = createTurns()
  const active = createActiveRuns({ root, depth }, tools.hints, { isFinished, now })

  const looks = createLooks<Outcome>(
    async (path) => {
      const outcome = await handOver.guarded(path, () => look(path))
      if (outcome === null) active.unfollow(path)
      return outcome ?? { is: 'nothing' }
    },
    (path) => void lookDownTo(path),
  )

  async function look(path: string): Promise<Outcome> {
    await turns.give()
    const seen = await tools.disk.ask(path, () =>
      lookAtFolder(path, recognise, { isLocal: tools.network() === null }),
    )
    if (seen.run === null) {
      active.unfollow(path)
      plainFolders.keep(path, seen)
      return { is: 'folder', below: seen.below }
    }
    plainFolders.forget(path)
    if (!isFinished(path)) active.follow(path, seen.run.folders)
    await handOver.looked(path, seen.run, known.get(path))
    if (isFinished(path) && handOver.isSettled(path)) finish(path)
    return { is: 'run' }
  }

  function isFinished(path: string): boolean {
    const status = known.get(path)?.status
    return status === 'done' || status === 'adopted'
  }

  function finish(path: string): void {
    handOver.forget(path)
    active.unfollow(path)
  }

  const ignore = options.ignore ?? []
  const isIgnored = (path: string): boolean =>
    ignore.some((glob) => matchesGlob(glob.includes('/') ? relative(root, path) : basename(path), glob))

  /** The folders of these names that are worth a look now: all but those known, finished and not due today. */
  function worthALook(parent: string, names: readonly string[]): string[] {
    const worth: string[] = []
    counted += names.length
    for (const name of names) {
      // Ten thousand names each sweep: joining them with care would take longer than listing them.
      const path = parent + sep + name
      if (isFinished(path) && handOver.isSettled(path)) {
        knownThere++
        finish(path)
        if (lastBegan === null || isSameDay(path, lastBegan, began)) continue
      }
      const isOut = isJunk(name) || isNeverRunFolder(name) || isUnspeakable(name) || isIgnored(path)
      if (!isOut) worth.push(path)
    }
    return worth
  }

  /** A hint names something at or below a folder: the first run folder on the way to it is meant. */
  async function lookDownTo(path: string): Promise<void> {
    for (const step of active.stepsTo(path)) {
      const name = basename(step)
      if (isJunk(name) || isNeverRunFolder(name) || isIgnored(step)) return
      const outcome = await looks.at(step)
      if (outcome.is !== 'folder') return
    }
  }

  /** One folder of a sweep: those in it that are worth a look, too. */
  async function visit(path: string): Promise<readonly string[]> {
    if (handOver.isClosed() || tools.disk.isSilent()) return []
    const status = known.get(path)?.status
    if (status === 'active') knownThere++
    visited.add(path)
    const unchanged = status === undefined ? plainFolders.unchanged(path) : null
    if (unchanged !== null) await turns.give()
    const outcome =
      unchanged === null
        ? await handOver.patiently(looks.at(path))
        : { is: 'folder' as const, below: unchanged }
    if (outcome?.is !== 'folder' || relative(root, path).split(sep).length >= depth) return []
    return worthALook(path, outcome.below)
  }

  /** Run folders that were not finished, and were not met: gone, if something else that is known still lies here. */
  async function lookForGone(): Promise<void> {
    const missing = new Set(active.paths().filter((path) => !visited.has(path)))
    for (const [path, { status }] of known) if (status === 'active' && !visited.has(path)) missing.add(path)
    for (const path of missing) {
      if (await mayBeThere(path)) continue
      active.unfollow(path)
      handOver.forget(path)
      if (knownThere > 0 && known.get(path)?.status === 'active') await options.onGone(path)
    }
  }

  async function mayBeThere(path: string): Promise<boolean> {
    try {
      return (await tools.disk.ask(path, () => statOrNull(path))) !== null
    } catch (thrown) {
      if (isRefusal(thrown)) return true
      throw thrown
    }
  }

  return {
    async sweep(journal: ReadonlyMap<string, Known>) {
      known = journal
      counted = 0
      knownThere = 0
      visited = new Set()
      began = now()
      const entries = await tools.disk.ask(root, () => listEverything(root))
      handOver.warnUnspeakable(root, entries)
      const start = entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name)
      await crawl(worthALook(root, start), MOST_IN_HAND, visit)
      return { folders: counted, sheets: 0 }
    },
    async swept() {
      await lookForGone()
      lastBegan = began
      handOver.swept()
    },
    hints: {
      depth,
      deeper: active.deeper,
      ignored: active.isUnwatched,
      hint: (path: string) => looks.soon(active.stepsTo(path).at(-1) ?? path),
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
}
