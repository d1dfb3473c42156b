/** The flow where its parts meet at awkward moments. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { decide } from '../src/deliver/decide.ts'
import { inspectPath } from '../src/inspect.ts'
import { openJournal } from '../src/journal/open.ts'
import { createPipeline } from '../src/pipeline.ts'
import { fixturePath } from './bench/run-folders.ts'
import { temporaryFolder } from './journal/rig.ts'

test('a run that lacks nothing that decides is taken once it has rested, also where it is kept later than that', async () => {
  const place = await temporaryFolder()
  const opened = await openJournal(join(place.path, 'journal.sqlite'), { decide })
  if (!opened.ok) throw new Error(opened.error.detail)
  const journal = opened.value
  onTestFinished(async () => {
    await journal.close()
    await place[Symbol.asyncDispose]()
  })
  const restedMs = 5
  let now = new Date('2026-11-22T12:00:00Z')
  const since = now
  let isCompleted = false
  const planned = Promise.withResolvers<void>()
  const pipeline = createPipeline({
    journal: {
      ...journal,
      async saveArtifact(artifact) {
        // Kept only after the files have rested: timers fire in the order in which they are due.
        if (now === since) await new Promise((over) => setTimeout(over, 10 * restedMs))
        now = new Date(since.getTime() + restedMs)
        await journal.saveArtifact(artifact)
      },
    },
    inspect: async (path, { root }) => inspectPath(path, { root }),
    planning: (now) => ({
      ...{ destinations: [], zoneOfRun: () => null, siteZone: null, modelOf: () => null, now },
      runsFrom: () => 'folder',
    }),
    ...{ leavesAlone: async () => false, isThere: async () => true, patienceMs: async () => restedMs },
    ...{ stalledAfterSeconds: () => Number.POSITIVE_INFINITY, tell: () => {} },
    news: { received: () => {}, read: () => {} },
    emit(event) {
      isCompleted ||= event === 'run.completed'
    },
    queue: () => void (isCompleted && planned.resolve()),
    now: () => now,
  })
  const path = fixturePath('nanopore', '20241205_1200_1D_PAY15003_6203d262')
  await pipeline.found(
    {
      ...{ root: join(path, '..'), path, type: 'run-folder', fingerprint: 'one' },
      ...{ modified: since.toISOString(), quietSince: since.toISOString(), settled: true },
    },
    { firstScan: false },
  )
  await planned.promise
  expect(await journal.artifact(path)).toMatchObject({ status: 'done' })
  pipeline.close()
})
