/** The main job, end to end: files in, registrations out, receipts kept; the real daemon, queue and registry. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLab, registered } from '../rig/lab.ts'
import {
  finishRun,
  LIBRARY_COLUMNS,
  novaSeqRun,
  registrationSheet,
  sheetFor,
  sheetsAcross,
  writeRun,
} from '../rig/runs.ts'

describe('a run and its sheet', () => {
  test.for(['sheet first', 'run first'])(
    '%s: the library and then its run are registered, once each',
    async (order) => {
      await using lab = await openLab()
      const run = novaSeqRun(1)
      await lab.start()
      if (order === 'run first') {
        await writeRun(lab.runs, run)
        await lab.registrations((all) => all.some(({ reason }) => reason === 'sheet'))
      }
      await lab.drop('plate7.csv', sheetFor(run, 'LIB-7'))
      if (order === 'sheet first') {
        await lab.registrations((all) => all.some(({ state }) => state === 'registered'))
        await writeRun(lab.runs, run)
      }
      const rows = await lab.registrations(registered(2))

      expect(rows.map((row) => [row.subject.type, row.subject.name, row.subject.library]).toSorted()).toEqual(
        [
          ['library', 'LIB-7', 'LIB-7'],
          ['run', run.runId, 'LIB-7'],
        ],
      )
      const receipts = (await lab.cli('receipts', '--json')).stdout
      for (const type of ['library', 'run'] as const) {
        const [first, ...others] = lab.commits('majora-2020-03-25', type)
        expect(others).toEqual([])
        expect(receipts).toContain(String(first?.id))
      }
    },
  )

  test('a run that is not finished waits and says for what, and goes when its last marker comes', async () => {
    await using lab = await openLab()
    const run = novaSeqRun(2)
    await lab.start()
    await lab.drop('plate.csv', sheetFor(run, 'LIB-2'))
    const folder = await writeRun(lab.runs, run, { finished: false })
    await lab.registrations((rows) =>
      rows.some((row) => row.subject.type === 'run' && row.reason === 'run-completion'),
    )
    const waiting = await lab.event('run.waiting')
    expect(waiting['missing']).toContain('CopyComplete.txt')
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(0)
    await finishRun(folder)
    await lab.registrations(registered(2))
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
  })

  test('the sheet in the run folder itself is enough', async () => {
    await using lab = await openLab()
    const run = novaSeqRun(3)
    await lab.start()
    const folder = await writeRun(lab.runs, run, { finished: false })
    await writeFile(
      join(folder, 'SampleSheet.csv'),
      registrationSheet([{ central_sample_id: 'S1', library_name: 'LIB-3' }]),
    )
    await finishRun(folder)
    await lab.registrations(registered(2))
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
  })

  test('a run goes into each of two libraries, and two runs into one', async () => {
    await using lab = await openLab()
    const [first, second] = [novaSeqRun(4), novaSeqRun(5)]
    await lab.start()
    for (const [file, text] of sheetsAcross(first, second)) await lab.drop(file, text)
    await writeRun(lab.runs, first)
    await writeRun(lab.runs, second)
    await lab.registrations(registered(7))
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(4)
    expect(lab.commits('majora-2020-03-25', 'library')).toHaveLength(3)
  })
})

test('a sheet with five mistakes gets all five, each with row and column, and nothing of it is sent', async () => {
  await using lab = await openLab()
  const run = novaSeqRun(6)
  await lab.start()
  const columns = [
    ...LIBRARY_COLUMNS,
    'library_layout_read_length',
    'sequencing_org_received_date',
    'run_name',
  ]
  const good = {
    library_name: 'LIB-6',
    run_name: run.runId,
    library_layout_read_length: '151',
    sequencing_org_received_date: '2020-03-02',
  }
  await lab.drop(
    'wrong.csv',
    registrationSheet(
      [
        { ...good, central_sample_id: 'S1', library_source: 'VIRAL_RMA' },
        { ...good, central_sample_id: '', library_selection: 'PCR' },
        { ...good, central_sample_id: 'S3', library_strategy: 'AMPLICONS' },
        { ...good, central_sample_id: 'S4', library_layout_read_length: 'long' },
        { ...good, central_sample_id: 'S5', sequencing_org_received_date: '31/31/2020' },
      ],
      columns,
    ),
  )
  await writeRun(lab.runs, run)
  await lab.event('sheet.judged', (line) => line['sheet'] === 'wrong.csv' && line['errors'] === 5)
  await lab.registrations((rows) => rows.some((row) => row.subject.type === 'run' && row.reason === 'sheet'))
  const report = await lab.report('wrong.csv', ({ state }) => state === 'needs-fixing')
  const found = report.problems.map(({ rows, column }) => [rows[0], column?.name])
  expect(found.toSorted()).toEqual([
    [2, 'library_source'],
    [3, 'central_sample_id'],
    [4, 'library_strategy'],
    [5, 'library_layout_read_length'],
    [6, 'sequencing_org_received_date'],
  ])
  expect(report).toMatchObject({ file: 'wrong.csv', sent: false })
  expect(existsSync(join(lab.sheets, '_status', 'wrong.csv.html'))).toBe(true)
  expect(lab.sandbox.log().filter(({ entry }) => entry === 'commit')).toEqual([])
})
