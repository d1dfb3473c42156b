/** The flow where its parts meet at awkward moments. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createHerald } from '../src/events.ts'
import type { Journal } from '../src/journal/journal.ts'
import { planBatch } from '../src/planning/batch.ts'
import type { RunLink } from '../src/record/library.ts'
import type { RunFacts } from '../src/record/run.ts'
import { fixturePath } from './bench/run-folders.ts'
import { journalOfTest } from './journal/rig.ts'
import { climb, options } from './planning/rig.ts'
import { found, inspected, NOW, pipelineOn } from './rig/pipeline.ts'
import { LIBRARY_COLUMNS, registrationSheet } from './rig/runs.ts'

type Logged = { event: string; [field: string]: unknown }

test('a run that lacks nothing that decides is taken once it has rested, also where it is kept later than that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { journal } = await journalOfTest()
  const restedMs = 5
  let now = NOW
  let isCompleted = false
  const planned = Promise.withResolvers<void>()
  const keptLate: Journal = {
    ...journal,
    async saveArtifact(artifact) {
      // Kept only when the files have rested, and when it was time to look again.
      now = new Date(NOW.getTime() + restedMs)
      vi.advanceTimersByTime(restedMs + 1)
      await journal.saveArtifact(artifact)
    },
  }
  const pipeline = pipelineOn(keptLate, {
    planning: (now) => options([], { now }),
    patienceMs: async () => restedMs,
    emit(event) {
      isCompleted ||= event === 'run.completed'
    },
    queue: () => void (isCompleted && planned.resolve()),
    now: () => now,
  })
  const path = fixturePath('nanopore', '20241205_1200_1D_PAY15003_6203d262')
  await pipeline.found(found(path, 'run-folder'), { firstScan: false })
  await planned.promise
  expect(await journal.artifact(path)).toMatchObject({ status: 'done' })
})

test('a sheet that is as it was before, while what it said in between is being planned, counts as it is', async () => {
  const { journal, folder } = await journalOfTest()
  const path = join(folder, 'plate.csv')
  const said = async (kit: string) => {
    const row = { central_sample_id: 'S1', library_name: 'LIB', run_name: 'RUN', library_seq_kit: kit }
    await writeFile(path, registrationSheet([row]))
    return inspected(path)
  }
  const readings = [await said('LSK109'), await said('LSK110'), await said('LSK109')]
  const pipeline = pipelineOn(journal, {
    inspect: async () => readings.shift() ?? inspected(path),
  })
  const at = (fingerprint: string) =>
    pipeline.found(found(path, 'sheet', { fingerprint }), { firstScan: false })
  await at('first')
  await Promise.all([at('second'), at('third')])
  const [library] = await journal.registrations({ paths: [path] })
  const story = await journal.story(library?.id ?? '')
  expect(JSON.stringify(story?.revisions.at(-1)?.submission.mapped)).toContain('LSK109')
})

test('of sheets found together the one modified last is sent, though another has been read before it', async () => {
  const { journal, folder } = await journalOfTest()
  const isRead = Promise.withResolvers<void>()
  const kits: unknown[] = []
  const listening: Journal = {
    ...journal,
    async plan(plans, ...rest) {
      for (const { submission } of plans) kits.push(submission.mapped?.request.body)
      return journal.plan(plans, ...rest)
    },
  }
  const pipeline = pipelineOn(listening, {
    async inspect(path) {
      if (path.endsWith('newer.csv')) await isRead.promise
      else setImmediate(() => setImmediate(isRead.resolve))
      return inspected(path)
    },
  })
  const dropped = async (name: string, kit: string, modified: string) => {
    const path = join(folder, name)
    const row = { central_sample_id: 'S1', library_name: 'LIB', run_name: 'RUN', library_seq_kit: kit }
    await writeFile(path, registrationSheet([row]))
    return found(path, 'sheet', { fingerprint: name, modified })
  }
  const both = [
    await dropped('newer.csv', 'LSK110', '2026-11-22T11:00:00Z'),
    await dropped('older.csv', 'LSK109', '2026-11-22T10:00:00Z'),
  ]
  await Promise.all(both.map((one) => pipeline.found(one, { firstScan: true })))
  await pipeline.settled()
  expect(JSON.stringify(kits)).toContain('LSK110')
  expect(JSON.stringify(kits)).not.toContain('LSK109')
})

test.for(['judged', 'kept', 'planned'] as const)(
  'a run that a person takes up while it is being %s as one to be left alone is taken',
  async (moment) => {
    const { journal, another } = await journalOfTest()
    const path = fixturePath('illumina', '191113_NB551204_0377_AHTLMKAFX2')
    let taken = false
    const takeUp = async (here: typeof moment) => {
      if (here !== moment || taken) return
      taken = true
      const theirs = await another()
      const person = pipelineOn(theirs)
      await person.again(path, { force: true })
      await person.settled()
      await theirs.close()
    }
    const listed = pipelineOn(journal)
    await listed.found(found(path, 'run-folder', { settled: false }), { firstScan: true })
    await listed.settled()
    const watched: Journal = {
      ...journal,
      async saveArtifact(artifact) {
        await takeUp('kept')
        await journal.saveArtifact(artifact)
      },
      async plan(...asked) {
        await takeUp('planned')
        return journal.plan(...asked)
      },
    }
    const daemon = pipelineOn(watched, {
      async leavesAlone() {
        await takeUp('judged')
        return true
      },
    })
    await daemon.found(found(path, 'run-folder'), { firstScan: true })
    await daemon.settled()
    expect((await journal.known(dirname(path))).get(path)).toMatchObject({ status: 'done' })
    expect(await journal.registrations()).toMatchObject([{ state: 'waiting', reason: 'sheet' }])
  },
)

test('what planning refuses, holds or leaves waiting is told once, each as loudly as it asks for a person', async () => {
  const { journal, folder } = await journalOfTest()
  const told: unknown[] = []
  const herald = createHerald((level, fields) => {
    const { event, registry, reason, run, sheet, ...others } = fields as Logged
    if (event.startsWith('registration.') && level !== 'debug')
      told.push([level, event, registry, run ?? sheet, reason])
    // What stands in cells is for those who follow, not for the log.
    expect(others).not.toHaveProperty('detail')
  })
  const named = { ...climb, name: 'named', libraryName: '{runId}' }
  const pipeline = pipelineOn(journal, {
    planning: (now) => options([climb, named], { now }),
    emit: herald.emit,
  })
  const failed = '191113_NB551204_0377_AHTLMKAFX2'
  const sheet = join(folder, 'plate.csv')
  const row = { central_sample_id: 'S1', library_name: 'LIB', library_seq_kit: '', run_name: 'RUN' }
  await writeFile(sheet, registrationSheet([row]))
  const all = [found(fixturePath('illumina', failed), 'run-folder'), found(sheet, 'sheet')]
  for (const one of all) await pipeline.found(one, { firstScan: false })
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
})

test.for<[by: string, link: (run: RunFacts) => RunLink]>([
  ['run name', ({ folderName }) => ({ by: 'run_name', value: folderName })],
  ['flow cell', ({ flowcellId }) => ({ by: 'flowcell_id', value: flowcellId ?? '' })],
])(
  'a run that a sheet alone told of by its %s, and that was sent, is the same registration when its folder comes',
  async ([, link]) => {
    const { journal, folder: place } = await journalOfTest()
    const folder = fixturePath('nanopore', '20241205_1200_1D_PAY15003_6203d262')
    const reading = await inspected(folder)
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
    await kept(journal, sheetPath)
    const told = await journal.registrations()
    const [library, sent] = ['library', 'run'].map(
      (type) => told.find((one) => one.subject.type === type)?.id ?? '',
    )
    for (const id of [library, sent]) await accepted(journal, id ?? '')
    await kept(journal, folder)
    const rows = await journal.registrations()
    expect(new Map(rows.map(({ id, state, reason, revision }) => [id, [state, reason, revision]]))).toEqual(
      new Map([
        [library, ['registered', null, 1]],
        [sent, ['held', 'amendment', 2]],
      ]),
    )
  },
)

/** Keeps and plans what lies at a path, as where a sheet alone makes the run. */
async function kept(journal: Journal, path: string): Promise<void> {
  const reading = await inspected(path)
  const artifact = {
    ...{ root: dirname(path), path, fingerprint: 'one', sha256: null, status: 'active' as const, reading },
    type: reading.kind === 'run-folder' ? ('run-folder' as const) : ('sheet' as const),
    ...{ firstSeen: NOW.toISOString(), changed: NOW.toISOString() },
  }
  await journal.saveArtifact(artifact)
  const asked = options([climb], { runsFrom: () => 'sheet', now: NOW })
  const { plans, withdrawn } = await planBatch([{ artifact, replaces: null }], journal, asked)
  await journal.plan(plans, NOW, { withdrawn, done: [], leftAlone: [] })
}

/** Sends the first revision of a registration to a registry that takes it. */
async function accepted(journal: Journal, id: string): Promise<void> {
  const arming = await journal.arm({ id, revision: 1, url: 'https://x.example' }, NOW)
  if (arming.may !== 'begin') throw new Error(`may ${arming.may}`)
  const { attempt } = arming.armed
  const verdict = { is: 'accepted' as const, adopted: false, remoteIds: {}, samples: [], notes: [] }
  const outcome = { type: 'verdict' as const, verdict, answer: { status: 200, headers: {}, body: '' } }
  await journal.settle({ id, revision: 1, attempt }, outcome, NOW)
}
