/** The flow where its parts meet at awkward moments. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createHerald } from '../src/events.ts'
import { inspectPath } from '../src/inspect.ts'
import type { Journal } from '../src/journal/journal.ts'
import { createPipeline, type PipelineParts } from '../src/pipeline.ts'
import { planBatch } from '../src/planning/batch.ts'
import type { Destination, PlanningOptions } from '../src/planning/destination.ts'
import type { RunLink } from '../src/record/library.ts'
import type { RunFacts } from '../src/record/run.ts'
import { registries } from '../src/registries/index.ts'
import { fixturePath } from './bench/run-folders.ts'
import { journalOfTest } from './journal/rig.ts'
import { LIBRARY_COLUMNS, registrationSheet } from './rig/runs.ts'

type Logged = { event: string; [field: string]: unknown }

const climb: Destination = {
  ...{ name: 'climb', kind: 'majora-2020-03-25', registry: registries['majora-2020-03-25'] },
  settings: {
    ...{ name: 'climb', url: 'https://x.example', username: 'birm', oauth: false },
    ...{ defaults: {}, endTimeFromMtime: false },
  },
  ...{ when: null, libraryName: null, graceSeconds: 0, sandbox: false },
}

const planning = (destinations: Destination[], runsFrom: 'folder' | 'sheet', now: Date): PlanningOptions => ({
  ...{ destinations, zoneOfRun: () => null, siteZone: null, modelOf: () => null, now },
  runsFrom: () => runsFrom,
})

/** What else a pipeline asks and tells: nothing is left alone, stalls or goes, and nobody listens. */
const STILL = {
  ...{ leavesAlone: async () => false, isThere: async () => true, patienceMs: async () => 0 },
  ...{ stalledAfterSeconds: () => Number.POSITIVE_INFINITY, tell: () => {} },
  ...{ news: { received: () => {}, read: () => {} }, emit: () => {}, queue: () => {} },
}

test('a run that lacks nothing that decides is taken once it has rested, also where it is kept later than that', async () => {
  const { journal } = await journalOfTest()
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
    ...STILL,
    planning: (now) => planning([], 'folder', now),
    patienceMs: async () => restedMs,
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

test('of sheets found together the one modified last is sent, though another has been read before it', async () => {
  const { journal, folder } = await journalOfTest()
  const now = new Date('2026-11-22T12:00:00Z')
  const isRead = Promise.withResolvers<void>()
  const kits: unknown[] = []
  const pipeline = createPipeline({
    journal: {
      ...journal,
      async plan(plans, ...rest) {
        for (const { submission } of plans) kits.push(submission.mapped?.request.body)
        return journal.plan(plans, ...rest)
      },
    },
    async inspect(path, { root }) {
      const reading = inspectPath(path, { root })
      if (path.endsWith('newer.csv')) await isRead.promise
      else setImmediate(() => setImmediate(isRead.resolve))
      return reading
    },
    ...STILL,
    planning: (now) => planning([climb], 'folder', now),
    now: () => now,
  })
  const found = async (name: string, kit: string, modified: string) => {
    const path = join(folder, name)
    const row = { central_sample_id: 'S1', library_name: 'LIB', run_name: 'RUN', library_seq_kit: kit }
    await writeFile(path, registrationSheet([row], [...LIBRARY_COLUMNS, 'run_name']))
    const type = 'sheet' as const
    return { root: folder, path, type, fingerprint: name, modified, quietSince: modified, settled: true }
  }
  const both = [
    await found('newer.csv', 'LSK110', '2026-11-22T11:00:00Z'),
    await found('older.csv', 'LSK109', '2026-11-22T10:00:00Z'),
  ]
  await Promise.all(both.map((one) => pipeline.found(one, { firstScan: true })))
  await pipeline.settled()
  expect(JSON.stringify(kits)).toContain('LSK110')
  expect(JSON.stringify(kits)).not.toContain('LSK109')
  pipeline.close()
})

test.for(['judged', 'kept', 'planned'] as const)(
  'a run that a person takes up while it is being %s as one to be left alone is taken',
  async (moment) => {
    const { journal, another } = await journalOfTest()
    const now = new Date('2026-11-22T12:00:00Z')
    const at = now.toISOString()
    const path = fixturePath('illumina', '191113_NB551204_0377_AHTLMKAFX2')
    const root = join(path, '..')
    const pipelineAt = (its: Journal, parts: Partial<PipelineParts>) =>
      createPipeline({
        ...{ journal: its, ...STILL, now: () => now, planning: (now) => planning([climb], 'folder', now) },
        inspect: async (found) => inspectPath(found, { root }),
        ...parts,
      })
    let taken = false
    const takeUp = async (here: typeof moment) => {
      if (here !== moment || taken) return
      taken = true
      const theirs = await another()
      const person = pipelineAt(theirs, {})
      await person.again(path, { force: true })
      await person.settled()
      person.close()
      await theirs.close()
    }
    const found = {
      ...{ root, path, type: 'run-folder' as const, fingerprint: 'one' },
      ...{ modified: at, quietSince: at, settled: false },
    }
    const listed = pipelineAt(journal, {})
    await listed.found(found, { firstScan: true })
    await listed.settled()
    listed.close()
    const daemon = pipelineAt(
      {
        ...journal,
        async saveArtifact(artifact) {
          await takeUp('kept')
          await journal.saveArtifact(artifact)
        },
        async plan(...asked) {
          await takeUp('planned')
          return journal.plan(...asked)
        },
      },
      {
        async leavesAlone() {
          await takeUp('judged')
          return true
        },
      },
    )
    await daemon.found({ ...found, settled: true }, { firstScan: true })
    await daemon.settled()
    daemon.close()
    expect((await journal.known(root)).get(path)).toMatchObject({ status: 'done' })
    expect(await journal.registrations()).toMatchObject([{ state: 'waiting', reason: 'sheet' }])
  },
)

test('what planning refuses, holds or leaves waiting is told once, each as loudly as it asks for a person', async () => {
  const { journal, folder } = await journalOfTest()
  const at = '2026-11-22T12:00:00Z'
  const told: unknown[] = []
  const herald = createHerald((level, fields) => {
    const { event, registry, reason, run, sheet, ...others } = fields as Logged
    if (event.startsWith('registration.') && level !== 'debug')
      told.push([level, event, registry, run ?? sheet, reason])
    // What stands in cells is for those who follow, not for the log.
    expect(others).not.toHaveProperty('detail')
  })
  const named = { ...climb, name: 'named', libraryName: '{runId}' }
  const pipeline = createPipeline({
    journal,
    inspect: async (path, { root }) => inspectPath(path, { root }),
    ...STILL,
    planning: (now) => planning([climb, named], 'folder', now),
    emit: herald.emit,
    now: () => new Date(at),
  })
  const failed = '191113_NB551204_0377_AHTLMKAFX2'
  const sheet = join(folder, 'plate.csv')
  await writeFile(
    sheet,
    registrationSheet([
      { central_sample_id: 'S1', library_name: 'LIB', library_seq_kit: '', run_name: 'RUN' },
    ]),
  )
  const all = [
    { path: fixturePath('illumina', failed), type: 'run-folder' as const },
    { path: sheet, type: 'sheet' as const },
  ]
  for (const one of all)
    await pipeline.found(
      {
        ...{ root: join(one.path, '..'), fingerprint: 'one', settled: true },
        ...one,
        modified: at,
        quietSince: at,
      },
      { firstScan: false },
    )
  await pipeline.settled()
  for (const { path } of all) await pipeline.again(path, { force: true })
  await pipeline.settled()
  expect(told.toSorted()).toEqual([
    ['error', 'registration.held', 'named', failed, 'run-failed'],
    ['error', 'registration.refused', 'climb', 'plate.csv', 'by-rule'],
    ['error', 'registration.refused', 'named', 'plate.csv', 'by-rule'],
    // The name of the run that is awaited stands in a cell.
    ['info', 'registration.waiting', 'climb', undefined, 'run'],
    ['info', 'registration.waiting', 'climb', failed, 'sheet'],
    ['info', 'registration.waiting', 'named', undefined, 'run'],
  ])
  pipeline.close()
})

test.for<[by: string, link: (run: RunFacts) => RunLink]>([
  ['run name', ({ folderName }) => ({ by: 'run_name', value: folderName })],
  ['flow cell', ({ flowcellId }) => ({ by: 'flowcell_id', value: flowcellId ?? '' })],
])(
  'a run that a sheet alone told of by its %s, and that was sent, is the same registration when its folder comes',
  async ([, link]) => {
    const { journal, folder: place } = await journalOfTest()
    const folder = fixturePath('nanopore', '20241205_1200_1D_PAY15003_6203d262')
    const reading = inspectPath(folder, { root: join(folder, '..') })
    if (reading.kind !== 'run-folder') throw new Error('no run folder')
    const { run } = reading.reading
    const { by, value } = link(run)
    const sheetPath = join(place, 'plate.csv')
    const row = { central_sample_id: 'S1', library_name: 'LIB', [by]: value }
    const made = { instrument_make: run.instrumentMake, instrument_model: run.instrumentModel ?? 'GridION' }
    await writeFile(
      sheetPath,
      registrationSheet(
        [{ ...row, ...made }],
        [...LIBRARY_COLUMNS, by, 'instrument_make', 'instrument_model'],
      ),
    )
    const now = new Date('2026-11-22T12:00:00Z')
    const keep = async (path: string) => {
      const taken = inspectPath(path, { root: join(path, '..') })
      const artifact = {
        ...{ root: join(path, '..'), path, fingerprint: 'one', sha256: null, status: 'active' as const },
        type: taken.kind === 'run-folder' ? ('run-folder' as const) : ('sheet' as const),
        ...{ reading: taken, firstSeen: now.toISOString(), changed: now.toISOString() },
      }
      await journal.saveArtifact(artifact)
      const asked = planning([climb], 'sheet', now)
      const { plans, withdrawn } = await planBatch([{ artifact, replaces: null }], journal, asked)
      await journal.plan(plans, now, { withdrawn, done: [], leftAlone: [] })
    }
    await keep(sheetPath)
    const told = await journal.registrations()
    const [library, sent] = ['library', 'run'].map(
      (type) => told.find((one) => one.subject.type === type)?.id ?? '',
    )
    const accepted = { is: 'accepted' as const, adopted: false, remoteIds: {}, samples: [], notes: [] }
    for (const id of [library, sent]) {
      const arming = await journal.arm({ id: id ?? '', revision: 1, url: 'https://x.example' }, now)
      if (arming.may !== 'begin') throw new Error(`may ${arming.may}`)
      const { attempt } = arming.armed
      const answer = { status: 200, headers: {}, body: '' }
      const outcome = { type: 'verdict' as const, verdict: accepted, answer }
      await journal.settle({ id: id ?? '', revision: 1, attempt }, outcome, now)
    }
    await keep(folder)
    const rows = await journal.registrations()
    expect(new Map(rows.map(({ id, state, reason, revision }) => [id, [state, reason, revision]]))).toEqual(
      new Map([
        [library, ['registered', null, 1]],
        [sent, ['held', 'amendment', 2]],
      ]),
    )
  },
)
