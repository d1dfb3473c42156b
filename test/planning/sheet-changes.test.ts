/** What a sheet asks for when it names its run in a way that fits several, and when its content has changed. */
import { expect, test } from 'vitest'
import type { Plan, SheetReading } from '../../src/handovers.ts'
import { memoryCatalogue, type RunSource, type SheetSource } from '../../src/planning/catalogue.ts'
import { planRun } from '../../src/planning/run.ts'
import { noLongerAsked, planSheet } from '../../src/planning/sheet.ts'
import { COLUMNS, registrationSheet, type SheetRow } from '../rig/runs.ts'
import { climb, destination, run as ended, options, read as readText } from './rig.ts'

const run = (runId: string, flowcellId: string): RunSource =>
  ended({ runId, folderName: runId, flowcellId }, { path: `/runs/${runId}` })

const columns = [...COLUMNS, 'flowcell_id', 'instrument_make', 'instrument_model']
const read = (rows: SheetRow[]): SheetReading => readText(registrationSheet(rows, columns))
const sheet = (rows: SheetRow[], path = '/sheets/a.csv'): SheetSource => ({
  path,
  reading: read(rows),
  since: '2025-12-31T12:00:00Z',
})

const lines = (plans: Plan[]) =>
  plans.map(({ submission: { subject, waitingFor, stop } }) =>
    [subject.type, subject.name, subject.library, stop?.reason ?? waitingFor[0] ?? 'ready'].join(' '),
  )

test('two runs on one flow cell: a sheet that names only the flow cell registers neither', async () => {
  const runs = [run('R1', 'HX'), run('R2', 'HX')]
  const source = sheet([{ central_sample_id: 'S1', library_name: 'L', flowcell_id: 'HX' }])
  const catalogue = memoryCatalogue(runs, [source])
  const planned = await planSheet(source, catalogue, options())
  expect(lines(planned.plans)).toEqual(['library L L ready', 'run HX L conflict'])
  for (const one of runs) {
    const alone = await planRun(one, catalogue, options())
    expect(lines(alone.plans)).toEqual([`run ${one.reading.reading.run.runId}  sheet`])
  }
})

test('a second run on the flow cell takes back what was asked for the first', async () => {
  const first = run('R1', 'HX')
  const source = sheet([{ central_sample_id: 'S1', library_name: 'L', flowcell_id: 'HX' }])
  const before = await planRun(first, memoryCatalogue([first], [source]), options())
  expect(lines(before.plans)).toEqual(['run R1 L ready'])
  const after = await planSheet(source, memoryCatalogue([first, run('R2', 'HX')], [source]), options())
  expect(after.withdrawn).toContain(before.plans[0]?.submission.id)
})

test('with a run name beside the flow cell the sheet means that run alone', async () => {
  const runs = [run('R1', 'HX'), run('R2', 'HX')]
  const source = sheet([{ central_sample_id: 'S1', library_name: 'L', flowcell_id: 'HX', run_name: 'R2' }])
  const catalogue = memoryCatalogue(runs, [source])
  const planned = await Promise.all(runs.map((one) => planRun(one, catalogue, options())))
  expect(planned.flatMap(({ plans }) => lines(plans))).toEqual(['run R1  sheet', 'run R2 L ready'])
})

test.for(['folder', 'sheet'] as const)(
  'a library renamed in a corrected sheet is no longer asked for under its old name, nor is its run: runs from the %s',
  async (runsFrom) => {
    const made = { run_name: 'R1', instrument_make: 'ILLUMINA', instrument_model: 'MiSeq' }
    const old = sheet([{ central_sample_id: 'S1', library_name: 'LIB-1O', ...made }])
    const from = options([climb], { runsFrom: () => runsFrom })
    const asked = await planSheet(old, memoryCatalogue([], [old]), from)
    expect(lines(asked.plans)[1]).toBe(`run R1 LIB-1O ${runsFrom === 'sheet' ? 'ready' : 'run'}`)
    const corrected = sheet([{ central_sample_id: 'S1', library_name: 'LIB-10', ...made }])
    const gone = await noLongerAsked(old.reading, corrected, memoryCatalogue([], [corrected]), from)
    expect(gone.withdrawn).toEqual(expect.arrayContaining(asked.plans.map((plan) => plan.submission.id)))
  },
)

test('the run that a corrected sheet does not name any more is planned anew', async () => {
  const [first, second] = [run('R1', 'HX'), run('R2', 'HY')]
  const row = { central_sample_id: 'S1', library_name: 'L' }
  const corrected = sheet([{ ...row, run_name: 'R2' }])
  const catalogue = memoryCatalogue([first, second], [corrected])
  const former = await noLongerAsked(read([{ ...row, run_name: 'R1' }]), corrected, catalogue, options())
  expect(former.runs).toEqual([first])
})

test('a sheet that cannot be used asks for nothing', async () => {
  const batch =
    'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth\nB,1Z,1234567890,Human stool,Deep\n'
  const cloud = destination('cloud', 'onecodex-v1')
  for (const reading of [
    readText(batch),
    read([{ central_sample_id: 'S1', library_name: 'L', run_name: 'R1' }]),
  ]) {
    const asked = async (blocked: boolean) => {
      const source = { ...sheet([]), reading: { ...reading, blocked } }
      return (await planSheet(source, memoryCatalogue([], [source]), options([climb, cloud]))).plans
    }
    expect((await asked(false)).length).toBeGreaterThan(0)
    expect(await asked(true)).toEqual([])
  }
})

test('a sheet of many libraries lets everything else have its turn', async () => {
  const many = sheet(
    Array.from({ length: 30 }, (_, at) => ({
      central_sample_id: `S${at}`,
      library_name: `L${at}`,
      run_name: 'R1',
    })),
  )
  let hadTurn = false
  setImmediate(() => {
    hadTurn = true
  })
  await planSheet(many, memoryCatalogue([], [many]), options())
  expect(hadTurn).toBe(true)
})

test('what another sheet still asks for stays', async () => {
  const row = { central_sample_id: 'S1', library_name: 'L', run_name: 'R1' }
  const corrected = sheet([{ ...row, library_name: 'M' }])
  const other = sheet([row], '/sheets/b.csv')
  const catalogue = memoryCatalogue([], [corrected, other])
  expect((await noLongerAsked(read([row]), corrected, catalogue, options())).withdrawn).toEqual([])
})

test('an older sheet that counts again, now that the newer says nothing else any more, is planned anew', async () => {
  const row = { central_sample_id: 'S1', library_name: 'L', run_name: 'R1' }
  const older = sheet([row], '/sheets/b.csv')
  for (const corrected of [sheet([row]), sheet([{ ...row, library_name: 'M' }])]) {
    const former = read([{ ...row, library_seq_kit: 'OTHER' }])
    const { others } = await noLongerAsked(
      former,
      corrected,
      memoryCatalogue([], [corrected, older]),
      options(),
    )
    expect(others).toEqual([older])
  }
})

test('a corrected sheet that cannot be used takes nothing back', async () => {
  const row = { central_sample_id: 'S1', library_name: 'L', run_name: 'R1' }
  const blocked = sheet([{ central_sample_id: 'S1', run_name: 'R1' }])
  expect(blocked.reading.blocked).toBe(true)
  const gone = await noLongerAsked(read([row]), blocked, memoryCatalogue([], [blocked]), options())
  expect(gone).toEqual({ withdrawn: [], runs: [], others: [] })
})
