/** What is planned together: everything that what came touches, once each, with the journal as it stands. */
import { expect, test } from 'vitest'
import type { SheetReading } from '../../src/handovers.ts'
import type { Artifact } from '../../src/journal/journal.ts'
import { planBatch } from '../../src/planning/batch.ts'
import { journalOfTest, runArtifact } from '../journal/rig.ts'
import { COLUMNS, registrationSheet, type SheetRow } from '../rig/runs.ts'
import { climb, destination, options, read } from './rig.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const codex = destination('codex', 'onecodex-v1')
const columns = [...COLUMNS, 'flowcell_id']

const run = (runId: string, given: Partial<Artifact> = {}): Artifact =>
  runArtifact(`/runs/${runId}`, { runId, folderName: runId, flowcellId: 'HX' }, given)

/** The first of the rows of the library or batch `L`, or another. */
const row = (more: SheetRow): SheetRow => ({ central_sample_id: 'S1', library_name: 'L', ...more })

/** A journal in which things come, are kept and planned, and what is then listed in it. */
async function lab() {
  const { journal } = await journalOfTest()
  const sheets = new Map<string, SheetReading>()
  let arrival = 0
  const kept = (artifact: Artifact) => {
    if (artifact.reading.kind !== 'sample-sheet') return { artifact, replaces: null }
    const replaces = sheets.get(artifact.path) ?? null
    sheets.set(artifact.path, artifact.reading.reading)
    return { artifact, replaces }
  }
  return {
    journal,
    sheet(name: string, text: string): Artifact {
      const reading = read(text)
      arrival += 1
      return {
        ...{
          path: `/sheets/${name}`,
          root: '/sheets',
          type: 'sheet',
          fingerprint: `${arrival}`,
          sha256: text,
        },
        ...{ status: 'done', firstSeen: NOW.toISOString(), changed: NOW.toISOString(), arrival },
        reading: { kind: 'sample-sheet', recognisedAs: reading.format, reading, sha256: text },
      }
    },
    /** All at once. */
    async comes(...artifacts: Artifact[]): Promise<void> {
      const batch = artifacts.map(kept)
      for (const one of artifacts) await journal.saveArtifact(one)
      const { plans, withdrawn } = await planBatch(batch, journal, options([climb, codex], { now: NOW }))
      await journal.plan(plans, NOW, { withdrawn, done: [], leftAlone: [] })
    },
    async isTaken(name: string): Promise<void> {
      const { id, revision } = (await journal.registrations()).find((one) => one.subject.name === name) ?? {
        ...{ id: '', revision: 0 },
      }
      const arming = await journal.arm({ id, revision, url: 'https://x.example' }, NOW)
      if (arming.may !== 'begin') throw new Error(`${name} may ${arming.may}`)
      const verdict = { is: 'accepted' as const, adopted: false, remoteIds: {}, samples: [], notes: [] }
      const answer = { status: 200, headers: {}, body: '' }
      const { attempt } = arming.armed
      await journal.settle({ id, revision, attempt }, { type: 'verdict', verdict, answer }, NOW)
    },
    /** A line each: what it is, its name and library, and what it waits for or how it stands. */
    async listed(): Promise<string[]> {
      const rows = await journal.registrations()
      return rows
        .map(({ subject: { type, name, library }, state, reason, revision }) =>
          [type, name, library ?? '-', `${reason ?? state}${revision > 1 ? ` again` : ''}`].join(' '),
        )
        .filter((line) => !line.startsWith('library'))
        .toSorted()
    },
  }
}

const sheetOf = (...rows: SheetRow[]): string => registrationSheet(rows, columns)
const tubes = (batch: string): string =>
  `batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth\n${batch},1Z999AA10123456784,AB12345678,Human stool,Standard\n`

test('a run that waits for a sheet is planned anew when one that names it comes, and the other way round', async () => {
  const runFirst = await lab()
  await runFirst.comes(run('R1'))
  expect(await runFirst.listed()).toEqual(['run R1 - sheet'])
  await runFirst.comes(runFirst.sheet('a.csv', sheetOf(row({ run_name: 'R1' }))))
  expect(await runFirst.listed()).toEqual(['run R1 L queued'])
  const sheetFirst = await lab()
  await sheetFirst.comes(sheetFirst.sheet('a.csv', sheetOf(row({ run_name: 'R1' }))))
  expect(await sheetFirst.listed()).toEqual(['run R1 L run'])
  await sheetFirst.comes(run('R1'))
  expect(await sheetFirst.listed()).toEqual(['run R1 L queued'])
})

test('a corrected sheet takes back what it asked for, and its former run waits for a sheet again', async () => {
  const { comes, sheet, listed } = await lab()
  await comes(run('R1'), run('R2'), sheet('a.csv', sheetOf(row({ run_name: 'R1' }))))
  expect(await listed()).toEqual(['run R1 L queued', 'run R2 - sheet'])
  await comes(sheet('a.csv', sheetOf(row({ run_name: 'R2' }))))
  expect(await listed()).toEqual(['run R1 - sheet', 'run R2 L queued'])
})

test('a sheet that is no longer right takes nothing back, and its run is not listed as without a sheet', async () => {
  const { comes, sheet, listed } = await lab()
  await comes(run('R1'), sheet('a.csv', sheetOf(row({ run_name: 'R1' }))))
  await comes(run('R1'), sheet('a.csv', 'central_sample_id,library_name,run_name\nS1,,R1\n'))
  expect(await listed()).toEqual(['run R1 L queued'])
})

test('what a newer sheet no longer says, an older one that is still there says again', async () => {
  const { comes, sheet, listed, journal } = await lab()
  const kit = async () => {
    const library = (await journal.registrations()).find(({ subject }) => subject.name === 'L')
    const story = await journal.story(library?.id ?? '')
    return /LSK\d+/.exec(JSON.stringify(story?.revisions.at(-1)?.submission.mapped))?.[0]
  }
  const named = (library_seq_kit: string, library_name = 'L') =>
    sheetOf(row({ run_name: 'R1', library_seq_kit, library_name }))
  await comes(sheet('older.csv', named('LSK109')))
  await comes(sheet('newer.csv', named('LSK114')))
  expect(await kit()).toBe('LSK114')
  await comes(sheet('newer.csv', named('LSK114', 'M')))
  expect(await kit()).toBe('LSK109')
  expect(await listed()).toEqual(['run R1 L run', 'run R1 M run'])
})

test('of two runs on a flow cell the one that was sent when it was alone stays what the sheet means', async () => {
  const { comes, sheet, listed, isTaken } = await lab()
  await comes(run('R1'), sheet('a.csv', sheetOf(row({ flowcell_id: 'HX' }))))
  await isTaken('L')
  await isTaken('R1')
  await comes(run('R2'))
  expect(await listed()).toEqual(['run R1 L registered', 'run R2 - sheet'])
})

test('a second run on a flow cell takes back what was asked for the first, while it has not been sent', async () => {
  const { comes, sheet, listed } = await lab()
  await comes(run('R1'), sheet('a.csv', sheetOf(row({ flowcell_id: 'HX' }))))
  expect(await listed()).toEqual(['run R1 L queued'])
  await comes(run('R2'))
  expect(await listed()).toEqual(['run HX L conflict', 'run R1 - sheet', 'run R2 - sheet'])
})

test('what one sheet says for certain is not taken back since another says it in doubt, and ends the doubt', async () => {
  const { comes, sheet, listed, isTaken } = await lab()
  await comes(run('R1'), run('R2'), sheet('certain.csv', sheetOf(row({ run_name: 'R1' }))))
  await comes(sheet('doubtful.csv', sheetOf(row({ flowcell_id: 'HX' }))))
  expect(await listed()).toEqual(['run HX L conflict', 'run R1 L queued', 'run R2 - sheet'])
  await isTaken('L')
  await isTaken('R1')
  await comes(run('R2'))
  expect(await listed()).toEqual(['run R1 L registered', 'run R2 - sheet'])
})

test('a batch may take over the tubes of the one whose name a corrected sheet has mended', async () => {
  const { comes, sheet, listed } = await lab()
  await comes(sheet('a.csv', tubes('Gut study 1O')))
  expect(await listed()).toEqual(['batch Gut study 1O - queued'])
  await comes(sheet('a.csv', tubes('Gut study 10')))
  expect(await listed()).toEqual(['batch Gut study 10 - queued'])
  await comes(sheet('b.csv', tubes('Another')))
  expect(await listed()).toEqual(['batch Another - by-rule', 'batch Gut study 10 - queued'])
})

test('a run that is left alone after all is listed no more', async () => {
  const { comes, listed } = await lab()
  await comes(run('R1', { status: 'active' }))
  expect(await listed()).toEqual(['run R1 - sheet'])
  await comes(run('R1', { status: 'adopted' }))
  expect(await listed()).toEqual([])
})
