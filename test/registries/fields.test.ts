/** Every rule of every field, broken one at a time: a problem that names the field, our column and a way out. */
import { describe, expect, test } from 'vitest'
import type { RegistrySettings, Subject } from '../../src/handovers.ts'
import type { Problem } from '../../src/problems.ts'
import { registries } from '../../src/registries/index.ts'
import { asBatch, asLibrary, asRun, biosample, library, NOW, settings, tube } from './subjects.ts'

type Kind = keyof typeof registries
type Broken = [field: string, code: string, subject: Subject]

const long = (length: number): string => 'x'.repeat(length)
const samples = (more: Parameters<typeof biosample>[0]) => ({ biosamples: [biosample(more)] })
const tubes = (more: Parameters<typeof tube>[0]) => ({ tubes: [tube(more)] })
/** A run in a library that lacks or breaks something. */
const inLibrary = (more: Parameters<typeof library>[0]): Subject => asRun({}, library(more))
const named = (libraryName: string): Subject => ({ ...asRun(), libraryName }) as Subject

const MISSING = 'registry.value-missing'
const OPTION = 'registry.option-unknown'
const LONG = 'registry.value-too-long'
const SHORT = 'registry.value-too-short'
const MALFORMED = 'registry.value-malformed'
const REPEATED = 'registry.value-repeated'

const twice = [biosample(), biosample({ rows: [3] })]

/** A library as `library/add` takes it, with the widths of one server's columns. */
const libraryCall = (nameMax: number, kitMax: number): Broken[] => [
  ['library_name', MISSING, asLibrary({ name: ' ' })],
  ['library_name', LONG, asLibrary({ name: long(nameMax + 1) })],
  ['library_layout_config', MISSING, asLibrary({ layoutConfig: null })],
  ['library_layout_config', OPTION, asLibrary({ layoutConfig: 'DOUBLE' })],
  ['library_seq_kit', MISSING, asLibrary({ seqKit: null })],
  ['library_seq_kit', LONG, asLibrary({ seqKit: long(kitMax + 1) })],
  ['library_seq_protocol', MISSING, asLibrary({ seqProtocol: null })],
  ['library_seq_protocol', LONG, asLibrary({ seqProtocol: long(kitMax + 1) })],
  ['library_layout_read_length', MALFORMED, asLibrary({ layoutReadLength: -1 })],
  ['library_layout_insert_length', MALFORMED, asLibrary({ layoutInsertLength: 1.5 })],
  ['library_layout_insert_length', MALFORMED, asLibrary({ layoutInsertLength: 2 ** 31 })],
  ['biosamples', MISSING, asLibrary({ biosamples: [] })],
  ['central_sample_id', MISSING, asLibrary(samples({ centralSampleId: '' }))],
  ['central_sample_id', REPEATED, asLibrary({ biosamples: twice })],
  ['library_source', MISSING, asLibrary(samples({ librarySource: null }))],
  ['library_source', OPTION, asLibrary(samples({ librarySource: 'VIRAL_RMA' }))],
  ['library_selection', MISSING, asLibrary(samples({ librarySelection: null }))],
  ['library_selection', OPTION, asLibrary(samples({ librarySelection: 'PCRR' }))],
  ['library_strategy', MISSING, asLibrary(samples({ libraryStrategy: null }))],
  ['library_strategy', OPTION, asLibrary(samples({ libraryStrategy: 'AMPLICONS' }))],
  ['barcode', LONG, asLibrary(samples({ barcode: long(25) }))],
  ['library_primers', LONG, asLibrary(samples({ libraryPrimers: long(49) }))],
  ['library_protocol', LONG, asLibrary(samples({ libraryProtocol: long(49) }))],
  ['sequencing_org_received_date', MALFORMED, asLibrary(samples({ sequencingOrgReceivedDate: '8 April' }))],
]

const runCall = (nameMax: number): Broken[] => [
  ['library_name', MISSING, named('')],
  ['library_name', LONG, named(long(nameMax + 1))],
  ['instrument_make', 'registry.make-not-taken', asRun({ instrumentMake: 'ULTIMA' })],
  ['instrument_model', MISSING, asRun({ instrumentModel: null })],
  ['instrument_model', LONG, asRun({ instrumentModel: long(49) })],
  ['flowcell_id', LONG, asRun({ flowcellId: long(49) })],
  ['flowcell_type', LONG, asRun({ flowcellType: long(49) })],
]

const broken: { [K in Kind]?: Broken[] } = {
  'majora-2020-03-24': [
    ['library_name', MISSING, named('')],
    ['library_name', LONG, named(long(49))],
    ['central_sample_id', REPEATED, inLibrary({ biosamples: twice })],
    ['sequencing_id', MALFORMED, asRun({ sequencingId: 'run 7' })],
    ['instrument_make', 'registry.make-not-taken', asRun({ instrumentMake: 'PACIFIC_BIOSCIENCES' })],
    ['library_layout_config', MISSING, inLibrary({ layoutConfig: null })],
    ['library_layout_config', OPTION, inLibrary({ layoutConfig: 'DOUBLE' })],
    ['library_source', MISSING, inLibrary(samples({ librarySource: null }))],
    ['library_source', OPTION, inLibrary(samples({ librarySource: 'VIRAL RNA' }))],
    ['library_selection', MISSING, inLibrary(samples({ librarySelection: null }))],
    ['library_selection', OPTION, inLibrary(samples({ librarySelection: 'RANDOM PCR' }))],
    ['library_strategy', MISSING, inLibrary(samples({ libraryStrategy: null }))],
    ['library_strategy', OPTION, inLibrary(samples({ libraryStrategy: 'TARGETED_CAPTURE' }))],
    ['library_seq_kit', MISSING, inLibrary({ seqKit: null })],
    ['library_seq_kit', LONG, inLibrary({ seqKit: long(49) })],
    ['library_seq_protocl', MISSING, inLibrary({ seqProtocol: null })],
    ['library_seq_protocl', LONG, inLibrary({ seqProtocol: long(49) })],
    ['library_sop_name', MISSING, inLibrary({ sopName: null })],
    ['library_sop_name', LONG, inLibrary({ sopName: long(49) })],
    ['library_sop_version', MISSING, inLibrary({ sopVersion: null })],
    ['library_sop_version', LONG, inLibrary({ sopVersion: long(49) })],
    [
      'library_layout_nominal_length',
      MALFORMED,
      asRun({ instrumentMake: 'ILLUMINA' }, library({ layoutNominalLength: -400 })),
    ],
    [
      'library_source',
      'registry.values-differ',
      inLibrary({ biosamples: [biosample(), biosample({ centralSampleId: 'B', librarySource: 'OTHER' })] }),
    ],
  ],
  'majora-2020-03-25': [
    ...libraryCall(48, 48),
    ...runCall(48),
    ['library_strategy', OPTION, asLibrary(samples({ libraryStrategy: 'TARGETED_CAPTURE' }))],
    ['sequencing_id', MALFORMED, asRun({ sequencingId: 'run 7' })],
  ],
  'majora-2': [
    ...libraryCall(96, 96),
    ...runCall(96),
    ['instrument_make', 'registry.make-not-taken', asRun({ instrumentMake: 'PACIFIC_BIOSCIENCES' })],
    ['library_name', SHORT, asLibrary({ name: 'LIB1' })],
    ['library_name', SHORT, named('LIB1')],
    ['run_name', SHORT, asRun({ folderName: 'run7' })],
    ['run_name', LONG, asRun({ folderName: long(74) })],
    ['bioinfo_pipe_name', LONG, asRun({ bioinfoPipeName: long(97) })],
    ['bioinfo_pipe_version', LONG, asRun({ bioinfoPipeVersion: long(49) })],
  ],
  'onecodex-v1': [
    ['batch_name', MISSING, asBatch({ name: '' })],
    ['batch_name', LONG, asBatch({ name: long(101) })],
    ['return_tracking_numbers', MISSING, asBatch({ returnTrackingNumbers: [] })],
    ['return_tracking_numbers', MALFORMED, asBatch({ returnTrackingNumbers: ['1Z_999'] })],
    ['return_tracking_numbers', MALFORMED, asBatch({ returnTrackingNumbers: [long(256)] })],
    ['samples', MISSING, asBatch({ tubes: [] })],
    ['tube_barcode', MISSING, asBatch(tubes({ tubeBarcode: '' }))],
    ['tube_barcode', MALFORMED, asBatch(tubes({ tubeBarcode: 'OCX493001' }))],
    ['tube_barcode', MALFORMED, asBatch(tubes({ tubeBarcode: 'OCX49300177' }))],
    ['tube_barcode', MALFORMED, asBatch(tubes({ tubeBarcode: '1020304050607A' }))],
    ['tube_barcode', REPEATED, asBatch({ tubes: [tube(), tube({ rows: [3] })] })],
    ['specimen_type', MISSING, asBatch(tubes({ specimenType: null }))],
    ['specimen_type', OPTION, asBatch(tubes({ specimenType: 'Stool' }))],
    ['sequencing_depth', MISSING, asBatch(tubes({ sequencingDepth: null }))],
    ['sequencing_depth', OPTION, asBatch(tubes({ sequencingDepth: 'deep' }))],
  ],
}

/** Fields that are spelt otherwise than the column they are read from. */
const COLUMN_OF: Record<string, string> = {
  biosamples: 'central_sample_id',
  library_seq_protocl: 'library_seq_protocol',
  return_tracking_numbers: 'return_tracking_number',
  samples: 'tube_barcode',
}

/** Fields of a run come from its folder, and stand in no row. */
const OF_RUN = [
  ...['sequencing_id', 'run_name', 'instrument_make', 'instrument_model', 'flowcell_id', 'flowcell_type'],
  ...['bioinfo_pipe_name', 'bioinfo_pipe_version'],
]

/** The same values at their limits, which pass. */
const atTheLimit: Array<[Kind, Subject]> = [
  ['majora-2020-03-24', inLibrary({ seqKit: long(48), seqProtocol: 'x', sopName: '🧬'.repeat(48) })],
  ['majora-2020-03-25', asLibrary({ name: long(48), layoutReadLength: 0, layoutInsertLength: 2 ** 31 - 1 })],
  [
    'majora-2020-03-25',
    asLibrary({ name: 'L', ...samples({ barcode: long(24), libraryPrimers: long(48) }) }),
  ],
  ['majora-2020-03-25', asRun({ instrumentModel: long(48), flowcellId: long(48), flowcellType: 'x' })],
  ['majora-2', asLibrary({ name: long(96), seqKit: long(96), seqProtocol: long(96) })],
  ['majora-2', asLibrary({ name: 'LIB-1', ...samples({ libraryStrategy: 'TARGETED_CAPTURE' }) })],
  ['majora-2', asRun({ folderName: long(73), bioinfoPipeName: long(96), bioinfoPipeVersion: long(48) })],
  ['majora-2', asRun({ folderName: 'run-7', instrumentModel: long(48), flowcellId: null })],
  ['onecodex-v1', asBatch({ name: '🧪'.repeat(100), returnTrackingNumbers: [long(255), 'A', '1 2-3'] })],
  ['onecodex-v1', asBatch({ name: 'B', ...tubes({ tubeBarcode: 'abcdef0123' }) })],
]

describe.for(Object.entries(broken))('%s', ([kind, rows]) => {
  test.for(rows)('%s is checked: %s', ([field, code, subject]) => {
    const problems = problemsOf(kind as Kind, subject)
    expect(problems.map((one) => one.code)).toEqual([code])
    const [only] = problems
    expect(only?.found).toMatch(new RegExp(`^${field}\\b`))
    expect(only?.column).toEqual({ letter: '', name: COLUMN_OF[field] ?? field })
    expect(only?.rows.length === 0).toBe(OF_RUN.includes(field))
    expect(only?.fix).toMatch(/sheet|configuration|map\.|defaults|rows?/)
    expect(`${only?.title} ${only?.fix}`).not.toMatch(/regex|null|schema|undefined/i)
  })
})

test.for(atTheLimit)('%s takes values at their limits', ([kind, subject]) => {
  expect(problemsOf(kind, subject)).toEqual([])
})

test('every problem is told at once, with the rows of each joined', () => {
  const worse = asLibrary({
    seqKit: null,
    layoutConfig: 'DOUBLE',
    biosamples: [2, 3, 4].map((row) =>
      biosample({ centralSampleId: `BIRM-${row}`, librarySource: row === 3 ? 'PCR' : null, rows: [row] }),
    ),
  })
  const problems = problemsOf('majora-2', worse)
  expect(problems.map(({ code, rows }) => [code, rows])).toEqual([
    ['registry.option-unknown', [2, 3]],
    ['registry.value-missing', [2, 3]],
    ['registry.value-missing', [2, 4]],
    ['registry.option-unknown', [3]],
  ])
})

test('a value missing in the sheet names the default that could fill it', () => {
  const [problem] = problemsOf('majora-2020-03-25', asLibrary({ seqKit: null }))
  expect(problem?.fix).toBe(
    'Fill in column library_seq_kit of a registration sheet, and save it again. If it is always the same, the person who looks after runherald can set it once: defaults.library_seq_kit of registry climb.',
  )
})

test('defaults never replace what the sheet gives', () => {
  const made = registries['majora-2'].map(
    asLibrary(),
    settings({ defaults: { library_seq_kit: 'LSK110', library_source: 'OTHER' } }),
    NOW,
  )
  expect(made.ok && made.value.request.body).toMatchObject({
    library_seq_kit: 'LSK109',
    biosamples: [{ library_source: 'VIRAL_RNA' }, { library_source: 'VIRAL_RNA' }],
  })
})

test('defaults are read as an operator writes them, and spelt as the registry does', () => {
  const { defaults } = registries['majora-2020-03-24'].settings
  expect(
    defaults.parse({ library_source: 'viral rna', library_selection: 'Random-PCR', library_sop_version: 3 }),
  ).toEqual({ library_source: 'VIRAL_RNA', library_selection: 'RANDOM_PCR', library_sop_version: '3' })
  expect(defaults.safeParse({ library_source: 'viral rma' }).success).toBe(false)
  expect(defaults.safeParse({ library_seq_kit: ' ' }).success).toBe(false)
  const oneCodex = registries['onecodex-v1'].settings.defaults
  expect(oneCodex.parse({ specimen_type: 'human stool', sequencing_depth: 'DEEP' })).toEqual({
    specimen_type: 'Human stool',
    sequencing_depth: 'Deep',
  })
})

test('the Majora of 2020-03-24 refuses a run whose library no sheet describes, naming what no default tells', () => {
  const [problem, ...others] = problemsOf(
    'majora-2020-03-24',
    asRun({}, null),
    settings({ defaults: { library_source: 'VIRAL_RNA', library_sop_version: 'v2' } }),
  )
  expect(others).toEqual([])
  expect(problem?.code).toBe('registry.library-missing')
  expect(problem?.found).toBe(
    'library BIRM-LIBRARY-20200409: biosamples (column central_sample_id), library_selection, library_strategy, ' +
      'library_layout_config, library_seq_kit, library_seq_protocol, library_sop_name',
  )
})

test('the Majora of 2020-03-24 refuses a library without biosamples', () => {
  const found = problemsOf('majora-2020-03-24', inLibrary({ biosamples: [] })).map((one) => one.found)
  expect(found).toContain('biosamples (column central_sample_id) is not given')
})

test('the Majora of 2020-03-24 is told a nominal length by Illumina runs only, and a person is told so', () => {
  const length = { layoutNominalLength: 400 }
  const made = registries['majora-2020-03-24'].map(inLibrary(length), settings())
  expect(made.ok && made.value.request.body).not.toHaveProperty('library_layout_nominal_length')
  expect(made.ok && made.value.warnings.map((one) => one.code)).toEqual(['registry.value-left-out'])
})

test('a library that Django would not take in one request is refused before it is sent', () => {
  const many = Array.from({ length: 30_000 }, (_, at) =>
    biosample({ centralSampleId: `BIRM-${at}`, rows: [at] }),
  )
  expect(problemsOf('majora-2', asLibrary({ biosamples: many })).map((one) => one.code)).toEqual([
    'registry.request-too-large',
  ])
})

function problemsOf(kind: Kind, subject: Subject, given: RegistrySettings = settings()): Problem[] {
  const made = registries[kind].map(subject, given, NOW)
  return made.ok ? [] : made.error
}
