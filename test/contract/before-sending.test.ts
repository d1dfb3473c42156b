/**
 * What a document requires and a sheet or run folder lacks, and what it lists and somebody misspells, is caught before
 * anything is sent, with the cell or the file named: from the files themselves, as `check` reads them.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config.ts'
import { type CheckResult, checkPaths } from '../../src/planning.ts'
import { type GridIonRun, gridIonName, writeGridIonRun } from '../rig/nanopore.ts'
import { folderOfTest } from '../rig/temporary-folder.ts'

type Cells = Record<string, string>
/** `cell`: an empty or wrong cell, so that its row and column are named. `sheet`: the file, and the column it lacks. */
type Mistake = [
  what: string,
  sheet: Cells[],
  columns: string[],
  field: string,
  named: 'cell' | 'sheet' | 'folder',
]

const RUN: GridIonRun = {
  uuid: '09ef4b3a-1bad-453a-a291-029ac9bd705d',
  flowcellId: 'FAK12345',
  start: '2020-03-22T10:00:05',
  end: '2020-03-23T10:00:12',
}
const NOW = new Date('2026-11-21T12:00:00Z')

const library: Cells = {
  library_name: 'BIRM-LIBRARY-20200322',
  library_source: 'VIRAL_RNA',
  library_selection: 'PCR',
  library_strategy: 'AMPLICON',
  library_layout_config: 'SINGLE',
  library_seq_kit: 'LSK109',
  library_seq_protocol: 'LIGATION',
  library_sop_name: 'ARTIC nCov',
  library_sop_version: 'v2',
  run_name: gridIonName(RUN),
}
const aloneRun: Cells = {
  sequencing_id: RUN.uuid,
  instrument_make: 'OXFORD_NANOPORE',
  instrument_model: 'GridION',
  start_time: '2020-03-22 10:00:05',
}
const batch: Cells = {
  batch_name: 'Plate 7',
  return_tracking_number: '1Z 999',
  specimen_type: 'Human stool',
  sequencing_depth: 'Standard',
}
const samples = (cells: Cells) => ['BIRM-1', 'BIRM-2'].map((id) => ({ central_sample_id: id, ...cells }))
const tubes = (cells: Cells) => ['AB12CD34E1', 'AB12CD34E2'].map((id) => ({ tube_barcode: id, ...cells }))
const without = ({ ...cells }: Cells, field: string): Cells => {
  delete cells[field]
  return cells
}
/** Rows of one sheet that lack a field: as an empty cell, and as a column that is not there. */
const lacking = (rows: Cells[], field: string, named: Mistake[4] = 'cell'): Mistake[] => {
  const columns = Object.keys(rows[0] ?? {})
  const empty = rows.map((one) => ({ ...one, [field]: '' }))
  return [
    [`${field} is empty`, empty, columns, field, named],
    [
      `there is no column ${field}`,
      rows.map((one) => without(one, field)),
      columns.filter((one) => one !== field),
      field,
      'sheet',
    ],
  ]
}
/** The last row alone misspells it. */
const misspelt = (rows: Cells[], field: string, value: string): Mistake => [
  `${field} is ${value}`,
  rows.map((one, index) => (index === rows.length - 1 ? { ...one, [field]: value } : one)),
  Object.keys(rows[0] ?? {}),
  field,
  'cell',
]

const LIBRARY_OPTIONS: Array<[string, string]> = [
  ['library_source', 'VIRAL_RMA'],
  ['library_selection', 'PRC'],
  ['library_strategy', 'AMPLICONS'],
  ['library_layout_config', 'PAIR'],
]
const of20200324 = samples(library)
const of20200325 = samples(without(without(library, 'library_sop_name'), 'library_sop_version'))
const alone = samples({ ...without(library, 'run_name'), ...aloneRun })
const codex = tubes(batch)

/** By document: every field its table requires, every field for which it lists options. */
const documents: Array<[kind: string, runsFrom: 'folder' | 'sheet', mistakes: Mistake[]]> = [
  [
    'majora-2020-03-24',
    'folder',
    [
      ...Object.keys(without(of20200324[0] ?? {}, 'run_name')).flatMap((field) => lacking(of20200324, field)),
      ...LIBRARY_OPTIONS.map(([field, value]) => misspelt(of20200324, field, value)),
    ],
  ],
  [
    'majora-2020-03-24',
    'sheet',
    [
      ...lacking(alone, 'sequencing_id'),
      misspelt(alone, 'sequencing_id', 'run 7'),
      misspelt(alone, 'instrument_make', 'OXFORD_NANOPORES'),
    ],
  ],
  [
    'majora-2020-03-25',
    'folder',
    [
      ...Object.keys(without(of20200325[0] ?? {}, 'run_name')).flatMap((field) => lacking(of20200325, field)),
      ...LIBRARY_OPTIONS.map(([field, value]) => misspelt(of20200325, field, value)),
    ],
  ],
  [
    'majora-2020-03-25',
    'sheet',
    [
      ...lacking(alone, 'sequencing_id'),
      ...lacking(alone, 'instrument_model'),
      misspelt(alone, 'sequencing_id', '09ef4b3a'),
      misspelt(alone, 'instrument_make', 'NANOPORE OXFORD'),
      misspelt(alone, 'start_time', '22/13/2020 10:00'),
    ],
  ],
  [
    'onecodex-v1',
    'folder',
    [
      ...Object.keys(codex[0] ?? {}).flatMap((field) => lacking(codex, field)),
      misspelt(codex, 'specimen_type', 'Human stol'),
      misspelt(codex, 'sequencing_depth', 'Depp'),
      misspelt(codex, 'tube_barcode', 'AB12CD34E'),
      misspelt(codex, 'return_tracking_number', '1Z_999'),
      misspelt(codex.slice(0, 1), 'batch_name', 'x'.repeat(101)),
    ],
  ],
]

describe.for(documents)('%s, runs from the %s', ([kind, runsFrom, mistakes]) => {
  test('what is right would be sent', async () => {
    const rows = kind === 'onecodex-v1' ? codex : runsFrom === 'sheet' ? alone : of20200324
    const { problems, requests } = await checked(kind, runsFrom, rows, Object.keys(rows[0] ?? {}))
    expect(problems.filter((one) => one.severity === 'error')).toEqual([])
    expect(requests).not.toEqual([])
  })

  /** Also before the run has come: a sheet must not wait for weeks to be refused then. */
  const cases = mistakes.flatMap((mistake) =>
    (hasRunFolder(kind, runsFrom) ? [true, false] : [false]).map((come) => [...mistake, come] as const),
  )
  test.for(cases)('%s: is caught and placed', async ([, rows, columns, field, named, come]) => {
    const { problems, requests } = await checked(kind, runsFrom, rows, columns, { come })
    const errors = problems.filter((one) => one.severity === 'error')
    const placed = errors.filter(
      (one) =>
        one.file === 'sheet.csv' &&
        (named === 'cell'
          ? one.column?.name === field && one.rows.length > 0
          : `${one.found}${one.fix}`.includes(field)),
    )
    expect({
      errors: errors.map(({ code, rows, column, found }) => ({ code, rows, column, found })),
      placed: placed.length,
    }).toMatchObject({ placed: 1 })
    expect(requests).not.toContain(stoppedBy(kind, field))
  })
})

test.for([
  ['majora-2020-03-24', of20200324, without(without(library, 'library_name'), 'run_name')],
  ['majora-2020-03-25', of20200325, without(without(of20200325[0] ?? {}, 'library_name'), 'run_name')],
  ['onecodex-v1', codex, { specimen_type: 'Human stool', sequencing_depth: 'Deep' }],
] as const)(
  '%s: what its defaults give may be left empty or out of the sheet',
  async ([kind, rows, given]) => {
    const { central_sample_id: _, ...defaults }: Cells = given
    const columns = Object.keys(rows[0] ?? {})
    const empty = rows.map((row) => ({
      ...row,
      ...Object.fromEntries(Object.keys(defaults).map((one) => [one, ''])),
    }))
    const left = columns.filter((one) => !(one in defaults))
    for (const named of [columns, left]) {
      const { problems, requests } = await checked(kind, 'folder', empty, named, { defaults })
      expect(problems.filter((one) => one.severity === 'error')).toEqual([])
      expect(requests).toContain(stoppedBy(kind, ''))
    }
  },
)

/** A sheet that makes its own runs, or needs none, is checked alone. */
const hasRunFolder = (kind: string, runsFrom: 'folder' | 'sheet'): boolean =>
  kind !== 'onecodex-v1' && runsFrom === 'folder'

/** What must not go while a field is wrong. */
function stoppedBy(kind: string, field: string): string {
  if (kind === 'onecodex-v1') return 'batch'
  const isOfRun = field in aloneRun || field === 'start_time'
  return kind === 'majora-2020-03-24' || isOfRun ? 'run' : 'library'
}

/** A sheet checked together with its run folder, if that has come: all problems, and the types of subject for which a request would go. */
async function checked(
  kind: string,
  runsFrom: 'folder' | 'sheet',
  rows: Cells[],
  columns: string[],
  { come = true, defaults = {} }: { come?: boolean; defaults?: Cells } = {},
): Promise<{ problems: CheckResult['problems']; requests: string[] }> {
  const place = folderOfTest()
  const sheet = join(place, 'sheet.csv')
  const cell = (text = '') => (/[",]/.test(text) ? `"${text}"` : text)
  await writeFile(sheet, [columns, ...rows.map((row) => columns.map((one) => cell(row[one])))].join('\n'))
  const file = join(place, 'runherald.yaml')
  await writeFile(
    file,
    stringify({
      state: folderOfTest(),
      watch: [{ sheets: place, runsFrom }],
      registries: [
        {
          name: 'climb',
          kind,
          url: 'https://registry.example.org',
          defaults,
          auth: { tokenFile: 'token', ...(kind === 'onecodex-v1' ? {} : { username: 'birm' }) },
        },
      ],
    }),
  )
  const config = loadConfig({ file, env: {}, cwd: place, secrets: false })
  if (!config.ok) throw new Error(config.error.map((one) => one.found).join('\n'))
  const paths = come && hasRunFolder(kind, runsFrom) ? [await writeGridIonRun(place, RUN)] : []
  const { results } = await checkPaths([sheet, ...paths], config.value, { now: NOW })
  return {
    problems: results.flatMap((one) => one.problems),
    requests: results.flatMap((one) =>
      one.submissions.flatMap(({ requests, subject }) => (requests.length === 0 ? [] : [subject.type])),
    ),
  }
}
