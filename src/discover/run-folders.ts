/** What a look at a folder of a root leads to: a run folder is followed and handed on, until it is finished. */
import { createTurns } from '../event-loop.ts'
import { createActiveRuns } from './active-runs.ts'
import { createHandOver, patiently } from './hand-over.ts'
import { createLooks } from './looks.ts'
import { createPlainFolders } from './plain-folders.ts'
import { lookAtFolder } from './recognise-on-disk.ts'
import type { RootTools } from './root-loop.ts'
import type { RunRootOptions } from './watch-root.ts'

/** The folders in a folder; null in a run folder, and where nothing can be seen. */
type Below = readonly string[] | null

export type RunFolders = ReturnType<typeof createRunFolders>

export function createRunFolders(options: RunRootOptions, tools: RootTools) {
  const { root, isLocal } = tools
  const { depth, recognise } = options
  const handOver = createHandOver('run-folder', options, tools, (path) => void looks.at(path))
  const active = createActiveRuns({ root, depth }, tools.hints, { isFinished, now: tools.now })
  const plainFolders = createPlainFolders(isLocal)
  const turns = createTurns()

  const looks = createLooks(async (path) => {
    const seen = await handOver.guarded(path, () => look(path))
    if (seen === null) active.unfollow(path)
    return seen?.below ?? null
  })

  async function look(path: string): Promise<{ below: Below }> {
    await turns.give()
    const seen = await tools.disk.ask(path, () => lookAtFolder(path, recognise, { isLocal: isLocal() }))
    if (seen.run === null) {
      active.unfollow(path)
      plainFolders.keep(path, seen)
      return seen
    }
    plainFolders.forget(path)
    if (!isFinished(path)) active.follow(path, seen.run.folders)
    await handOver.looked(path, seen.run)
    if (isOver(path)) forget(path)
    return { below: null }
  }

  function isFinished(path: string): boolean {
    const status = tools.known().get(path)?.status
    return status === 'done' || status === 'adopted'
  }

  function isOver(path: string): boolean {
    return isFinished(path) && handOver.isSettled(path)
  }

  function forget(path: string): void {
    handOver.forget(path)
    active.unfollow(path)
  }

  /** As a look gives it, but without one in what is known to be no run folder and has not changed. */
  async function below(path: string): Promise<Below> {
    const unchanged = tools.known().has(path) ? null : plainFolders.unchanged(path)
    if (unchanged === null) return patiently(looks.at(path))
    await turns.give()
    return unchanged
  }

  return { handOver, active, looks, isOver, forget, below }
}
