/** A healthy day of fifty runs, as an operator reads it: the story of each, in few lines, and nothing to look at. */
import { expect, test } from 'vitest'
import { openLab, registered } from '../rig/lab.ts'
import { finishRun, novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'

const RUNS = 50
const MOST_LINES = 500

test('gives at most 500 lines of info and no warning, and tells of every run how it began, ended and was registered', async () => {
  await using lab = await openLab({
    config: { log: { level: 'info', format: 'json' } },
    sheets: { finished: 'move' },
    // The warning that waiting times are divided belongs to drills.
    timeScale: 1,
  })
  const runs = Array.from({ length: RUNS }, (_, index) => novaSeqRun(index + 1))
  const told = (event: string) => lab.lines.filter((line) => line.event === event)
  await lab.start()
  const folders: string[] = []
  for (const run of runs) folders.push(await writeRun(lab.runs, run, { finished: false }))
  await lab.until(() => told('run.waiting').length === RUNS || undefined, 'every run found')
  for (const [index, run] of runs.entries())
    await lab.drop(`plate${index}.csv`, sheetFor(run, `LIB-${index}`))
  for (const folder of folders) await finishRun(folder)
  await lab.registrations(registered(2 * RUNS))
  await lab.until(() => told('sheet.moved').length === RUNS || undefined, 'every sheet put away')
  await lab.end()

  expect(lab.lines.filter((line) => line['level'] !== 'info')).toEqual([])
  const counts = Object.entries(Object.groupBy(lab.lines, (line) => line.event)).map(([name, some]) => [
    name,
    some?.length,
  ])
  expect(lab.lines.length, JSON.stringify(counts)).toBeLessThanOrEqual(MOST_LINES)
  for (const event of ['run.found', 'run.waiting', 'run.completed', 'registration.registered']) {
    const subjects = new Set(told(event).map((line) => line['subject'] ?? line['run']))
    expect([event, ...runs.filter(({ runId }) => !subjects.has(runId))]).toEqual([event])
  }
  const story = ['sheet.seen', 'sheet.judged', 'registration.registered', 'sheet.moved']
  for (const index of runs.keys()) {
    const about = lab.lines.filter((line) => line['sheet'] === `plate${index}.csv`)
    expect([index, ...about.map((line) => line.event)]).toEqual([index, ...story])
  }
})
