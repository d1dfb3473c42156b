/** What becomes of run folders that stand still, vanish, are renamed, copied or changed; seen in the real daemon. */
import { appendFileSync, cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Reading } from '../../src/handovers.ts'
import { inspectPath } from '../../src/inspect.ts'
import { stalledIf } from '../../src/stalling.ts'
import { openLab, type Row } from '../rig/lab.ts'
import { finishRun, novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'

const only =
  (...wanted: string[]) =>
  (rows: Row[]) =>
    JSON.stringify(rows.map((row) => `${row.subject.name} ${row.state} ${row.reason}`).toSorted()) ===
    JSON.stringify(wanted.toSorted())

const [FIRST, SECOND] = [novaSeqRun(1), novaSeqRun(2)]

describe('a run that stands still', () => {
  test('for stalledAfter is shown as stalled, told once, and taken all the same when it ends', async () => {
    await using lab = await openLab({ runs: { stalledAfter: '1s' } })
    const folder = await writeRun(lab.runs, FIRST, { finished: false })
    await lab.start()
    await lab.event('run.stalled')
    const waits = `${FIRST.runId} waiting run-completion`
    const [row] = await lab.registrations(only(waits))
    const shown = async () => JSON.parse((await lab.cli('show', '--json', String(row?.id))).stdout)
    const { facts } = (await shown()).revisions[0].submission
    expect(facts).toMatchObject({ run: { status: 'stalled' }, completion: { state: 'stalled' } })
    const checked = JSON.parse((await lab.cli('check', '--json', folder)).stdout).results[0]
    expect(checked).toMatchObject({ run: { status: 'stalled' }, completion: { state: 'stalled' } })
    expect((await lab.cli('explain', folder)).stdout).toContain('nothing has changed since')
    await lab.end()
    await lab.start()
    const told = lab.lines.filter((line) => line.event === 'run.stalled')
    expect(told).toHaveLength(1)
    await finishRun(folder)
    await lab.registrations(only(`${FIRST.runId} waiting sheet`))
    expect((await shown()).revisions[0].submission.facts.run.status).toBe('completed')
  })

  test('is stalled only while in progress, only after that time, and never failed', async () => {
    await using root = await temporaryFolder()
    const unfinished = inspectPath(await writeRun(root.path, FIRST, { finished: false }))
    const finished = inspectPath(await writeRun(root.path, SECOND))
    if (unfinished.kind !== 'run-folder' || finished.kind !== 'run-folder') throw new Error('unread')
    const at = (seconds: number, reading: Extract<Reading, { kind: 'run-folder' }>) =>
      stalledIf(reading, {
        quietSince: '2026-06-01T00:00:00.000Z',
        afterSeconds: 10,
        now: new Date(Date.parse('2026-06-01T00:00:00.000Z') + seconds * 1000),
      }).reading.completion.state
    expect(at(9, unfinished)).toBe('in_progress')
    expect(at(10, unfinished)).toBe('stalled')
    expect(at(1e9, finished)).toBe('completed')
  })

  test('is not called stalled by check where no watched folder says after how long', async () => {
    await using lab = await openLab()
    const folder = await writeRun(lab.folder, FIRST, { finished: false })
    const { stdout } = await lab.cli('check', '--json', folder)
    expect(JSON.parse(stdout).results[0].run.status).toBe('in_progress')
  })
})

describe('a run folder', () => {
  test('that is deleted before its run has ended is listed no more, and its sheet waits for a run again', async () => {
    await using lab = await openLab()
    const folder = await writeRun(lab.runs, FIRST, { finished: false })
    await writeRun(lab.runs, SECOND)
    await lab.drop('plate.csv', sheetFor(FIRST, 'LIB-1'))
    await lab.start()
    const others = [`${SECOND.runId} waiting sheet`, 'LIB-1 registered null']
    await lab.registrations(only(`${FIRST.runId} waiting run-completion`, ...others))
    rmSync(folder, { recursive: true })
    await lab.event('run.gone')
    const [waiting] = (await lab.registrations(only(`${FIRST.runId} waiting run`, ...others))).filter(
      (row) => row.reason === 'run',
    )
    expect(waiting?.subject.path).toBe(null)
    await writeRun(lab.runs, FIRST)
    await lab.registrations(only(`${FIRST.runId} registered null`, ...others))
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
  })

  test('that is renamed or moved to another root while its run goes on is the same run', async () => {
    await using lab = await openLab()
    const analysis = join(lab.folder, 'analysis')
    mkdirSync(analysis)
    const root = (runs: string) => ({ runs, settleSeconds: 0.2, sweepSeconds: 0.5 })
    const sheets = { sheets: lab.sheets, settleSeconds: 0.2, sweepSeconds: 0.5, finished: 'keep' }
    lab.settings.config = { watch: [root(lab.runs), root(analysis), sheets] }
    await lab.configure()
    await writeRun(lab.runs, SECOND)
    const folder = await writeRun(lab.runs, FIRST, { finished: false })
    await lab.drop('plate.csv', sheetFor(FIRST, 'LIB-1'))
    await lab.start()
    const others = [`${SECOND.runId} waiting sheet`, 'LIB-1 registered null']
    await lab.registrations(only(`${FIRST.runId} waiting run-completion`, ...others))
    const renamed = `${folder}_renamed`
    renameSync(folder, renamed)
    await lab.event('run.gone', (line) => line['path'] === folder)
    await lab.registrations(only(`${FIRST.runId} waiting run-completion`, ...others))
    const moved = join(analysis, basename(folder))
    renameSync(renamed, moved)
    await finishRun(moved)
    const rows = await lab.registrations(only(`${FIRST.runId} registered null`, ...others))
    expect(rows.find((row) => row.subject.type === 'run' && row.subject.name === FIRST.runId)).toMatchObject({
      subject: { path: moved },
    })
    // Seen a second time as a copy, and as itself in its old place.
    cpSync(moved, join(lab.runs, 'a copy'), { recursive: true })
    await lab.event('run.completed', (line) => line['run'] === FIRST.runId, lab.lines.length)
    expect(only(`${FIRST.runId} registered null`, ...others)(await lab.ls())).toBe(true)
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(1)
  })

  test('that has been registered may be purged: a corrected sheet still finds its run', async () => {
    await using lab = await openLab()
    const folder = await writeRun(lab.runs, FIRST)
    await lab.drop('plate.csv', sheetFor(FIRST, 'LIB-1'))
    await lab.start()
    await lab.registrations(only(`${FIRST.runId} registered null`, 'LIB-1 registered null'))
    rmSync(folder, { recursive: true })
    const from = lab.lines.length
    await lab.event('root.scanned', (line) => line['root'] === lab.runs, from)
    await lab.drop('other.csv', sheetFor(FIRST, 'LIB-2'))
    await lab.registrations((rows) => rows.filter((row) => row.state === 'registered').length === 4)
    expect(lab.commits('majora-2020-03-25', 'run')).toHaveLength(2)
  })

  test('that changes after it was registered is left alone until its daily look', async () => {
    await using lab = await openLab()
    const folder = await writeRun(lab.runs, FIRST)
    await lab.drop('plate.csv', sheetFor(FIRST, 'LIB-1'))
    await lab.start()
    await lab.registrations(only(`${FIRST.runId} registered null`, 'LIB-1 registered null'))
    appendFileSync(join(folder, 'RunInfo.xml'), '<!-- a comment -->\n')
    utimesSync(join(folder, 'CopyComplete.txt'), new Date(), new Date())
    writeFileSync(join(folder, 'SampleSheet.csv'), 'not a sheet')
    const from = lab.lines.length
    await lab.event('root.scanned', (line) => line['root'] === lab.runs, from)
    // Neither the sweep nor an event has looked into it.
    expect(lab.lines.slice(from).some((line) => line.event.startsWith('run.'))).toBe(false)
  })
})
