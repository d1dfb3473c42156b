/** Nothing that stands in a cell of a sheet is in the log, whatever becomes of the sheet. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
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

/** Of each column a word of its own, where the column takes any word. */
const words = (sheet: string) =>
  Object.fromEntries(
    [
      'central_sample_id',
      'library_name',
      'library_seq_kit',
      'library_seq_protocol',
      'barcode',
      'library_primers',
      'library_protocol',
      'library_sop_name',
      'library_sop_version',
      'experiment_name',
      'patient',
    ].map((column) => [column, `Canary-${sheet}-${column.replaceAll('_', '-')}`]),
  )

test('canaries in every cell of good, bad, awaited, refused and corrected sheets are not in the log', async () => {
  const body = JSON.stringify({
    errors: 1,
    messages: [{ library_name: [{ message: 'Canary-refused-library-name is taken', code: 'unique' }] }],
    new: [],
    updated: [],
    ignored: [],
    success: false,
  })
  const library = { path: '/api/v2/artifact/library/add/' }
  await using lab = await openLab({
    sheets: { finished: 'move' },
    faults: {
      rules: [
        {
          match: { ...library, runName: 'Canary-refused-library-name' },
          fault: { do: 'status', status: 200, body, contentType: 'application/json' },
        },
        {
          match: { ...library, runName: 'Canary-later-library-name' },
          times: 1,
          fault: { do: 'status', status: 429, retryAfter: 0 },
        },
      ],
    },
  })
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
  await drop('awaited', { run_name: '', experiment_name: 'Canary-second-experiment' })
  await lab.event('sheet.judged', (line) => line['sheet'] === 'awaited.csv', lab.lines.length)
  await lab.end()
  expect(lab.lines.length).toBeGreaterThan(40)
  expect(lab.lines.filter((line) => JSON.stringify(line).includes('Canary-'))).toEqual([])
  // Beside the sheet, where whoever may read the sheet may read them, they are shown.
  expect(await lab.read(join('sheets', '_status', 'bad.csv.html'))).toContain('Canary-bad-library-source')
})
