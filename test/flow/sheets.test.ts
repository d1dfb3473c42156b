/** What a person learns after dropping a sheet: the reports beside it, from the real daemon, as its registrations go on. */
import { rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { climb, type Lab, openLab, type Report, registryAt } from '../rig/lab.ts'
import { COLUMNS, finishRun, novaSeqRun, registrationSheet, sheetFor, writeRun } from '../rig/runs.ts'

const SAID = 'Ensure this value has at most 24 characters (it has 31).'
const REFUSAL = {
  errors: 1,
  warnings: 0,
  messages: [{ library_seq_kit: [{ message: SAID, code: 'max_length' }] }],
  new: [],
  updated: [],
  ignored: [],
  success: false,
}

const batchSheet = (batch: string, tubes: string[], depth = 'Standard') =>
  [
    'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth',
    ...tubes.map((tube) => `${batch},1Z 999,${tube},Human stool,${depth}`),
    '',
  ].join('\n')

const firstLine = async (lab: Lab, sheet: string): Promise<string> =>
  (/<h1>([\s\S]*?)<\/h1>/.exec(await lab.read(`sheets/_status/${sheet}.html`))?.[1] ?? '')
    .replace(/<[^>]+>/g, '')
    .trim()

const codes = (report: Report) => report.problems.map(({ code }) => code)
const states = (report: Report) =>
  report.registrations.map(({ subject, state, reason }) =>
    [subject.type, state, ...(reason === null ? [] : [reason])].join(' '),
  )

describe('one drop folder', () => {
  let lab: Lab
  const old = novaSeqRun(999)
  beforeAll(async () => {
    const match = { path: '/api/v2/artifact/library/add/', runName: 'LIB-REFUSED' }
    const answer = { status: 200, body: JSON.stringify(REFUSAL), contentType: 'application/json' }
    lab = await openLab(
      { runs: { adopt: 'seen' }, faults: { rules: [{ match, fault: { do: 'status', ...answer } }] } },
      ({ sandbox }) => [climb(sandbox), registryAt(sandbox, 'onecodex-v1', { name: 'cloud' })],
    )
    await writeRun(lab.runs, old)
    await lab.start()
    await lab.event('root.first-scan')
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  test('a sheet before its run waits for it, and is done with the registry’s identifiers when it has come', async () => {
    const run = novaSeqRun(1)
    await lab.drop('before.csv', sheetFor(run, 'LIB-1'))
    const waiting = await lab.report('before.csv', ({ sent }) => sent)
    expect(waiting.state).toBe('waiting')
    expect(await firstLine(lab, 'before.csv')).toBe(
      `The library in this sheet has been sent, its run has not yet. You need not do anything: it waits for its run, ${run.runId}. If that is finished, check that the sheet names it as the instrument does.`,
    )
    const folder = await writeRun(lab.runs, run, { finished: false })
    await lab.report('before.csv', (report) => states(report).includes('run waiting run-completion'))
    await finishRun(folder)
    const done = await lab.report('before.csv', ({ state }) => state === 'done')
    expect(states(done)).toEqual(['library registered', 'run registered'])
    const given = lab.commits('majora-2020-03-25', 'library').find(({ name }) => name === 'LIB-1')
    expect(done.registrations[0]?.remoteIds).toEqual({ library: given?.id })
    const page = await lab.read('sheets/_status/before.csv.html')
    expect(page).toContain(String(given?.id))
    expect(await firstLine(lab, 'before.csv')).toBe(
      'Everything in this sheet was sent and is registered. You need not do anything.',
    )
  })

  test('a refusal is told in the registry’s words, and a corrected sheet leaves it', async () => {
    const run = novaSeqRun(3)
    await writeRun(lab.runs, run)
    await lab.drop('refused.csv', sheetFor(run, 'LIB-REFUSED'))
    const refused = await lab.report('refused.csv', ({ state }) => state === 'needs-fixing')
    expect(refused.sent).toBe(true)
    expect(await lab.read('sheets/_status/refused.csv.html')).toContain(`library_seq_kit: ${SAID}`)
    expect(await firstLine(lab, 'refused.csv')).toContain('Read below what was refused and why, correct it')
    await lab.drop('refused.csv', sheetFor(run, 'LIB-3'))
    const done = await lab.report('refused.csv', ({ state }) => state === 'done')
    expect(done.registrations.map(({ subject }) => subject.library)).toContain('LIB-3')
  })

  test('an error in one library of two stops that one alone, and the page says which', async () => {
    const run = novaSeqRun(4)
    await writeRun(lab.runs, run)
    await lab.drop(
      'partly.csv',
      registrationSheet([
        { central_sample_id: 'S1', library_name: 'LIB-4-A', run_name: run.runId },
        {
          central_sample_id: 'S2',
          library_name: 'LIB-4-B',
          run_name: run.runId,
          library_source: 'VIRAL_RMA',
        },
      ]),
    )
    const report = await lab.report(
      'partly.csv',
      (one) => states(one).join() === 'library registered,run registered',
    )
    expect(report).toMatchObject({
      state: 'partly',
      sent: true,
      subjects: [
        { name: 'LIB-4-A', outcome: 'registered', sent: 'all' },
        { name: 'LIB-4-B', outcome: 'blocked', sent: 'none', rows: [3] },
      ],
    })
    expect(await firstLine(lab, 'partly.csv')).toBe(
      '1 of 2 libraries was sent, 1 was not. Correct the error below and save the file again.',
    )
  })

  test('corrected after registration where that takes no corrections: nothing is sent, and the differences are shown', async () => {
    const run = novaSeqRun(5)
    await writeRun(lab.runs, run)
    await lab.drop('changed.csv', sheetFor(run, 'LIB-5'))
    await lab.report('changed.csv', ({ state }) => state === 'done')
    const rows = ['S1', 'S3'].map((sample) => ({
      central_sample_id: `LIB-5-${sample}`,
      library_name: 'LIB-5',
      run_name: run.runId,
      library_strategy: 'WGS',
    }))
    await writeFile(join(lab.sheets, '.changed.tmp'), registrationSheet(rows))
    await rename(join(lab.sheets, '.changed.tmp'), join(lab.sheets, 'changed.csv'))
    const held = await lab.report('changed.csv', (report) => codes(report).includes('sheet.amendment'))
    expect(states(held)).toEqual(['library held amendment', 'run registered'])
    expect(held.problems.map(({ found, rows, column }) => [found, rows, column?.name])).toEqual([
      ['LIB-5-S1: library_strategy is "AMPLICON" at climb and "WGS" in the sheet', [2], 'library_strategy'],
      ['LIB-5-S3 is only in the sheet', [3], undefined],
      ['LIB-5-S2 is only at climb', [], undefined],
    ])
    expect(await firstLine(lab, 'changed.csv')).toContain(
      'the person who looks after runherald has to decide',
    )
    expect(lab.commits('majora-2020-03-25', 'library').filter(({ name }) => name === 'LIB-5')).toHaveLength(1)
    // Undone, nothing is left to decide.
    await lab.drop('changed.csv', sheetFor(run, 'LIB-5'))
    await lab.report('changed.csv', ({ state, problems }) => state === 'done' && problems.length === 0)
  })

  test('a corrected sheet with errors takes nothing back', async () => {
    const run = novaSeqRun(6)
    await writeRun(lab.runs, run)
    await lab.drop('worse.csv', sheetFor(run, 'LIB-6'))
    await lab.report('worse.csv', ({ state }) => state === 'done')
    await lab.drop('worse.csv', sheetFor(run, 'LIB-6').replaceAll('AMPLICON', 'AMPLICONS'))
    const worse = await lab.report('worse.csv', ({ state }) => state === 'needs-fixing')
    expect(worse).toMatchObject({ sent: false, subjects: [{ outcome: 'blocked', sent: 'none' }] })
    expect(states(worse)).toEqual(['library registered', 'run registered'])
    expect(await firstLine(lab, 'worse.csv')).toBe(
      'Nothing of this sheet was sent; what was registered before stays as it is. Correct the error below and save the file again.',
    )
  })

  test('dropped again unchanged: nothing is sent, and the earlier sheet is named', async () => {
    const run = novaSeqRun(7)
    await writeRun(lab.runs, run)
    await lab.drop('first.csv', sheetFor(run, 'LIB-7'))
    await lab.report('first.csv', ({ state }) => state === 'done')
    const before = lab.sandbox.log().length
    await lab.drop('copy of first.csv', sheetFor(run, 'LIB-7'))
    const copy = await lab.report('copy of first.csv', ({ state }) => state === 'done')
    expect(copy.sent).toBe(false)
    expect(states(copy)).toEqual(['library registered', 'run registered'])
    expect(await firstLine(lab, 'copy of first.csv')).toBe(
      'Nothing was sent again: this is the same sheet as first.csv, which was dropped before. Everything in it is registered. You need not do anything.',
    )
    await lab.drop('first.csv', sheetFor(run, 'LIB-7'))
    await lab.said('first.csv', 'It was saved again without a change')
    expect(lab.sandbox.log().slice(before)).toEqual([])
  })

  test('of two sheets for one library the newer counts, and both reports say where they differ', async () => {
    const run = novaSeqRun(8)
    await lab.drop('elder.csv', sheetFor(run, 'LIB-8'))
    await lab.report('elder.csv', ({ sent }) => sent)
    await lab.drop('younger.csv', sheetFor(run, 'LIB-8').replaceAll('LSK109', 'LSK110'))
    const elder = await lab.report('elder.csv', (report) => codes(report).includes('sheet.newer-counts'))
    const younger = await lab.report('younger.csv', (report) => codes(report).includes('sheet.older-differs'))
    const found = (one: Report, code: string) => one.problems.find((problem) => problem.code === code)?.found
    expect(found(elder, 'sheet.newer-counts')).toBe(
      'library "LIB-8": library_seq_kit is "LSK110" in younger.csv and "LSK109" here',
    )
    expect(found(younger, 'sheet.older-differs')).toBe(
      'library "LIB-8": library_seq_kit is "LSK109" in elder.csv and "LSK110" here',
    )
    expect(elder).toMatchObject({ sent: false, subjects: [{ outcome: 'replaced' }] })
  })

  test('a sheet of other samples than the run’s own is told so, with both places, and nothing is held up', async () => {
    const run = novaSeqRun(9)
    const folder = await writeRun(lab.runs, run, { finished: false })
    const own = ['[Data]', 'Sample_ID,index', 'LIB-X-S1,ACGTACGT', 'PhiX,TTTTGGGG', '']
    await writeFile(join(folder, 'SampleSheet.csv'), own.join('\n'))
    await finishRun(folder)
    await lab.drop('plate9.csv', sheetFor(run, 'LIB-9'))
    const report = await lab.report('plate9.csv', ({ state }) => state === 'done')
    expect(report.problems).toMatchObject([
      {
        ...{ code: 'sheet.samples-not-in-run', severity: 'warning', file: 'plate9.csv', rows: [2, 3] },
        found: `none of the samples of library "LIB-9" is in SampleSheet.csv of ${run.runId}: here LIB-9-S1, LIB-9-S2; there LIB-X-S1, PhiX`,
      },
    ])
    expect(states(report)).toEqual(['library registered', 'run registered'])
  })

  test('a name that fits two runs registers neither and names both; the run’s own name settles it', async () => {
    const [one, other] = [novaSeqRun(10), { ...novaSeqRun(11), flowcellId: novaSeqRun(10).flowcellId }]
    await writeRun(lab.runs, one)
    await writeRun(lab.runs, other)
    const columns = [...COLUMNS, 'flowcell_id']
    const row = { central_sample_id: 'S1', library_name: 'LIB-10', flowcell_id: one.flowcellId }
    await lab.event('run.completed', (line) => line['run'] === one.runId)
    await lab.event('run.completed', (line) => line['run'] === other.runId)
    await lab.drop('twice.csv', registrationSheet([row], columns))
    const held = await lab.report('twice.csv', (report) => codes(report).includes('sheet.run-ambiguous'))
    const [doubt] = held.problems
    expect(doubt?.found).toContain(one.runId)
    expect(doubt?.found).toContain(other.runId)
    await lab.report(
      'twice.csv',
      (report) => states(report).join() === 'library registered,run held conflict',
    )
    expect(await firstLine(lab, 'twice.csv')).toBe(
      'The library in this sheet was sent, its run was not. Correct the error below and save the file again.',
    )
    await lab.drop('twice.csv', registrationSheet([{ ...row, run_name: other.runId }], columns))
    const done = await lab.report('twice.csv', ({ state }) => state === 'done')
    expect(states(done)).toEqual(['library registered', 'run registered'])
    expect(done.registrations[1]?.subject.name).toBe(other.runId)
  })

  test('each of the four columns links a sheet to its run', async () => {
    const [byRun, byId, byCell, byExperiment] = [
      novaSeqRun(20),
      novaSeqRun(21),
      novaSeqRun(22),
      novaSeqRun(23),
    ]
    const runs = [byRun, byId, byCell, byExperiment]
    await Promise.all(runs.map((run) => writeRun(lab.runs, run)))
    const rows = await lab.registrations((all) =>
      runs.every((run) => all.some(({ subject }) => subject.name === run.runId)),
    )
    const story = JSON.parse(
      (await lab.cli('show', '--json', rows.find(({ subject }) => subject.name === byId.runId)?.id ?? ''))
        .stdout,
    )
    const sequencingId = String(/"sequencingId":"([^"]+)"/.exec(JSON.stringify(story))?.[1])
    const columns = [...COLUMNS, 'sequencing_id', 'flowcell_id', 'experiment_name']
    const links: Array<[string, string]> = [
      ['run_name', byRun.runId],
      ['sequencing_id', sequencingId.toUpperCase()],
      ['flowcell_id', byCell.flowcellId.toLowerCase()],
      ['experiment_name', byExperiment.experiment],
    ]
    for (const [column, value] of links)
      await lab.drop(
        `${column}.csv`,
        registrationSheet(
          [{ central_sample_id: 'S1', library_name: `LIB-${column}`, [column]: value }],
          columns,
        ),
      )
    for (const [at, [column]] of links.entries()) {
      const done = await lab.report(`${column}.csv`, ({ state }) => state === 'done')
      expect(done.registrations.map(({ subject }) => subject.name)).toEqual([
        `LIB-${column}`,
        runs[at]?.runId,
      ])
    }
  })

  test('a run that is misspelt in the sheet is suggested, whichever came first', async () => {
    const run = novaSeqRun(40)
    const misspelt = run.runId.replace('DRXX', 'DRX')
    await lab.drop('typo.csv', sheetFor({ ...run, runId: misspelt }, 'LIB-40'))
    await lab.report('typo.csv', ({ sent }) => sent)
    await writeRun(lab.runs, run)
    const report = await lab.report('typo.csv', (one) => codes(one).includes('sheet.run-alike'))
    expect(report.problems).toMatchObject([
      { suggestion: run.runId, rows: [2, 3], column: { name: 'run_name' }, severity: 'warning' },
    ])
    expect(await firstLine(lab, 'typo.csv')).toContain('Check the name of its run')
    await lab.drop('typo.csv', sheetFor(run, 'LIB-40'))
    await lab.report('typo.csv', ({ state, problems }) => state === 'done' && problems.length === 0)
  })

  test('a run that was left alone is named, with what to ask for', async () => {
    await lab.drop('old.csv', sheetFor(old, 'LIB-OLD'))
    const report = await lab.report('old.csv', (one) => codes(one).includes('run.left-alone'))
    expect(report.state).toBe('waiting')
    expect(report.problems[0]?.fix).toContain('runherald retry')
  })

  test('a batch goes to the registry of batches, and a tube more is an amendment', async () => {
    await lab.drop('tubes.csv', batchSheet('B1', ['AB12CD34EF', 'AB12CD34EG']))
    const done = await lab.report('tubes.csv', ({ state }) => state === 'done')
    expect(done.registrations.map(({ registry, state }) => [registry, state])).toEqual([
      ['cloud', 'registered'],
    ])
    await lab.drop('tubes.csv', batchSheet('B1', ['AB12CD34EF', 'AB12CD34EG', 'AB12CD34EH']))
    const held = await lab.report('tubes.csv', (report) => codes(report).includes('sheet.amendment'))
    expect(held.problems.map(({ found, rows }) => [found, rows])).toEqual([
      ['AB12CD34EH is only in the sheet', [4]],
    ])
    expect(held.state).toBe('needs-fixing')
    expect(lab.commits('onecodex-v1', 'batch')).toHaveLength(1)
  })

  test.for<[name: string, bytes: string | Buffer, found: string]>([
    [
      'workbook.csv',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from('.....xl/workbook.xml....')]),
      'Excel workbook',
    ],
    ['photo.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'a picture'],
    ['nothing.csv', '', 'there is nothing in it'],
    ['endless.csv', 'central_sample_id,library_name\n'.repeat(400_000), '12.4 MB'],
    ['cell.csv', `central_sample_id,library_name\n${'x'.repeat(5000)},L\n`, '4,096 characters'],
  ])('%s is told to be no sheet in a friendly sentence', async ([name, bytes, found]) => {
    await writeFile(join(lab.sheets, name), bytes)
    const report = await lab.report(name, ({ state }) => state === 'needs-fixing')
    expect(report).toMatchObject({ sent: false, registrations: [], problems: [{ severity: 'error' }] })
    expect(report.problems[0]?.found).toContain(found)
    expect(await firstLine(lab, name)).toBe(
      'Nothing was sent. Correct the error below and save the file again.',
    )
  })

  test('a sheet deleted after it was accepted changes nothing', async () => {
    const run = novaSeqRun(30)
    await lab.drop('gone.csv', sheetFor(run, 'LIB-30'))
    await lab.report('gone.csv', ({ sent }) => sent)
    await unlink(join(lab.sheets, 'gone.csv'))
    await writeRun(lab.runs, run)
    const done = await lab.report('gone.csv', ({ state }) => state === 'done')
    expect(states(done)).toEqual(['library registered', 'run registered'])
  })
})
