/**
 * One sweep of a root of run folders. It lists the tree down to `depth`. A run folder that is known and finished costs no
 * more than its name in that list, and is looked at once a day. Anything else is asked for its names, and a run folder
 * for its marks; read data is never descended into.
 */
import { relative, sep } from 'node:path'
import { crawl } from './crawl.ts'
import type { Disk } from './disk.ts'
import { isRefusal, listEverything, statOrNull } from './file-system.ts'
import { MOST_IN_HAND } from './hand-over.ts'
import type { RootTools } from './root-loop.ts'
import type { RunFolders } from './run-folders.ts'

export type Sweep = {
  began: Date
  /** How many folders it has seen, how many of them are known, and those it has visited. */
  folders: number
  knownThere: number
  visited: Set<string>
}

/** `lastBegan`: when the last sweep that was whole did. `isCandidate`: by its path alone, may it be or hold a run folder? */
export async function sweepRunFolders(
  runs: RunFolders,
  { root, disk, known, now, isClosed }: RootTools,
  options: { depth: number; lastBegan: Date | null; isCandidate(path: string): boolean },
): Promise<Sweep> {
  const { depth, lastBegan, isCandidate } = options
  const sweep: Sweep = { began: now(), folders: 0, knownThere: 0, visited: new Set() }

  /** The folders of these names that are worth a look now: all but those known, finished and not due today. */
  function worthALook(parent: string, names: readonly string[]): string[] {
    const worth: string[] = []
    sweep.folders += names.length
    for (const name of names) {
      // Ten thousand names each sweep: joining them with care would take longer than listing them.
      const path = parent + sep + name
      if (runs.isOver(path)) {
        sweep.knownThere++
        runs.forget(path)
        if (lastBegan === null || isSameDay(path, lastBegan, sweep.began)) continue
      }
      if (isCandidate(path)) worth.push(path)
    }
    return worth
  }

  async function visit(path: string): Promise<readonly string[]> {
    if (isClosed() || disk.isSilent()) return []
    if (known().get(path)?.status === 'active') sweep.knownThere++
    sweep.visited.add(path)
    const below = await runs.below(path)
    if (below === null || relative(root, path).split(sep).length >= depth) return []
    return worthALook(path, below)
  }

  const entries = await disk.ask(root, () => listEverything(root))
  runs.handOver.tellUnspeakable(root, entries)
  const folders = entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name)
  await crawl(worthALook(root, folders), MOST_IN_HAND, visit)
  return sweep
}

/** Is it for this path still the same day? Days begin for each at another hour, which spreads what is done once a day. */
function isSameDay(path: string, before: Date, now: Date): boolean {
  const offset = offsetOf(path)
  return Math.floor(before.getTime() / DAY_MS + offset) === Math.floor(now.getTime() / DAY_MS + offset)
}

const DAY_MS = 86_400_000

/** In [0, 1), evenly. */
function offsetOf(path: string): number {
  let hash = 0
  for (let at = 0; at < path.length; at++) hash = (Math.imul(hash, 31) + path.charCodeAt(at)) >>> 0
  return hash / 2 ** 32
}

/** Run folders that were not finished, and were not met: gone, if something else that is known still lies here. */
export async function lookForGone(
  { visited, knownThere }: Sweep,
  runs: RunFolders,
  { disk, known }: RootTools,
  onGone: (path: string) => Promise<void>,
): Promise<void> {
  const missing = new Set(runs.active.paths().filter((path) => !visited.has(path)))
  for (const [path, { status }] of known()) if (status === 'active' && !visited.has(path)) missing.add(path)
  for (const path of missing) {
    if (await mayBeThere(path, disk)) continue
    runs.forget(path)
    if (knownThere > 0 && known().get(path)?.status === 'active') await onGone(path)
  }
}

async function mayBeThere(path: string, disk: Disk): Promise<boolean> {
  try {
    return (await disk.ask(path, () => statOrNull(path))) !== null
  } catch (thrown) {
    if (isRefusal(thrown)) return true
    throw thrown
  }
}
