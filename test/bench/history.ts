/** A journal as it is after years: thousands of runs that were read, planned and registered. */
import { join } from 'node:path'
import { loadConfig } from '../../src/config.ts'
import { decideAt } from '../../src/deliver/decide.ts'
import { lookAtFolder } from '../../src/discover/recognise-on-disk.ts'
import { createHerald } from '../../src/events.ts'
import { inspectPath, recogniseFolder } from '../../src/inspect.ts'
import { openJournal } from '../../src/journal/open.ts'
import { createPipeline } from '../../src/pipeline.ts'
import { destinationsOf, planningOptions } from '../../src/planning.ts'
import { rulesOfRoots } from '../../src/watching.ts'
import type { Place } from './rig.ts'

/**
 * Takes in the run folders at these paths as the daemon would have, and what the receiver said to each; `isSent` false
 * leaves them queued.
 */
export async function writeHistory(
  place: Place,
  paths: readonly string[],
  { isSent = true }: { isSent?: boolean } = {},
): Promise<void> {
  const loaded = loadConfig({ file: place.config, env: {} })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
  const config = loaded.value
  const opened = await openJournal(join(place.state, 'journal.sqlite'), { decide: decideAt(1) })
  if (!opened.ok) throw new Error(opened.error.detail)
  const journal = opened.value
  await journal.knowRegistries(['receiver'], new Date())
  const planned: Array<{ id: string; revision: number }> = []
  const pipeline = createPipeline({
    journal,
    inspect: async (path, { root }) => inspectPath(path, { root }),
    planning: (now) => planningOptions(config, destinationsOf(config, new Set()), now),
    ...rulesOfRoots(config),
    leavesAlone: async () => false,
    queue: (some) => void planned.push(...some),
    tell: () => {},
    news: { received: () => {}, read: () => {} },
    emit: createHerald(() => {}).emit,
    now: () => new Date(),
  })
  for (let first = 0; first < paths.length; first += 500)
    await Promise.all(
      paths.slice(first, first + 500).map(async (path) => {
        // As the watch sees it, so that its daily look finds nothing new.
        const { run } = await lookAtFolder(path, recogniseFolder, { isLocal: true })
        if (run === null) throw new Error(`${path} is no run folder`)
        const { fingerprint, modified } = run
        await pipeline.found(
          {
            ...{ root: place.runs, path, type: 'run-folder', fingerprint, settled: true },
            ...{ modified, quietSince: modified },
          },
          { firstScan: false },
        )
      }),
    )
  await pipeline.settled()
  const at = new Date()
  for (let first = 0; isSent && first < planned.length; first += 500)
    await Promise.all(
      planned.slice(first, first + 500).map(async ({ id, revision }) => {
        const arming = await journal.arm({ id, revision, url: 'http://127.0.0.1' }, at)
        if (arming.may !== 'begin') throw new Error(`${id} may not be sent`)
        const verdict = { is: 'accepted' as const, adopted: false, remoteIds: {}, samples: [], notes: [] }
        const answer = { status: 202, headers: {}, body: '{"taken":true}' }
        const which = { id, revision, attempt: arming.armed.attempt }
        await journal.settle(which, { type: 'verdict', verdict, answer }, at)
      }),
    )
  await journal.rootScanned(place.runs, at)
  await journal.close()
}
