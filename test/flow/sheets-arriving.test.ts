/** Sheets on their way into the drop folder: copies, replacements, hostile names, and what is only half there. */
import { existsSync } from 'node:fs'
import { appendFile, readdir, rename, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { climb, type Lab, openLab } from '../rig/lab.ts'
import { novaSeqRun, registrationSheet, sheetFor, writeRun } from '../rig/runs.ts'

const judgements = (lab: Lab, sheet: string) =>
  lab.lines.filter((line) => line.event === 'sheet.judged' && line['sheet'] === sheet)

/** Waits until there is no report on this sheet. */
const unsaid = (lab: Lab, sheet: string) =>
  lab.until(
    () => !existsSync(join(lab.sheets, '_status', `${sheet}.json`)) || undefined,
    `the end of the report on ${sheet}`,
  )

describe('a copy that goes on', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab({ sheets: { settleSeconds: 2 } })
    await lab.start()
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  test('is told of at once, before it has ended', async () => {
    await lab.drop('plate.csv', sheetFor(novaSeqRun(1), 'LIB-1'))
    const received = await lab.report('plate.csv', () => true)
    expect(received).toMatchObject({ state: 'received', sha256: null, sent: false, registrations: [] })
    expect(judgements(lab, 'plate.csv')).toEqual([])
    expect(await lab.read('sheets/_status/plate.csv.html')).toContain('Nothing has been sent yet.')
    await lab.report('plate.csv', ({ sent }) => sent)
  })

  test('is read once, when it has ended, however many steps it took', async () => {
    const run = novaSeqRun(2)
    const rows = Array.from({ length: 40 }, (_, at) => ({
      central_sample_id: `S${at}`,
      library_name: 'LIB-2',
      run_name: run.runId,
    }))
    const text = registrationSheet(rows)
    const path = join(lab.sheets, 'grown.csv')
    await writeFile(path, '')
    for (let at = 0; at < text.length; at += 700) {
      const from = lab.lines.length
      await appendFile(path, text.slice(at, at + 700))
      // Each step within the settle time of the one before: the next sweep is a good deal sooner.
      await lab.event('root.scanned', (line) => line['root'] === lab.sheets, from)
    }
    await lab.report('grown.csv', ({ sent }) => sent)
    expect(judgements(lab, 'grown.csv').map((line) => line['samples'])).toEqual([40])
  })

  test('that is taken away again leaves no report behind', async () => {
    await lab.drop('away.csv', sheetFor(novaSeqRun(3), 'LIB-3'))
    await lab.report('away.csv', ({ state }) => state === 'received')
    await unlink(join(lab.sheets, 'away.csv'))
    await unsaid(lab, 'away.csv')
    expect((await readdir(join(lab.sheets, '_status'))).filter((name) => name.startsWith('away'))).toEqual([])
    expect(judgements(lab, 'away.csv')).toEqual([])
  })

  test('that replaces a sheet by rename, and is taken away again, leaves what was told before', async () => {
    const run = novaSeqRun(4)
    await writeRun(lab.runs, run)
    await lab.drop('kept.csv', sheetFor(run, 'LIB-4'))
    await lab.report('kept.csv', ({ state }) => state === 'done')
    await writeFile(join(lab.sheets, '.kept.tmp'), sheetFor(run, 'LIB-4-B'))
    await rename(join(lab.sheets, '.kept.tmp'), join(lab.sheets, 'kept.csv'))
    const received = await lab.report('kept.csv', ({ state }) => state === 'received')
    expect(received.registrations.map(({ state }) => state)).toEqual(['registered', 'registered'])
    await unlink(join(lab.sheets, 'kept.csv'))
    await lab.report('kept.csv', ({ state }) => state === 'done')
  })
})

test('a report that says a sheet has arrived does not outlive the sheet over a restart', async () => {
  await using lab = await openLab({ sheets: { settleSeconds: 30 } })
  await lab.start()
  await lab.drop('away.csv', sheetFor(novaSeqRun(1), 'LIB-1'))
  await lab.report('away.csv', ({ state }) => state === 'received')
  await lab.end()
  await unlink(join(lab.sheets, 'away.csv'))
  await lab.start()
  await unsaid(lab, 'away.csv')
})

test('what happened while the daemon was down is told when it is back', async () => {
  await using lab = await openLab()
  const run = novaSeqRun(1)
  await lab.start()
  await lab.drop('plate.csv', sheetFor(run, 'LIB-1'))
  const { registrations } = await lab.report('plate.csv', (report) =>
    report.registrations.some(({ state }) => state === 'registered'),
  )
  await lab.end('SIGKILL')
  const awaited = registrations.find(({ subject }) => subject.type === 'run')?.id ?? ''
  await lab.cli('resolve', awaited, '--abandon', '--reason', 'the run was lost')
  await lab.start()
  const report = await lab.report('plate.csv', ({ state }) => state === 'done')
  expect(report.registrations.map(({ state }) => state).toSorted()).toEqual(['abandoned', 'registered'])
})

test('a sheet corrected before it was sent takes the place of the first, and a renamed library is asked for no more', async () => {
  await using lab = await openLab({}, ({ sandbox }) => [climb(sandbox, { graceSeconds: 36_000 })])
  const run = novaSeqRun(1)
  await lab.start()
  await lab.drop('plate.csv', sheetFor(run, 'LIB-1O'))
  await lab.report('plate.csv', ({ registrations }) => registrations[0]?.reason === 'grace')
  await lab.drop('plate.csv', sheetFor(run, 'LIB-10'))
  await lab.registrations(
    (rows) => rows.length === 2 && rows.every(({ subject }) => subject.library === 'LIB-10'),
  )
  await lab.drop('plate.csv', sheetFor(run, 'LIB-10').replaceAll('LSK109', 'LSK110'))
  const rows = await lab.registrations((all) => all.some(({ revision }) => revision === 2))
  expect(rows.find(({ revision }) => revision === 2)).toMatchObject({ state: 'waiting', reason: 'grace' })
  const all = JSON.parse((await lab.cli('ls', '--json', '--all')).stdout).registrations
  expect(all.filter((one: { state: string }) => one.state === 'superseded')).toHaveLength(3)
  expect(lab.commits('majora-2020-03-25', 'library')).toEqual([])
})

test('of sheets that lay there before the start the one modified last counts, whatever its name', async () => {
  await using lab = await openLab()
  const run = novaSeqRun(1)
  for (const [name, kit, modified] of [
    ['a.csv', 'LSK110', '2026-03-02T12:00:00Z'],
    ['b.csv', 'LSK109', '2026-03-01T12:00:00Z'],
  ] as const) {
    await lab.drop(name, sheetFor(run, 'LIB-1').replaceAll('LSK109', kit))
    await utimes(join(lab.sheets, name), new Date(modified), new Date(modified))
  }
  await lab.start()
  const older = await lab.report('b.csv', ({ problems }) => problems.length > 0)
  expect(older.problems[0]?.code).toBe('sheet.newer-counts')
})

const ODD_NAMES = [
  'line\nbreak.csv',
  '<script>alert(1)<.csv',
  'plate..csv',
  'UPPER.CSV',
  'plate 7',
  'Pla\u0308ttchen.csv',
  '-rf.csv',
  `${'plate '.repeat(40)}.csv`,
]
const LEAVINGS = [
  '~$plate.xlsx',
  '._plate.csv',
  '.~lock.plate.csv#',
  '.plate.csv.AbC123',
  'plate.csv.part',
  'README.txt',
]

test('hostile and odd names are read and reported as they are; locks and leavings are passed over', async () => {
  await using lab = await openLab()
  await lab.start()
  for (const name of LEAVINGS) await lab.drop(name, 'x')
  for (const [at, name] of ODD_NAMES.entries()) await lab.drop(name, sheetFor(novaSeqRun(at), `LIB-${at}`))
  for (const name of ODD_NAMES) {
    const report = await lab.report(name, ({ sent }) => sent)
    expect(report.state).toBe('waiting')
    const page = await lab.read(`sheets/_status/${name}.html`)
    expect(page).not.toContain('<script>')
  }
  // One may be written anew at this moment.
  const reports = (await readdir(join(lab.sheets, '_status'))).filter((name) => !name.endsWith('.tmp'))
  expect(reports).toHaveLength(2 * ODD_NAMES.length)
  expect(lab.lines.filter((line) => line.event === 'sheet.seen')).toHaveLength(ODD_NAMES.length)
})
