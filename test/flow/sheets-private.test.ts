/** Nothing that stands in a cell of a sheet is in the log, whatever becomes of the sheet. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FaultScript } from '../../src/sandbox/index.ts'
import { openLab } from '../rig/lab.ts'
import { COLUMNS, novaSeqRun, registrationSheet, writeRun } from '../rig/runs.ts'

const columns = [
  ...COLUMNS,
  'barcode',
  'library_primers',
  'library_protocol',
  'library_sop_name',
  'library_sop_version',
  'experiment_name',
  'patient',
]
/** Those take one of a few words, or the name of a run. */
const isFree = (column: string) => !/source|selection|strategy|layout_config|run_name/.test(column)

/** Of each column a word of its own, where the column takes any word. */
const words = (sheet: string) =>
  Object.fromEntries(
    columns.filter(isFree).map((column) => [column, `Canary-${sheet}-${column.replaceAll('_', '-')}`]),
  )

const refusal = {
  errors: 1,
  messages: [{ library_name: [{ message: 'Canary-refused-library-name is taken', code: 'unique' }] }],
  ...{ new: [], updated: [], ignored: [], success: false },
}
const path = '/api/v2/artifact/library/add/'
const rules: FaultScript['rules'] = [
  {
    match: { path, runName: 'Canary-refused-library-name' },
    fault: { do: 'status', status: 200, body: JSON.stringify(refusal), contentType: 'application/json' },
  },
  {
    match: { path, runName: 'Canary-later-library-name' },
    times: 1,
    fault: { do: 'status', status: 429, retryAfter: 0 },
  },
]

test('canaries in every cell of good, bad, awaited, refused and corrected sheets are not in the log', async () => {
  await using lab = await openLab({ sheets: { finished: 'move' }, faults: { rules } })
  const run = novaSeqRun(1)
  await writeRun(lab.runs, run)
  await lab.start()
  const drop = (name: string, row: Record<string, string> = { run_name: run.runId }) =>
    lab.drop(`${name}.csv`, registrationSheet([{ ...words(name), ...row }], columns))
  await drop('good')
  await drop('later')
  await drop('refused')
  await drop('bad', { library_source: 'Canary-bad-library-source', run_name: 'Canary-bad-run-name' })
  await drop('awaited', { run_name: 'Canary-awaited-run-name' })
  await drop('unlike', { run_name: '' })
  await lab.report('good.csv', ({ state }) => state === 'done')
  await lab.report('later.csv', ({ state }) => state === 'done')
  await lab.report('refused.csv', ({ state }) => state === 'needs-fixing')
  await lab.report('bad.csv', ({ state }) => state === 'needs-fixing')
  await lab.report('awaited.csv', ({ sent }) => sent)
  await lab.report('unlike.csv', ({ registrations }) => registrations.length > 0)
  await drop('good', { run_name: run.runId, library_seq_kit: 'Canary-changed-library-seq-kit' })
  await lab.report('good.csv', ({ problems }) => problems.some(({ code }) => code === 'sheet.amendment'))
  const from = lab.lines.length
  await drop('awaited', { run_name: '', experiment_name: 'Canary-second-experiment' })
  await lab.event('sheet.judged', (line) => line['sheet'] === 'awaited.csv', from)
  await lab.end()
  expect(lab.lines.length).toBeGreaterThan(40)
  expect(lab.lines.filter((line) => JSON.stringify(line).includes('Canary-'))).toEqual([])
  // Beside the sheet, where whoever may read the sheet may read them, they are shown.
  expect(await lab.read(join('sheets', '_status', 'bad.csv.html'))).toContain('Canary-bad-library-source')
})
