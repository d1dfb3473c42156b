/**
 * Watches a root of run folders.
 *
 * Each sweep lists the tree down to `depth`. A run folder that is known and finished costs no more than its name in
 * that list, and is looked at once a day. Anything else is asked for its names, and a run folder for its marks; read
 * data is never descended into.
 */
import type { Stats } from 'node:fs'
import { basename, join, matchesGlob, relative, resolve, sep } from 'node:path'
import { crawl } from './crawl.ts'
import { isUnspeakable, listEntries } from './file-system.ts'
import { createHandOver } from './hand-over.ts'
import { isJunk, isNeverRunFolder } from './junk.ts'
import { createLooks } from './looks.ts'
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

/** What one look at a folder led to: the folders in it where it is no run folder itself. */
type Outcome = { is: 'run' } | { is: 'folder'; below: string[] } | { is: 'nothing' }

export function watchRoot(options: RunRootOptions): RootWatch {
  const root = resolve(options.path)
  return keepRoot(root, options, (tools) => runFoldersIn(root, options, tools))
}

function runFoldersIn(root: string, options: RunRootOptions, tools: RootTools) {
  const { depth, recognise } = options
  const now = () => options.now?.() ?? new Date()
  /** Run folders that are looked at, with the folders in them whose names matter. */
  const active = new Map<string, Set<string>>()
  const days = new Map<string, number>()
  let known: ReadonlyMap<string, Known> = new Map()
  /** Folders that the sweep under way has seen. */
  let counted = 0

  const handOver = createHandOver(root, 'run-folder', SETTLE_SECONDS, options, tools, (path) => {
    void looks.at(path)
  })

  const looks = createLooks<Outcome>(
    async (path) => {
      const outcome = await handOver.guarded(path, () => look(path))
      if (outcome === null) active.delete(path)
      return outcome ?? { is: 'nothing' }
    },
    (path) => void lookDownTo(path),
  )

  async function look(path: string): Promise<Outcome> {
    const seen = await tools.disk.ask(path, () => lookAtFolder(path, recognise))
    if (seen.run === null) {
      active.delete(path)
      return { is: 'folder', below: seen.below }
    }
    follow(path, seen.run.folders)
    await handOver.looked(path, seen.run, known.get(path))
    return { is: 'run' }
  }

  /** Marks in folders below lie deeper than the root's own watch reaches. */
  function follow(path: string, folders: string[]): void {
    const before = active.get(path)
    active.set(path, new Set(folders))
    for (const folder of folders) if (!before?.has(folder)) tools.hints()?.add(join(path, folder))
  }

  /** Known, finished, and not due for its daily look. */
  function isQuiet(path: string): boolean {
    const status = known.get(path)?.status
    if ((status !== 'done' && status !== 'adopted') || !handOver.isSettled(path)) return false
    const day = dayOf(path, now())
    const before = days.get(path)
    days.set(path, day)
    return before === undefined || before === day
  }

  const ignore = options.ignore ?? []
  const isIgnored = (path: string): boolean =>
    ignore.some((glob) => matchesGlob(glob.includes('/') ? relative(root, path) : basename(path), glob))

  /** The folders of these names that are worth a look now. */
  function worthALook(
    parent: string,
    names: string[],
    level: number,
  ): Array<{ path: string; level: number }> {
    const worth: Array<{ path: string; level: number }> = []
    counted += names.length
    for (const name of names) {
      // Ten thousand names each sweep: joining them with care would take longer than listing them.
      const path = parent + sep + name
      if (isNeverRunFolder(name) || isUnspeakable(name) || isIgnored(path)) continue
      if (isQuiet(path)) finish(path)
      else worth.push({ path, level })
    }
    return worth
  }

  function finish(path: string): void {
    handOver.forget(path)
    if (active.delete(path)) tools.hints()?.drop(path)
  }

  /** A hint names something at or below a folder: the first run folder on the way to it is meant. */
  async function lookDownTo(path: string): Promise<void> {
    for (const step of stepsTo(path)) {
      const name = basename(step)
      if (isJunk(name) || isNeverRunFolder(name) || isIgnored(step)) return
      const outcome = await looks.at(step)
      if (outcome.is !== 'folder') return
    }
  }

  const stepsTo = (path: string): string[] => {
    const parts = relative(root, path).split(sep)
    const steps = parts.slice(0, depth).map((_, at) => join(root, ...parts.slice(0, at + 1)))
    const run = steps.find((step) => active.has(step))
    return run === undefined ? steps : [run]
  }

  return {
    async sweep(journal: ReadonlyMap<string, Known>) {
      known = journal
      const entries = await tools.disk.ask(root, () => listEntries(root, Number.POSITIVE_INFINITY))
      handOver.warnUnspeakable(root, entries)
      counted = 0
      const start = entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name)
      await crawl(worthALook(root, start, 1), tools.atOnce(), async ({ path, level }) => {
        if (handOver.isClosed() || tools.disk.unanswered() >= tools.atOnce()) return []
        const outcome = await handOver.patiently(looks.at(path))
        return outcome?.is === 'folder' && level < depth ? worthALook(path, outcome.below, level + 1) : []
      })
      handOver.swept()
      return { folders: counted, sheets: 0 }
    },
    hints: {
      depth,
      deeper: () => [...active].flatMap(([path, below]) => [...below].map((folder) => join(path, folder))),
      ignored: (path: string, stats?: Stats) => isUnwatched(relative(root, path), stats),
      hint: (path: string) => looks.soon(stepsTo(path).at(-1) ?? path),
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

  /** All but folders that may be or hold a run, what lies directly in a run, and in its folders that matter. */
  function isUnwatched(below: string, stats: Stats | undefined): boolean {
    if (below === '') return false
    const parts = below.split(sep)
    for (let level = 1; level <= Math.min(depth, parts.length); level++) {
      const path = join(root, ...parts.slice(0, level))
      const status = known.get(path)?.status
      const folders = active.get(path)
      if (folders === undefined && (status === 'done' || status === 'adopted')) return true
      if (folders === undefined) continue
      const rest = parts.slice(level)
      const isFolder = rest.length === 0 || folders.has(rest.join('/'))
      if (isFolder || stats?.isDirectory()) return !isFolder
      return (rest.length > 1 && !folders.has(rest.slice(0, -1).join('/'))) || isJunk(parts.at(-1) ?? '')
    }
    return parts.length > depth + 1 || isJunk(parts.at(-1) ?? '')
  }
}

/** A day's number that begins for each path at another hour, so that daily looks spread over the day. */
function dayOf(path: string, now: Date): number {
  let hash = 0
  for (let at = 0; at < path.length; at++) hash = (Math.imul(hash, 31) + path.charCodeAt(at)) >>> 0
  return Math.floor(now.getTime() / 86_400_000 + hash / 2 ** 32)
}
