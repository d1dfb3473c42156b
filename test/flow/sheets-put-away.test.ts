/** Putting sheets away: into done/ and needs-fixing/, never over another, never lost, and counting on from there. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab, registered } from '../rig/lab.ts'
import { novaSeqRun, registrationSheet, sheetFor, writeRun } from '../rig/runs.ts'

const moved = (lab: Lab, sheet: string, to: string, from = 0) =>
  lab.event('sheet.moved', (line) => line['sheet'] === sheet && String(line['to']).endsWith(to), from)

describe('finished: move', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab({ sheets: { finished: 'move' } })
    await lab.start()
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  test('a sheet stays while anything of it waits, then goes to done, and its report says so', async () => {
    const run = novaSeqRun(1)
    await lab.drop('week.csv', sheetFor(run, 'LIB-1'))
    await lab.report('week.csv', ({ sent }) => sent)
    expect(existsSync(join(lab.sheets, 'week.csv'))).toBe(true)
    await writeRun(lab.runs, run)
    await moved(lab, 'week.csv', 'done/week.csv')
    await lab.said('week.csv', 'It now lies in the folder done.')
    const rows = await lab.ls()
    expect(rows.find(({ subject }) => subject.name === 'LIB-1')?.subject.path).toBe(
      join(lab.sheets, 'done/week.csv'),
    )
  })

  test('another sheet of the same name goes beside it, and both count on', async () => {
    const [second, third] = [novaSeqRun(2), novaSeqRun(3)]
    await writeRun(lab.runs, second)
    await lab.drop('week.csv', sheetFor(second, 'LIB-2'))
    await moved(lab, 'week.csv', 'done/week~2.csv')
    expect(await readFile(join(lab.sheets, 'done/week.csv'), 'utf8')).toBe(sheetFor(novaSeqRun(1), 'LIB-1'))
    expect(await readFile(join(lab.sheets, 'done/week~2.csv'), 'utf8')).toBe(sheetFor(second, 'LIB-2'))
    const beside = await lab.report('week~2.csv', ({ state }) => state === 'done')
    expect(beside.registrations.map(({ subject }) => subject.library)).toEqual(['LIB-2', 'LIB-2'])
    expect(await lab.read('sheets/_status/week.csv.html')).toContain('in the folder done as week~2.csv')
    // A newer sheet that says otherwise of the first library meets the one put away.
    await writeRun(lab.runs, third)
    await lab.drop(
      'other.csv',
      registrationSheet([
        {
          central_sample_id: 'LIB-1-S1',
          library_name: 'LIB-1',
          run_name: novaSeqRun(1).runId,
          library_strategy: 'WGS',
        },
      ]),
    )
    const other = await lab.report('other.csv', ({ problems }) =>
      problems.some(({ code }) => code === 'sheet.older-differs'),
    )
    expect(other.problems.find(({ code }) => code === 'sheet.older-differs')?.found).toContain('in week.csv')
    const { registrations } = await lab.report('week.csv', () => true)
    expect(registrations.map(({ subject }) => subject.library)).toEqual(['LIB-2', 'LIB-2'])
  })

  test('one with errors goes to needs-fixing, is mended there, and then goes to done', async () => {
    const run = novaSeqRun(4)
    await writeRun(lab.runs, run)
    await lab.drop('mend.csv', sheetFor(run, 'LIB-4').replaceAll('AMPLICON', 'AMPLICONS'))
    await moved(lab, 'mend.csv', 'needs-fixing/mend.csv')
    const report = await lab.report('mend.csv', ({ state }) => state === 'needs-fixing')
    expect(report.sent).toBe(false)
    // As Excel saves: a new file takes the place of the old one.
    const folder = join(lab.sheets, 'needs-fixing')
    await writeFile(join(folder, 'A1B2C3D4'), sheetFor(run, 'LIB-4'))
    await rename(join(folder, 'A1B2C3D4'), join(folder, 'mend.csv'))
    await moved(lab, 'mend.csv', 'done/mend.csv')
    expect((await lab.report('mend.csv', ({ state }) => state === 'done')).sent).toBe(true)
    expect(await readdir(folder)).toEqual([])
  })

  test('one too large to be read goes to needs-fixing, beside another of its name, and counts when it is cut to size', async () => {
    const run = novaSeqRun(8)
    await writeRun(lab.runs, run)
    const folder = join(lab.sheets, 'needs-fixing')
    await mkdir(folder, { recursive: true })
    const tooLarge = 'x'.repeat(10_000_001)
    for (const name of ['large.csv', 'large~2.csv']) {
      await lab.drop('large.csv', tooLarge)
      await moved(lab, 'large.csv', `needs-fixing/${name}`)
      const { problems } = await lab.report('large.csv', ({ state }) => state === 'needs-fixing')
      expect(problems.map(({ code }) => code)).toEqual(['path.too-large'])
    }
    await writeFile(join(folder, 'large.csv'), sheetFor(run, 'LIB-8'))
    await moved(lab, 'large.csv', 'done/large.csv')
    await rm(join(folder, 'large~2.csv'))
  })

  test('one that is not mended is left alone where it lies, and a corrected one may be dropped above it', async () => {
    const run = novaSeqRun(5)
    await writeRun(lab.runs, run)
    await lab.drop('left.csv', sheetFor(run, 'LIB-5').replaceAll('PAIRED', 'BOTH'))
    await moved(lab, 'left.csv', 'needs-fixing/left.csv')
    const from = lab.lines.length
    await lab.drop('left.csv', sheetFor(run, 'LIB-5'))
    await moved(lab, 'left.csv', 'done/left.csv', from)
    expect(existsSync(join(lab.sheets, 'needs-fixing/left.csv'))).toBe(true)
    expect((await lab.report('left.csv', ({ state }) => state === 'done')).sent).toBe(true)
    expect(
      lab.lines.slice(from).filter((line) => line['to'] === join(lab.sheets, 'needs-fixing/left~2.csv')),
    ).toEqual([])
  })

  test('the same sheet dropped again goes to done as well, and names the first', async () => {
    const run = novaSeqRun(6)
    await writeRun(lab.runs, run)
    await lab.drop('same.csv', sheetFor(run, 'LIB-6'))
    await moved(lab, 'same.csv', 'done/same.csv')
    const before = lab.sandbox.log().length
    await lab.drop('same.csv', sheetFor(run, 'LIB-6'))
    await moved(lab, 'same.csv', 'done/same~2.csv')
    const report = await lab.report('same.csv', ({ state }) => state === 'done')
    expect(report.sent).toBe(false)
    expect(await lab.read('sheets/_status/same.csv.html')).toContain('dropped before as same.csv')
    expect(lab.sandbox.log().slice(before)).toEqual([])
  })

  test('a name as long as a disk allows is put away, also a second time', async () => {
    const run = novaSeqRun(7)
    await writeRun(lab.runs, run)
    const name = `${'n'.repeat(251)}.csv`
    await lab.drop(name, sheetFor(run, 'LIB-7'))
    await moved(lab, name, `done/${name}`)
    await lab.drop(name, sheetFor(run, 'LIB-7').replace('LIB-7-S2', 'LIB-7-S3'))
    await lab.registrations((rows) => rows.some(({ state }) => state === 'held'))
    await lab.drop(name, sheetFor(run, 'LIB-7-B'))
    await moved(lab, name, `~2.csv`)
    expect((await readdir(join(lab.sheets, 'done'))).filter((one) => one.startsWith('nnn'))).toHaveLength(2)
  })
})

test('where the disk refuses, the sheet stays, the person is told once, and it is tried again, also after a restart', async () => {
  await using lab = await openLab({ sheets: { finished: 'move' } })
  await writeFile(join(lab.sheets, 'done'), 'somebody’s file')
  const run = novaSeqRun(1)
  await writeRun(lab.runs, run)
  await lab.start()
  await lab.drop('plate.csv', sheetFor(run, 'LIB-1'))
  await lab.event('sheet.move-failed')
  expect(existsSync(join(lab.sheets, 'plate.csv'))).toBe(true)
  await lab.end()
  const from = lab.lines.length
  await lab.start()
  await lab.event('sheet.move-failed', () => true, from)
  await rm(join(lab.sheets, 'done'))
  await moved(lab, 'plate.csv', 'done/plate.csv')
  expect(lab.lines.filter(({ event }) => event === 'sheet.move-failed')).toHaveLength(2)
  expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
})

test('a folder of reports that cannot be written holds up nothing', async () => {
  await using lab = await openLab()
  await writeFile(join(lab.sheets, '_status'), 'somebody’s file')
  const run = novaSeqRun(1)
  await writeRun(lab.runs, run)
  await lab.start()
  await lab.drop('plate.csv', sheetFor(run, 'LIB-1'))
  await lab.event('sheet.report-failed')
  await lab.registrations(registered(2))
  await rm(join(lab.sheets, '_status'))
  await lab.report('plate.csv', ({ state }) => state === 'done')
})
