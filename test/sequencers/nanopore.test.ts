/** Oxford Nanopore runs: what decides how far they are, and what their files may disagree on. */
import { describe, expect, test } from 'vitest'
import { nanopore } from '../../src/sequencers/nanopore/index.ts'
import { memoryFolder } from '../rig/folders.ts'

const NAME = '20240612_0904_2C_PAY10234_5b0f21c7'
const summary = (more: Record<string, string> = {}): string =>
  Object.entries({
    instrument: 'PC24B301',
    position: '2C',
    flow_cell_id: 'PAY10234',
    sample_id: 'pool_07',
    protocol_group_id: 'RESP_2024_W24',
    protocol: 'sequencing/sequencing_PRO114_DNA_e8_2_400K:FLO-PRO114M:SQK-NBD114-96:400',
    protocol_run_id: '5b0f21c7-8a5d-4a4e-9e1c-0d6f3f2b7a11',
    started: '2024-06-12T09:10:41.120000+00:00',
    acquisition_stopped: '2024-06-15T09:10:44.300000+00:00',
    fastq_files_in_final_dest: '12',
    ...more,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
const sheet = (): string =>
  [
    'protocol_run_id,position_id,flow_cell_id,sample_id,experiment_id,flow_cell_product_code,kit',
    ',2C,,pool_07,RESP_2024_W24,FLO-PRO114M,SQK-NBD114-96',
    '',
  ].join('\n')
const report = (info: Record<string, unknown>): string =>
  JSON.stringify({ protocol_run_info: { run_id: '5b0f21c7-8a5d-4a4e-9e1c-0d6f3f2b7a11', ...info } })

test.for([
  ['position', ['/protocol_run_info/device/device_id']],
  ['experimentName', ['/protocol_run_info/user_info/protocol_group_id']],
  ['sampleId', ['/protocol_run_info/user_info/sample_id']],
  [
    'flowcellId',
    [
      '/protocol_run_info/flow_cell/flow_cell_id',
      '/protocol_run_info/user_info/user_specified_flow_cell_id',
      '/protocol_run_info/flow_cell/user_specified_flow_cell_id',
    ],
  ],
  [
    'flowcellType',
    [
      '/protocol_run_info/user_info/user_specified_product_code',
      '/protocol_run_info/flow_cell/user_specified_product_code',
      '/protocol_run_info/flow_cell/product_code',
      '/protocol_run_info/meta_info/tags/flow cell',
    ],
  ],
  ['kit', ['/protocol_run_info/user_info/kit_info/sequencing_kit', '/protocol_run_info/meta_info/tags/kit']],
  [
    'softwareVersion',
    ['/software_versions/distribution_version', '/protocol_run_info/software_versions/distribution_version'],
  ],
] as const)('a report tells the %s in the first of its places that holds one', ([fact, places]) => {
  const file = 'report_PAY10234_20240612_0910_5b0f21c7.json'
  for (const [at, place] of places.entries()) {
    const content = { protocol_run_info: {} }
    for (const one of places.slice(at)) put(content, one, `the value at ${one}`)
    const { run, provenance } = nanopore.read(memoryFolder('a pool', { [file]: JSON.stringify(content) }))
    expect([run[fact], provenance[fact]]).toEqual([`the value at ${place}`, { file, at: place }])
  }
})

/** Makes the members on the way to a place; a tag of MinKNOW's holds its value one step further down. */
function put(content: Record<string, unknown>, place: string, value: string): void {
  const [last = '', ...way] = place.split('/').slice(1).reverse()
  let here = content
  for (const step of way.reverse()) {
    here[step] ??= {}
    here = here[step] as Record<string, unknown>
  }
  here[last] = place.includes('/tags/') ? { string_value: value } : value
}

test.for([
  ['PROTOCOL_COMPLETED', 'completed'],
  ['PROTOCOL_STOPPED_BY_USER', 'stopped'],
  ['PROTOCOL_FINISHED_WITH_ERROR', 'failed'],
  ['PROTOCOL_FINISHED_WITH_DEVICE_ERROR', 'failed'],
  ['PROTOCOL_FINISHED_UNABLE_TO_SEND_TELEMETRY', 'failed'],
  ['PROTOCOL_FINISHED_WITH_FLOW_CELL_DISCONNECT', 'failed'],
  ['PROTOCOL_FINISHED_WITH_ERROR_NO_DISK_SPACE', 'failed'],
  ['PROTOCOL_FINISHED_WITH_SOMETHING_NEW', 'failed'],
  ['PROTOCOL_RUNNING', 'in_progress'],
  ['PROTOCOL_WAITING_FOR_TEMPERATURE', 'in_progress'],
  ['PROTOCOL_WAITING_FOR_ACQUISITION', 'in_progress'],
  ['PROTOCOL_WAITING_FOR_SOMETHING_NEW', 'in_progress'],
  ['PROTOCOL_PAUSED', 'unknown'],
  ['SOMETHING_ELSE', 'unknown'],
  [2, 'unknown'],
])('a report that says %s makes the run %s', ([state, status]) => {
  const folder = memoryFolder(NAME, { 'report_PAY10234_20240612_0910_5b0f21c7.json': report({ state }) })
  const { run, completion } = nanopore.read(folder)
  expect(run.status).toBe(status)
  expect([completion.ended, completion.enough]).toEqual([false, status === 'in_progress' ? undefined : true])
})

describe('what belongs to the end of a run is waited for, and done without where it never comes', () => {
  const json = 'report_PAY10234_20240612_0910_5b0f21c7.json'
  const final = { [json]: report({ state: 'PROTOCOL_STOPPED_BY_USER' }) }
  const modern = { 'final_summary_PAY10234_5b0f21c7_0a1b2c3d.txt': summary() }
  const older = { 'final_summary_PAY10234_0a1b2c3d.txt': summary() }
  test.for<[what: string, files: Record<string, string>, missing: string[]]>([
    ['both', { ...modern, ...final }, []],
    ['a summary named as where reports are JSON', modern, ['report_*.json']],
    ['a summary beside a page of the report', { ...older, 'report_x.html': '' }, ['report_*.json']],
    ['a summary beside MinKNOW’s sheet', { ...older, 'sample_sheet_.csv': sheet() }, ['report_*.json']],
    ['a summary beside tables of older times', { ...older, 'duty_time_x.csv': '' }, ['report*.md']],
    ['a summary beside a printed report', { ...older, 'report_x.pdf': '' }, ['report*.md']],
    ['a summary and nothing else of MinKNOW’s', older, []],
    ['a report exported in mid-run', { ...modern, [json]: report({}) }, [json]],
    ['an empty report', { ...modern, [json]: '' }, [json]],
    ['an empty sheet', { ...modern, ...final, 'sample_sheet_.csv': '' }, ['sample_sheet_.csv']],
    ['a final report', final, ['final_summary_*.txt']],
  ])('%s', ([, files, missing]) => {
    const { completion } = nanopore.read(memoryFolder(NAME, files))
    const ended = missing.length === 0
    expect(completion).toMatchObject({ missing, ended })
    expect(completion.enough).toBe(ended ? undefined : true)
  })

  test.for<[what: string, files: Record<string, string>]>([
    ['half a summary', { ...final, 'final_summary_x.txt': summary().slice(0, 200) }],
    ['an empty summary', { ...final, 'final_summary_x.txt': '' }],
    ['no end at all', { 'sample_sheet_.csv': sheet() }],
    ['a report of a run under way', { [json]: report({}) }],
  ])('%s is never enough', ([, files]) => {
    const { completion } = nanopore.read(memoryFolder(NAME, files))
    expect([completion.ended, completion.enough]).toEqual([false, undefined])
  })
})

test('a final summary decides against a report exported in mid-run, and a final report against the summary', () => {
  const files = { 'final_summary_PAY10234_5b0f21c7_0a1b2c3d.txt': summary() }
  const json = 'report_PAY10234_20240612_0910_5b0f21c7.json'
  const with_ = (state: string) =>
    nanopore.read(memoryFolder(NAME, { ...files, [json]: report({ state }) })).run.status
  expect(with_('PROTOCOL_RUNNING')).toBe('completed')
  expect(with_('PROTOCOL_STOPPED_BY_USER')).toBe('stopped')
})

test.for([
  ['an experiment named differently', { protocol_group_id: 'other' }, 'experimentName'],
  ['a sample named differently', { sample_id: 'other' }, 'sampleId'],
  ['another product of flow cell', { protocol: 'sequencing/x:FLO-MIN106:SQK-NBD114-96' }, 'flowcellType'],
  ['another kit', { protocol: 'sequencing/x:FLO-PRO114M:SQK-LSK114' }, 'kit'],
  ['another position', { position: '3C' }, 'position'],
  ['another flow cell', { flow_cell_id: 'PAY99999' }, 'flowcellId'],
  ['another run id', { protocol_run_id: '00000000-8a5d-4a4e-9e1c-0d6f3f2b7a11' }, 'sequencingUuid'],
  ['a start a month away', { started: '2024-05-12T09:10:41.120000+00:00' }, 'start'],
] as const)('%s is a problem, and null', ([, change, fact]) => {
  const { run, problems, provenance } = nanopore.read(
    memoryFolder(NAME, { 'final_summary_x.txt': summary(change), 'sample_sheet_.csv': sheet() }),
  )
  expect(run[fact]).toBeNull()
  expect(provenance[fact]).toBeUndefined()
  expect(problems.map((one) => one.code)).toEqual(['run-folder.ids-disagree'])
  const others = (['experimentName', 'sampleId', 'kit', 'flowcellId', 'start', 'end'] as const).filter(
    (one) => one !== fact,
  )
  for (const other of others) expect([other, run[other]]).not.toEqual([other, null])
})

test('packagings of one flow cell product do not contradict each other', () => {
  const files = {
    'final_summary_x.txt': summary({ protocol: 'sequencing/x:FLO-PRO114:SQK-NBD114-96' }),
    'report_PAY10234_20240612_0910_5b0f21c7.json': report({
      state: 'PROTOCOL_COMPLETED',
      flow_cell: { flow_cell_id: 'PAY10234', product_code: 'FLO-PRO114M' },
    }),
  }
  const { run, problems } = nanopore.read(memoryFolder(NAME, files))
  expect([run.flowcellType, problems]).toEqual(['FLO-PRO114', []])
})

test('a kit is the same with the point it is sold by and the dash it is written with', () => {
  const files = {
    'final_summary_x.txt': summary(),
    'report_PAY10234_20240612_0910_5b0f21c7.json': report({
      state: 'PROTOCOL_COMPLETED',
      user_info: { kit_info: { sequencing_kit: 'SQK-NBD114.96' } },
    }),
  }
  const { run, problems } = nanopore.read(memoryFolder(NAME, files))
  expect([run.kit, problems]).toEqual(['SQK-NBD114-96', []])
})

test('the product that somebody typed for a flow cell counts before the one stored on it', () => {
  const flow = { user_specified_product_code: 'FLO-PRO114HD', product_code: 'FLO-PRO002' }
  const json = { 'report_PAY10234_20240612_0910_5b0f21c7.json': report({ flow_cell: flow }) }
  expect(nanopore.read(memoryFolder(NAME, json)).run.flowcellType).toBe('FLO-PRO114HD')
})

test('a host name is no serial number', () => {
  const files = { 'final_summary_x.txt': summary({ instrument: 'promethion24.lab.example.org' }) }
  const { run } = nanopore.read(memoryFolder(NAME, files))
  expect([run.instrumentSerial, run.instrumentModel]).toEqual([null, 'PromethION'])
})

test.for([
  ['checks/flowcell_check/FLO-PRO114M:FLO-PRO114M', 'instrument-test'],
  ['/opt/ont/minknow/conf/package/checks/hardware_check.py:CTC', 'instrument-test'],
  ['platform_qc/NC_Platform_QC:FLO-MIN106', 'instrument-test'],
  ['sequencing/sequencing_PRO114_DNA:FLO-PRO114M:SQK-LSK114', null],
] as const)('the protocol %s is of kind %s', ([protocol, kind]) => {
  const files = { 'final_summary_x.txt': summary({ protocol }) }
  expect(nanopore.read(memoryFolder(NAME, files)).test).toBe(kind)
})

test('a Markdown report may begin with empty lines, and tell the protocol run id', () => {
  const id = '5b0f21c7-8a5d-4a4e-9e1c-0d6f3f2b7a11'
  const text = `\n\n# Tracking ID\n\n${JSON.stringify({ flow_cell_id: 'PAY10234', protocol_run_id: id })}\n`
  const { run } = nanopore.read(memoryFolder(NAME, { 'report.md': text }))
  expect([run.flowcellId, run.sequencingUuid]).toEqual(['PAY10234', id])
})

test('a flow cell that a report knows by two ids goes by the one the folder and the summary know', () => {
  const flow = { flow_cell_id: 'PAX00001', user_specified_flow_cell_id: 'PAY10234' }
  const json = { 'report_PAY10234_20240612_0910_5b0f21c7.json': report({ flow_cell: flow }) }
  const { run, problems } = nanopore.read(memoryFolder(NAME, json))
  expect([run.flowcellId, problems]).toEqual(['PAY10234', []])
})

test('a final summary too large or not to be opened is a problem, and the run waits', () => {
  const folder = memoryFolder(NAME, { 'final_summary_x.txt': `${summary()}${'#'.repeat(2 * 1024 * 1024)}` })
  const { completion, problems } = nanopore.read(folder)
  expect(completion.ended).toBe(false)
  expect(problems.map((one) => one.code)).toEqual(['run-folder.file-unreadable'])
})

test('an end before the start is pointed out', () => {
  const files = {
    'final_summary_x.txt': summary({ acquisition_stopped: '2024-06-11T09:10:44.300000+00:00' }),
  }
  const { problems } = nanopore.read(memoryFolder(NAME, files))
  expect(problems.map((one) => one.code)).toEqual(['run-folder.ends-before-start'])
})

test('folders of reads are never listed and reads never opened', () => {
  const opened: string[] = []
  const folder = memoryFolder(NAME, {
    'final_summary_x.txt': summary(),
    'pod5/a.pod5': '',
    'fastq_pass/barcode01/a.fastq.gz': '',
    'sequencing_summary_PAY10234_5b0f21c7_0a1b2c3d.txt': '',
  })
  nanopore.read({
    ...folder,
    list: (path) => {
      throw new Error(`listed ${path}`)
    },
    read: (path, limit) => {
      opened.push(path)
      return folder.read(path, limit)
    },
  })
  expect(opened).toEqual(['final_summary_x.txt'])
})
