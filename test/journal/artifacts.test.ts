/** What the journal keeps of run folders and sheets, and by what each is found again. */
import { expect, test } from 'vitest'
import type { RunLink } from '../../src/record/library.ts'
import { journalOfTest, runArtifact, sheetArtifact } from './rig.ts'

test('an artifact is kept as it was, and replaced by what is newer', async () => {
  const { journal } = await journalOfTest()
  const run = runArtifact('/data/a', { flowcellId: 'OLD' })
  await journal.saveArtifact(run)
  expect(await journal.artifact('/data/a')).toEqual(run)
  await journal.saveArtifact({
    ...runArtifact('/data/a', { flowcellId: 'NEW' }),
    status: 'active',
    fingerprint: 'g',
  })
  expect(await journal.runsMatching({ by: 'flowcell_id', value: 'OLD' })).toEqual([])
  expect(await journal.known('/data')).toEqual(
    new Map([
      [
        '/data/a',
        { fingerprint: 'g', sha256: null, status: 'active', type: 'run-folder', changed: run.changed },
      ],
    ]),
  )
  expect(await journal.artifacts({ root: '/data', status: 'done' })).toEqual([])
  expect(await journal.artifact('/data/b')).toBeNull()
})

test.for<[string, RunLink, boolean]>([
  ['its run id', { by: 'run_name', value: '200303_M1_1_000000000-ABCDE' }, true],
  ['its folder name', { by: 'run_name', value: 'renamed' }, true],
  ['its run id in other case', { by: 'run_name', value: '200303_m1_1_000000000-abcde' }, false],
  ['its flow cell', { by: 'flowcell_id', value: '000000000-ABCDE' }, true],
  ["its flow cell without MiSeq's zeros, in other case", { by: 'flowcell_id', value: 'abcde' }, true],
  ['another flow cell', { by: 'flowcell_id', value: 'ABCDF' }, false],
  [
    'its sequencing id in other case',
    { by: 'sequencing_id', value: '4E9C2FD1-7C5A-4E0A-B1DB-4B4FE0C9BF0B' },
    true,
  ],
  ['its experiment', { by: 'experiment_name', value: 'Plate 7' }, true],
  ['its experiment in other case', { by: 'experiment_name', value: 'plate 7' }, false],
])('a run is found by %s: %s', async ([, link, isFound]) => {
  const { journal } = await journalOfTest()
  const run = runArtifact('/data/renamed', {
    runId: '200303_M1_1_000000000-ABCDE',
    folderName: 'renamed',
    flowcellId: '000000000-ABCDE',
    sequencingUuid: '4e9c2fd1-7c5a-4e0a-b1db-4b4fe0c9bf0b',
    experimentName: 'Plate 7',
  })
  await journal.saveArtifact(run)
  expect(await journal.runsMatching(link)).toEqual(isFound ? [run] : [])
  const sheet = sheetArtifact('/drop/a.csv', { libraries: [{ name: 'LIB', links: [link] }] })
  await journal.saveArtifact(sheet)
  const names: RunLink[] = [
    { by: 'run_name', value: '200303_M1_1_000000000-ABCDE' },
    { by: 'run_name', value: 'renamed' },
    { by: 'flowcell_id', value: 'abcde' },
    { by: 'sequencing_id', value: '4e9c2fd1-7c5a-4e0a-b1db-4b4fe0c9bf0b' },
    { by: 'experiment_name', value: 'Plate 7' },
  ]
  expect(await journal.sheetsLinking(names)).toEqual(isFound ? [sheet] : [])
})

test('sheets that name a library or batch come newest content first, and what is gone not at all', async () => {
  const { journal } = await journalOfTest()
  const named = { libraries: [{ name: 'LIB', links: [] }], batches: ['B'] }
  const older = sheetArtifact('/drop/older.csv', named, { changed: '2026-11-20T12:00:00.000Z' })
  const newer = sheetArtifact('/drop/newer.csv', named, { changed: '2026-11-21T12:00:00.000Z' })
  const gone = sheetArtifact('/drop/gone.csv', named, { status: 'gone' })
  for (const one of [older, newer, gone]) await journal.saveArtifact(one)
  expect(await journal.sheetsNaming({ library: 'LIB' })).toEqual([newer, older])
  expect(await journal.sheetsNaming({ batch: 'B' })).toEqual([newer, older])
  expect(await journal.sheetsNaming({ batch: 'LIB' })).toEqual([])
})

test('a sheet of many libraries is read once, by whichever of them it is asked for, until it changes', async () => {
  const { journal } = await journalOfTest()
  const libraries = ['A', 'B'].map((name) => ({ name, links: [] }))
  const many = sheetArtifact('/drop/many.csv', { libraries }, { sha256: 'a1' })
  await journal.saveArtifact(many)
  const [byA] = await journal.sheetsNaming({ library: 'A' })
  const [byB] = await journal.sheetsNaming({ library: 'B' })
  expect(byA).toEqual(many)
  expect(byB).toBe(byA)
  const changed = sheetArtifact('/drop/many.csv', { libraries: libraries.slice(0, 1) }, { sha256: 'b2' })
  await journal.saveArtifact(changed)
  expect(await journal.sheetsNaming({ library: 'A' })).toEqual([changed])
  expect(await journal.sheetsNaming({ library: 'B' })).toEqual([])
})

test('one run in two folders is found by its id or its UUID', async () => {
  const { journal } = await journalOfTest()
  const uuid = '4e9c2fd1-7c5a-4e0a-b1db-4b4fe0c9bf0b'
  const first = runArtifact('/data/a', { runId: 'R', sequencingUuid: uuid })
  const renamed = runArtifact('/data/b', { runId: 'S', sequencingUuid: uuid })
  const other = runArtifact('/data/c', { runId: 'T' })
  for (const one of [first, renamed, other]) await journal.saveArtifact(one)
  expect(await journal.runsSame('R', uuid)).toEqual([first, renamed])
  expect(await journal.runsSame('R', null)).toEqual([first])
})

test('a sheet is found by its bytes, under whatever name, and what is gone is not', async () => {
  const { journal } = await journalOfTest()
  const sheet = (path: string, given: { sha256: string; status?: 'gone' }) =>
    sheetArtifact(path, { batches: ['B'] }, given)
  await journal.saveArtifact(sheet('/drop/a.csv', { sha256: 'one' }))
  await journal.saveArtifact(sheet('/drop/b.csv', { sha256: 'one' }))
  await journal.saveArtifact(sheet('/drop/c.csv', { sha256: 'two' }))
  await journal.saveArtifact(sheet('/drop/d.csv', { sha256: 'one', status: 'gone' }))
  expect((await journal.sheetsSame('one')).map((one) => one.path)).toEqual(['/drop/a.csv', '/drop/b.csv'])
})

test('of sheets first seen at one instant the later modification time is the newer', async () => {
  const { journal } = await journalOfTest()
  const sheet = (path: string, modified: string) => sheetArtifact(path, { batches: ['B'] }, { modified })
  await journal.saveArtifact(sheet('/drop/a.csv', '2026-11-20T10:00:00.000Z'))
  await journal.saveArtifact(sheet('/drop/b.csv', '2026-11-20T12:00:00.000Z'))
  const [newest] = await journal.sheetsNaming({ batch: 'B' })
  expect(newest).toMatchObject({ path: '/drop/b.csv', modified: '2026-11-20T12:00:00.000Z' })
})

test('a sheet that was put away goes on counting where it lies now, unless other bytes lay there', async () => {
  const { journal } = await journalOfTest()
  const sheet = sheetArtifact('/drop/a.csv', { batches: ['B'] }, { sha256: 'one' })
  await journal.saveArtifact(sheet)
  const move = { from: '/drop/a.csv', to: '/drop/done/a.csv' }
  expect(await journal.moveArtifact({ ...move, sha256: 'two' })).toBe(false)
  expect(await journal.moveArtifact({ ...move, sha256: 'one' })).toBe(true)
  expect(await journal.artifact('/drop/a.csv')).toBeNull()
  expect(await journal.sheetsNaming({ batch: 'B' })).toEqual([{ ...sheet, path: '/drop/done/a.csv' }])
})

test('a sheet that was not read to its end is put away by what the scan saw of it, and one that was read is not', async () => {
  const { journal } = await journalOfTest()
  const move = { from: '/drop/a.csv', to: '/drop/needs-fixing/a.csv', fingerprint: 'seen' }
  const read = sheetArtifact('/drop/a.csv', { batches: ['B'] }, { sha256: 'one', fingerprint: 'seen' })
  await journal.saveArtifact(read)
  expect(await journal.moveArtifact(move)).toBe(false)
  await journal.saveArtifact({ ...read, sha256: null, fingerprint: 'another' })
  expect(await journal.moveArtifact(move)).toBe(false)
  await journal.saveArtifact({ ...read, sha256: null })
  expect(await journal.moveArtifact(move)).toBe(true)
  expect(await journal.artifact(move.to)).toEqual({ ...read, sha256: null, path: move.to })
})

test('what is known below a root follows what is saved, moved, and written by another process', async () => {
  const { journal, another } = await journalOfTest()
  const other = await another()
  const sheet = (path: string) => sheetArtifact(path, { batches: ['B'] }, { sha256: 'one' })
  await journal.saveArtifact(sheet('/drop/a.csv'))
  const known = await journal.known('/data')
  await journal.saveArtifact(sheet('/drop/b.csv'))
  await journal.moveArtifact({ from: '/drop/a.csv', to: '/drop/done/a.csv', sha256: 'one' })
  expect([...known.keys()]).toEqual(['/drop/b.csv', '/drop/done/a.csv'])
  expect(await journal.known('/data')).toBe(known)
  await other.saveArtifact({ ...sheet('/drop/b.csv'), status: 'gone' })
  expect((await journal.known('/data')).get('/drop/b.csv')?.status).toBe('gone')
  await other.close()
})
