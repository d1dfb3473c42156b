/** Which of two sheets came last is counted, and never told by a clock that may be set back. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Reading } from '../../src/handovers.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { migrate } from '../../src/journal/open.ts'
import { STEPS } from '../../src/journal/schema.ts'
import { createSheetIntake, type SheetIntake } from '../../src/sheet-intake.ts'
import { journalOfTest, opened, placeOfTest, sheetArtifact } from './rig.ts'

type Sheet = Exclude<Reading, { kind: 'run-folder' }>

let clock = new Date()
const intakeOf = (journal: Journal) =>
  createSheetIntake({
    ...{ journal, emit: () => {}, now: () => clock },
    news: { received: () => {}, read: () => {} },
  })

/** A sheet that names the library PLATE comes, in the file `name`. */
async function comes(
  intake: SheetIntake,
  journal: Journal,
  { name, at, firstScan = false }: { name: string; at: string; firstScan?: boolean },
): Promise<void> {
  clock = new Date(at)
  const path = `/data/${name}`
  const library = { libraries: [{ name: 'PLATE', links: [] }] }
  const reading = { ...sheetArtifact(path, library).reading, sha256: `bytes of ${name}` } as Sheet
  const times = { modified: at, quietSince: at }
  const found = { root: '/data', path, type: 'sheet' as const, fingerprint: name, settled: true, ...times }
  const taken = await intake.take(found, reading, await journal.artifact(path), { force: false, firstScan })
  if (taken !== null) await journal.saveArtifact(taken.artifact)
}

const newestFirst = async (journal: Journal): Promise<string[]> =>
  (await journal.sheetsNaming({ library: 'PLATE' })).map(({ path }) => path)

test('the sheet that came last counts, though the clock was set back by an hour in between, also over a restart', async () => {
  const { journal } = await journalOfTest()
  const first = intakeOf(journal)
  await comes(first, journal, { name: 'a.csv', at: '2026-11-22T12:00:00.000Z' })
  await comes(first, journal, { name: 'b.csv', at: '2026-11-22T11:00:00.000Z' })
  expect(await newestFirst(journal)).toEqual(['/data/b.csv', '/data/a.csv'])
  await comes(intakeOf(journal), journal, { name: 'c.csv', at: '2026-11-22T10:00:00.000Z' })
  expect(await newestFirst(journal)).toEqual(['/data/c.csv', '/data/b.csv', '/data/a.csv'])
})

test('of those that lay there together the one saved last counts, in whatever order they are read', async () => {
  const { journal } = await journalOfTest()
  const intake = intakeOf(journal)
  await comes(intake, journal, { name: 'late.csv', at: '2026-11-20T12:00:00.000Z', firstScan: true })
  await comes(intake, journal, { name: 'early.csv', at: '2026-11-19T12:00:00.000Z', firstScan: true })
  await comes(intake, journal, { name: 'new.csv', at: '2026-11-18T12:00:00.000Z' })
  expect(await newestFirst(journal)).toEqual(['/data/new.csv', '/data/late.csv', '/data/early.csv'])
})

test('a journal of an earlier version keeps the order that its clock told', async () => {
  const { file } = await placeOfTest()
  const db = new DatabaseSync(file)
  migrate(db, file, STEPS.slice(0, 3))
  const insert = db.prepare(
    `INSERT INTO artifacts (path, root, type, fingerprint, status, reading, first_seen, changed)
     VALUES (?, '/data', 'sheet', 'f', 'done', ?, ?, ?)`,
  )
  const name = db.prepare("INSERT INTO names (role, value, path) VALUES ('sheet library', 'PLATE', ?)")
  for (const [path, at] of [
    ['/data/newer.csv', '2026-11-22T12:00:00.000Z'],
    ['/data/older.csv', '2026-11-21T12:00:00.000Z'],
  ] as const) {
    insert.run(path, JSON.stringify(sheetArtifact(path, {}).reading), at, at)
    name.run(path)
  }
  db.close()
  const journal = await opened(file)
  await comes(intakeOf(journal), journal, { name: 'last.csv', at: '2026-11-01T12:00:00.000Z' })
  expect(await newestFirst(journal)).toEqual(['/data/last.csv', '/data/newer.csv', '/data/older.csv'])
  await journal.close()
})
