/** Illumina runs: markers, times and ids as each generation of instrument writes them, and folders half copied. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { RunFolder } from '../../src/handovers.ts'
import type { Completion, RunFacts, RunReading } from '../../src/record/run.ts'
import { illumina } from '../../src/sequencers/illumina/index.ts'
import { diskFolder, memoryFolder } from '../rig/folders.ts'

const RUNS = fileURLToPath(new URL('../../fixtures/runs/illumina/', import.meta.url))
const fixtures = readdirSync(RUNS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

type Files = Record<string, Uint8Array>

/** The files in a fixture's root. */
function filesOf(name: string): Files {
  const entries = readdirSync(join(RUNS, name), { withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(entries.map((entry) => [entry.name, readFileSync(join(RUNS, name, entry.name))]))
}

/** What must be the same in the end, whatever came first; but for the moment a file came. */
function told({ run, completion, problems }: RunReading) {
  const end = run.end?.zone === 'mtime' ? { ...run.end, instant: '<modification time>' } : run.end
  return { run: { ...run, end }, completion, problems: problems.map((one) => one.code) }
}

const read = (name: string, files: Record<string, string | Uint8Array>) =>
  illumina.read(memoryFolder(name, files))

/** A run folder of a NovaSeq 6000 that has ended, with some files in place of its own; null takes one away. */
function novaSeq(changes: Record<string, string | Uint8Array | null> = {}): RunReading {
  const name = '210615_A00412_0309_AHY2CKDSX2'
  const files: Record<string, string | Uint8Array | null> = { ...filesOf(name), ...changes }
  return read(
    name,
    Object.fromEntries(Object.entries(files).flatMap(([file, to]) => (to === null ? [] : [[file, to]]))),
  )
}

const text = (name: string, file: string) => readFileSync(join(RUNS, name, file), 'utf8')

describe('every fixture', () => {
  test.for(fixtures)('%s says of each fact in which of its files it stands', (name) => {
    const { run, provenance } = illumina.read(diskFolder(join(RUNS, name)))
    const makeItself = ['folderName', 'instrumentMake', 'status', 'fullyCopied', 'cells']
    for (const [field, value] of Object.entries(run)) {
      if (value === null || makeItself.includes(field) || (field === 'runId' && value === name)) continue
      expect([field, provenance[field as keyof RunFacts]]).toEqual([
        field,
        { file: expect.any(String), at: expect.any(String) },
      ])
    }
    for (const source of Object.values(provenance))
      expect([source.file, existsSync(join(RUNS, name, source.file))]).toEqual([source.file, true])
  })
})

describe('recognising', () => {
  const recognise = (name: string, ...names: string[]) =>
    illumina.recognise(memoryFolder(name, Object.fromEntries(names.map((one) => [one, '']))))

  test.for<[boolean, string, ...string[]]>([
    [true, 'renamed by the lab', 'RunInfo.xml'],
    [true, 'renamed by the lab', 'runinfo.XML'],
    [true, 'renamed by the lab', 'runParameters.xml'],
    [true, '210615_A00412_0309_AHY2CKDSX2', 'InterOp/ExtractionMetricsOut.bin'],
    [true, '151014_D00154_0539_AHCTK2BCXX_HiSeq 2500_TruSeq Exome_12 replicates', 'SampleSheet.csv'],
    [true, '231020_LHP01_0007_A22A1PLT3', 'RTAComplete.txt'],
    [false, '210615_A00412_0309_AHY2CKDSX2', 'notes.txt'],
    [false, 'project', 'SampleSheet.csv'],
    [false, 'project', 'Analysis/1/RunInfo.xml'],
    [false, '20250127_AV244103_1234_NT1850075L', 'RunParameters.json', 'SampleSheet.csv'],
    [false, '20240926_AV242106_A2349523513', 'RunParameters.json', 'RunManifest.csv'],
  ])('%s: %s with %s', ([expected, name, ...names]) => {
    expect(recognise(name, ...names)).toBe(expected)
  })

  test('marks are the few files that tell how far the run is', () => {
    const folder = memoryFolder('x', {
      'RunInfo.xml': '',
      'RunParameters.xml': '',
      'copycomplete.txt': '',
      'RTARead4Complete.txt': '',
      'SampleSheet.csv': '',
      'Data/Intensities/s.locs': '',
      'RTAComplete.txt/odd': '',
      'RTAExited.txt': '',
    })
    expect(illumina.marks(folder)).toEqual([
      'RTARead4Complete.txt',
      'RunInfo.xml',
      'RunParameters.xml',
      'SampleSheet.csv',
      'copycomplete.txt',
    ])
  })

  test('the sheet that counts comes first, then others beside it', () => {
    const names = [
      '20210615_pool_samplesheet.csv',
      'SampleSheet_old.csv',
      'samplesheet.CSV',
      'SampleSheet.csv.bak',
    ]
    const folder = memoryFolder('x', Object.fromEntries(names.map((name) => [name, ''])))
    expect(illumina.sheets(folder)).toEqual([
      'samplesheet.CSV',
      '20210615_pool_samplesheet.csv',
      'SampleSheet_old.csv',
    ])
  })
})

/** A run folder of two short files: what is told of the run in RunInfo.xml, and all of RunParameters.xml. */
function short({
  run = '',
  parameters = '',
  id = '170101_X_1_Y',
  ...files
}: Record<string, string>): RunReading {
  return read('170101_X_1_Y', {
    'RunInfo.xml': `<RunInfo><Run Id="${id}">${run}</Run></RunInfo>`,
    'RunParameters.xml': `<RunParameters>${parameters}</RunParameters>`,
    ...files,
  })
}

describe('which instrument it is', () => {
  test.for<[model: string | null, serial: string, parameters: string]>([
    ['NovaSeq X', 'LH00317', '<InstrumentType>NovaSeqX</InstrumentType>'],
    ['NextSeq 2000', 'VH00317', '<InstrumentType>NextSeq 2000</InstrumentType>'],
    ['NextSeq 1000', 'VL00317', '<InstrumentType>NextSeq1k2k</InstrumentType>'],
    [null, 'LH00317', '<InstrumentType>NovaSeqXUltra</InstrumentType>'],
    ['HiSeq 2500', 'HWI-D00123', ''],
    ['HiSeq 2000', 'SN1001', '<Setup><RunMode>HighOutput</RunMode></Setup>'],
    ['HiSeq 2500', 'SN1001', '<Setup><RunMode>RapidRun</RunMode></Setup>'],
    [null, 'SL-HDF', ''],
    [null, 'NB000000', ''],
  ])('%s: serial %s, %s', ([model, serial, parameters]) => {
    const { run } = short({ run: `<Instrument>${serial}</Instrument>`, parameters })
    expect([run.instrumentModel, run.instrumentSerial]).toEqual([model, serial])
  })

  test('a HiSeq of a centre with serials of its own ends as HiSeqs do, by what it calls its flow cell', () => {
    const { run, completion } = short({
      run: '<Instrument>HF1</Instrument>',
      parameters: '<Setup><Flowcell>HiSeq 3000/4000 SR</Flowcell></Setup>',
      'RTAComplete.txt': 'RTA 2.7.7 completed on 1/2/2017 9:17:40 AM',
    })
    expect([run.instrumentModel, completion.ended]).toEqual([null, true])
  })
})

describe('reads', () => {
  const reads = (...list: string[]) => `<Reads>${list.join('')}</Reads>`
  const marked = [
    '<Read FirstCycle="1" LastCycle="51"/>',
    '<Read FirstCycle="52" LastCycle="58"><Index/></Read>',
  ]
  const unmarked = marked.map((read) => read.replace('<Index/>', ''))
  const third = '<Read FirstCycle="59" LastCycle="109"/>'

  test.for<[string | null, string, string]>([
    ['51T7B', reads(...marked), ''],
    ['51T7B51T', `${reads(...unmarked, third)}<SecondRead FirstCycle="59"/>`, ''],
    [null, reads(...unmarked), ''],
    ['51T7B', reads(...unmarked), '<Setup><Read1>51</Read1><IndexRead>7</IndexRead><Read2>0</Read2></Setup>'],
    [null, reads('<Read Number="1" NumCycles="151" IsIndexedRead="?"/>'), ''],
    ['75T8B75T', '', '<Setup><Read1>75</Read1><Read2>75</Read2><Index1Read>8</Index1Read></Setup>'],
    [
      '151T8B',
      '',
      '<PlannedRead1Cycles>151</PlannedRead1Cycles><PlannedIndex1ReadCycles>8</PlannedIndex1ReadCycles>',
    ],
  ])('%s: %s %s', ([structure, run, parameters]) => {
    expect(short({ run, parameters }).run.readStructure).toBe(structure)
  })
})

describe('what became of the sequencing', () => {
  const status = (inner: string) => `<RunCompletionStatus>${inner}</RunCompletionStatus>`
  test.for<[string, Completion['state']]>([
    ['<CompletionStatus>CompletedAsPlanned</CompletionStatus>', 'completed'],
    ['<CompletionStatus>SuccessfullyCompleted</CompletionStatus>', 'completed'],
    ['<RunStatus>RunCompleted</RunStatus>', 'completed'],
    ['<RunStatus>RunErrored</RunStatus>', 'failed'],
    ['<CompletionStatus>ExceptionEndedEarly</CompletionStatus>', 'failed'],
    ['<CompletionStatus>UserEndedEarly</CompletionStatus>', 'stopped'],
    ['<RunStatus>RunAborted</RunStatus>', 'stopped'],
    ['<RunStatus>Cancelled</RunStatus>', 'stopped'],
    ['<RunStatus>AlmostCompleted</RunStatus>', 'unknown'],
    ['<RunStatus>Unicorn</RunStatus>', 'unknown'],
    ['<CompletionStatus />', 'unknown'],
    ['', 'unknown'],
    ['<CompletionStatus>CompletedAsPlanned</CompletionStatus><RunStatus>RunErrored</RunStatus>', 'unknown'],
    ['<CompletionStatus xmlns:xsd="">ExceptionEndedEarly</CompletionStatus>', 'failed'],
  ])('%s: %s', ([inner, state]) => {
    const { run, completion } = novaSeq({ 'RunCompletionStatus.xml': status(inner) })
    expect([run.status, completion.state, completion.ended]).toEqual([state, state, true])
  })

  test('a status file that is damaged never passes for success', () => {
    const { completion, problems } = novaSeq({ 'RunCompletionStatus.xml': '<RunCompletionStatus <a/>' })
    expect([completion.state, completion.ended]).toEqual(['unknown', true])
    expect(problems.map((one) => one.code)).toEqual(['run-folder.file-broken'])
  })

  test('a run that failed is taken in the end, though its markers never come', () => {
    const { completion } = novaSeq({
      'RunCompletionStatus.xml': status('<RunStatus>RunErrored</RunStatus>'),
      'CopyComplete.txt': null,
      'RTAComplete.txt': null,
      'SequenceComplete.txt': null,
    })
    expect(completion).toMatchObject({ state: 'failed', ended: false, enough: true })
  })

  test('what the instrument says went wrong is shown', () => {
    const inner =
      '<RunStatus>RunErrored</RunStatus><RunError><Type>Fluidics</Type><Message>Leak</Message></RunError>'
    const { problems } = novaSeq({ 'RunCompletionStatus.xml': status(inner) })
    expect(problems).toMatchObject([
      { code: 'run-folder.run-failed', found: 'RunErrored: Fluidics: Leak', file: 'RunCompletionStatus.xml' },
    ])
  })
})

describe('end markers', () => {
  test.for<[string, Record<string, string | null>, Partial<Completion>]>([
    [
      'the copy is awaited',
      { 'CopyComplete.txt': null },
      { state: 'completed', ended: false, missing: ['CopyComplete.txt'] },
    ],
    [
      'the copy marker suffices',
      { 'RTAComplete.txt': null, 'SequenceComplete.txt': null },
      { state: 'completed', ended: true, missing: [] },
    ],
    [
      'sequenced, not yet base-called',
      { 'CopyComplete.txt': null, 'RTAComplete.txt': null },
      { state: 'completed', ended: false, missing: ['CopyComplete.txt'] },
    ],
    [
      'no marker at all',
      { 'CopyComplete.txt': null, 'RTAComplete.txt': null, 'SequenceComplete.txt': null },
      { state: 'in_progress', ended: false, missing: ['CopyComplete.txt'] },
    ],
    [
      'markers before RunInfo.xml',
      { 'RunInfo.xml': null },
      { state: 'in_progress', ended: false, missing: ['RunInfo.xml'] },
    ],
    [
      'RunInfo.xml that names no run',
      { 'RunInfo.xml': '<RunInfo />', 'RunParameters.xml': '<RunParameters />' },
      { state: 'in_progress', ended: false, missing: ['RunInfo.xml'] },
    ],
    [
      'RunInfo.xml that is a page of a proxy',
      { 'RunInfo.xml': '<html><body/></html>' },
      { state: 'in_progress', ended: false, missing: ['RunInfo.xml'] },
    ],
    [
      'markers before RunParameters.xml, which some sites never copy',
      { 'RunParameters.xml': null },
      { state: 'completed', ended: false, missing: ['RunParameters.xml'], enough: true },
    ],
    [
      'half of RunParameters.xml',
      { 'RunParameters.xml': '<RunParameters><Side>A</Side>' },
      { state: 'in_progress', ended: false, missing: ['RunParameters.xml'] },
    ],
    [
      'half of the outcome',
      { 'RunCompletionStatus.xml': '<RunCompletionStatus>' },
      { state: 'in_progress', ended: false, missing: ['RunCompletionStatus.xml'] },
    ],
    [
      'space reserved for the outcome',
      { 'RunCompletionStatus.xml': '\0'.repeat(700) },
      { state: 'in_progress', ended: false, missing: ['RunCompletionStatus.xml'] },
    ],
  ])('%s', ([, changes, expected]) => {
    const { completion } = novaSeq(changes)
    expect(completion).toMatchObject(expected)
    expect(completion.enough).toBe(expected.enough)
  })

  test.for<[run: string, without: string, state: Completion['state'], enough?: true]>([
    ['20231204_LH00317_0041_A22GK7TLT3', 'RunCompletionStatus.xml', 'completed', true],
    ['20231204_LH00317_0041_A22GK7TLT3', 'CopyComplete.txt', 'completed'],
    ['210607_NB501822_0415_AHJ5NTBGXJ', 'RTAComplete.txt', 'completed', true],
    ['210607_NB501822_0415_AHJ5NTBGXJ', 'RunCompletionStatus.xml', 'completed', true],
    ['210607_NB501822_0415_AHJ5NTBGXJ', 'CopyComplete.txt', 'completed'],
    ['160506_NS500214_0102_AHW2LKBGXX', 'RunCompletionStatus.xml', 'completed', true],
    ['160506_NS500214_0102_AHW2LKBGXX', 'RTAComplete.txt', 'completed'],
    ['150601_M02077_0118_000000000-AEW1P', 'runParameters.xml', 'completed', true],
    ['150601_M02077_0118_000000000-AEW1P', 'RTAComplete.txt', 'in_progress'],
  ])('%s without %s is %s; is the rest enough: %s', ([name, file, state, enough]) => {
    const { [file]: absent, ...files } = filesOf(name)
    expect(absent).toBeDefined()
    const { completion } = read(name, files)
    expect(completion).toMatchObject({ state, ended: false })
    expect(completion.missing.map((one) => one.toLowerCase())).toEqual([file.toLowerCase()])
    expect(completion.enough).toBe(enough)
  })

  test('markers of a secondary analysis are not the run’s', () => {
    const { completion } = novaSeq({ 'CopyComplete.txt': null, 'Analysis/1/CopyComplete.txt': '' })
    expect(completion.missing).toEqual(['CopyComplete.txt'])
  })

  test.for<[string, Completion['state'], string]>([
    [
      '2023-01-19T07:12:29-07:00',
      'completed',
      'RunParameters.xml tells the end, CopyComplete.txt and RTAComplete.txt not yet',
    ],
    ['0001-01-01T00:00:00', 'in_progress', 'no end marker is there yet'],
  ])('an iSeq that writes %s as its end, before any marker, is %s', ([end, state, because]) => {
    const name = '20230118_FS10002144_31_BSF61302-0412'
    const { 'copycomplete.txt': _, 'RTAComplete.txt': __, ...files } = filesOf(name)
    const parameters = text(name, 'RunParameters.xml').replace(/(<RunEndDate>)[^<]*/, `$1${end}`)
    const { completion } = read(name, { ...files, 'RunParameters.xml': parameters })
    expect(completion).toMatchObject({ state, because, ended: false })
  })

  test.for<[string, string | null]>([
    ['<FlowCellType>NovaSeqXSeriesB4</FlowCellType>', '25B'],
    ['<FlowCellType>10B</FlowCellType>', '10B'],
    ['<FlowCellType>NovaSeqXSeriesB9</FlowCellType>', null],
  ])('a NovaSeq X that says %s has a flow cell of %s', ([inner, type]) => {
    const parameters = `<InstrumentType>NovaSeqX</InstrumentType>${inner}`
    expect(short({ parameters }).run.flowcellType).toBe(type)
  })

  test('a HiSeq whose site script marks the copy is taken by that', () => {
    const files = filesOf('180904_K00241_0388_BHWJ7FBBXY')
    const reading = read('180904_K00241_0388_BHWJ7FBBXY', { ...files, 'CopyComplete.txt': '' })
    expect(reading.completion).toMatchObject({ state: 'completed', because: 'CopyComplete.txt', ended: true })
  })

  test('an instrument nobody knows is taken by the marker of its copy, or of a first-generation base caller', () => {
    const strip = (xml: string) => xml.replaceAll('A00412', 'Pi1-9')
    const unknown = {
      'RunInfo.xml': strip(text('210615_A00412_0309_AHY2CKDSX2', 'RunInfo.xml')),
      'RunParameters.xml': '<RunParameters><RunId>210615_Pi1-9_0309_AHY2CKDSX2</RunId></RunParameters>',
      'SampleSheet_lane4.csv': null,
      'SequenceComplete.txt': null,
    }
    const taken = (changes: Record<string, string | null>) =>
      novaSeq({ ...unknown, ...changes }).completion.ended
    expect(novaSeq(unknown).run.instrumentModel).toBe(null)
    expect(taken({})).toBe(true)
    expect(taken({ 'CopyComplete.txt': null, 'RTAComplete.txt': '' })).toBe(false)
    const rta1 = '6/17/2021,05:12:25.107,Illumina RTA 1.18.64'
    expect(taken({ 'CopyComplete.txt': null, 'RTAComplete.txt': rta1 })).toBe(true)
  })
})

describe('times', () => {
  const withDate = (date: string) =>
    novaSeq({
      'RunInfo.xml': text('210615_A00412_0309_AHY2CKDSX2', 'RunInfo.xml').replace(
        /<Date>.*<\/Date>/,
        `<Date>${date}</Date>`,
      ),
      'RunParameters.xml': text('210615_A00412_0309_AHY2CKDSX2', 'RunParameters.xml').replace(
        /<RunStartDate>.*>/,
        '',
      ),
    }).run.start

  test.for<[string, string | null, string | null]>([
    ['210615', '2021-06-15', null],
    ['20210615', '2021-06-15', null],
    ['6/15/2021 1:19:06 PM', '2021-06-15T13:19:06', null],
    ['12/1/2021 12:00:00 AM', '2021-12-01T00:00:00', null],
    ['2/29/2020 12:30:00 PM', '2020-02-29T12:30:00', null],
    ['2021-06-15T13:19:06Z', null, '2021-06-15T13:19:06.000Z'],
    ['2021-06-15T13:19:06.5342935+02:00', null, '2021-06-15T11:19:06.534Z'],
    ['2021-06-15T13:19:06', '2021-06-15T13:19:06', null],
    ['16/06/2021 13:19:06', '2021-06-16T13:19:06', null],
    ['7/6/2021 1:19:06 PM', '2021-07-06T13:19:06', null],
  ])('%s', ([date, local, instant]) => {
    expect(withDate(date)).toMatchObject({ text: date, local, instant })
  })

  test.for([
    '000000',
    '22021-06-15T01:06:02Z',
    '0001-01-01T00:00:00',
    '2/30/2021 1:00:00 PM',
    '13/13/2021 1:00:00 PM',
    '6/15/2021 13:00:00 PM',
    '15 June',
    'Tuesday',
    '6/15/2021 1:19:06 PM or so',
  ])('a date of "%s" is none, and the day in the run id counts', (date) => {
    expect(withDate(date)).toMatchObject({ text: '210615', local: '2021-06-15', precision: 'date' })
  })

  test.for<[string, string]>([
    ['210706', '2021-07-06T13:19:06'],
    ['210607', '2021-06-07T13:19:06'],
    ['210608', '2021-06-07T13:19:06'],
    ['210901', '2021-07-06T13:19:06'],
  ])('a run of the day %s that began 7/6/2021 began at %s', ([day, local]) => {
    const { run } = short({ id: `${day}_A00412_0309_AHY2CKDSX2`, run: '<Date>7/6/2021 1:19:06 PM</Date>' })
    expect(run.start?.local).toBe(local)
  })

  test('a NovaSeq whose RunInfo.xml has no date started when its flow cell came in, to ten minutes', () => {
    const parameters = (when: string) =>
      `<RfidsInfo><FlowCellStartDate>${when}</FlowCellStartDate></RfidsInfo><RunStartDate>180517</RunStartDate>`
    expect(short({ parameters: parameters('05/17/2018 15:30:00') }).run.start).toEqual({
      ...{ text: '05/17/2018 15:30:00', local: '2018-05-17T15:30', instant: null },
      ...{ zone: 'local', precision: 'minute' },
    })
    expect(short({ parameters: parameters('01/01/0001 00:00:00') }).run.start?.local).toBe('2018-05-17')
  })

  const ended = (start: string, marker: string, mtime = '2016-06-10T10:00:00.000Z') => {
    const name = '150601_M02077_0118_000000000-AEW1P'
    const files: Record<string, string | Uint8Array> = filesOf(name)
    files['RunInfo.xml'] = text(name, 'RunInfo.xml').replace('150601</Date>', `${start}</Date>`)
    files['RTAComplete.txt'] = marker
    files['Basecalling_Netcopy_complete.txt'] = ''
    const reading = illumina.read(
      memoryFolder(name, files, { mtimes: { 'RTAComplete.txt': new Date(mtime) } }),
    )
    return { ...reading, end: reading.run.end, at: reading.provenance.end?.at }
  }

  test.for<[string, string, string, boolean]>([
    ['160601', '6/3/2016,05:12:25.107,Illumina RTA 1.18.54', '2016-06-03T05:12:25', false],
    ['160905', '7/9/2016,13:43:34.854,Illumina RTA 1.18.54', '2016-09-07T13:43:34', false],
    ['160601', '03-Jun-16,20:05:45.709,Illumina RTA 1.18.54', '2016-06-03T20:05:45', false],
    ['160601', '03.06.2016,20:05:45.709,Illumina RTA 1.18.54', '2016-06-03T20:05:45', false],
    ['160601', '2016-06-03,20:05:45.709,Illumina RTA 1.18.54', '2016-06-03T20:05:45', false],
    ['160601', '2016/06/03,20:05:45.709,Illumina RTA 1.18.54', '2016-06-03T20:05:45', false],
    ['160601', '3.6.2016,20.05.45.709,Illumina RTA 1.18.54', '2016-06-03T20:05:45', false],
    ['160601', 'RTA 2.7.7 completed on 6/3/2016 9:17:40 PM', '2016-06-03T21:17:40', false],
    ['160601', 'RTA 2.7.7 completed on 3/06/2016 9:17:40 pm', '2016-06-03T21:17:40', false],
    ['160601', 'RTA 2.7.7 completed on 3/06/2016 9:17:40 p.m.', '2016-06-03T21:17:40', false],
    ['160601', 'RTA 2.7.7 completed on 2016/6/3 21:17:40', '2016-06-03T21:17:40', false],
    ['160601', 'RTA 2.7.7 completed on 3. 6. 2016 21:17:40', '2016-06-03T21:17:40', false],
    ['160825', 'RTA 2.7.7 completed on 03-Sept-2016 21:17:40', '2016-09-03T21:17:40', false],
    ['160601', 'RTA 2.7.7 completed on 03/06/2016 21:17:40\r\n', '2016-06-03T21:17:40', false],
    ['160601', 'RTA 2.7.7 completed on 03/06/2016 09:17:40\r\n', '2016-06-03T09:17:40', false],
    ['160505', '5/6/2016,05:12:25.107,Illumina RTA 1.18.54', '2016-05-06T05:12:25', false],
    ['160506', '5/6/2016,05:12:25.107,Illumina RTA 1.18.54', '2016-05-06T05:12:25', true],
    ['151231', '1/2/2016,05:12:25.107,Illumina RTA 1.18.54', '2016-01-02T05:12:25', false],
  ])('a run of %s that ended "%s" ended at %s', ([start, marker, local, ambiguous]) => {
    const { end, at, problems, completion } = ended(start, marker)
    expect(completion.ended).toBe(true)
    expect([end?.local, at]).toEqual([local, 'text'])
    expect(problems.map((one) => one.code).includes('run-folder.date-ambiguous')).toBe(ambiguous)
  })

  test.for([
    '',
    ' ',
    '\r\n',
    'Illumina RTA 1.13.56',
    'done',
    '1/2/2011,05:12:25.107,Illumina RTA 1.18.54',
    'RTA 2.7.7 completed on 2016年6月3日',
  ])('a marker of "%s" tells no time, and its modification time is said to be one', (marker) => {
    const { end, at, completion } = ended('160601', marker)
    expect(completion.ended).toBe(true)
    expect(end).toEqual({
      text: null,
      local: null,
      instant: '2016-06-10T10:00:00.000Z',
      zone: 'mtime',
      precision: 'second',
    })
    expect(at).toBe('modification time')
  })

  test.for([
    ['RTA 2.7.7 completed on 03/06/2016 09:17:40', '2016-06-03T09:17:40'],
    ['6/3/2016,05:12:25', '2016-06-03T05:12:25'],
    ['RTA 2.7.7 completed on Friday', undefined],
  ])('a marker of "%s" may want its end: it is waited for, and in the end does', ([marker = '', local]) => {
    const { end, completion } = ended('160601', marker)
    expect(completion).toEqual({
      state: 'completed',
      because: 'RTAComplete.txt may not be whole yet',
      missing: ['RTAComplete.txt'],
      ended: false,
      enough: true,
    })
    expect(end).toMatchObject(local === undefined ? { zone: 'mtime' } : { local })
  })

  test('a run that ends before it starts keeps both times and says so', () => {
    const status = text('20231204_LH00317_0041_A22GK7TLT3', 'RunCompletionStatus.xml')
    const turned = status.replace('<RunEndTime>2023-12-05', '<RunEndTime>2022-12-05')
    const { run, problems } = novaSeq({ 'RunCompletionStatus.xml': turned })
    expect(run.end?.instant).toBe('2022-12-05T14:24:13.793Z')
    expect(problems.map((one) => one.code)).toContain('run-folder.ends-before-start')
  })
})

describe('files that contradict each other', () => {
  const parameters = text('210615_A00412_0309_AHY2CKDSX2', 'RunParameters.xml')
  const RUN = '210615_A00412_0309_AHY2CKDSX2'

  test('an id told in two ways is null, and a problem names both', () => {
    const { run, problems, provenance } = novaSeq({
      'RunParameters.xml': parameters.replace('<InstrumentName>A00412', '<InstrumentName>A00999'),
    })
    expect([run.instrumentSerial, provenance.instrumentSerial]).toEqual([null, undefined])
    expect(problems).toMatchObject([
      {
        code: 'run-folder.ids-disagree',
        severity: 'error',
        file: 'RunParameters.xml',
        found: 'the instrument is "A00412" in RunInfo.xml and "A00999" in RunParameters.xml',
      },
    ])
  })

  test.for<[keyof RunFacts, run: string, parameters: string, found: string]>([
    [
      'position',
      '<FlowcellLayout FlowcellSide="2"/>',
      '<Side>A</Side>',
      'the position is "A" in RunParameters.xml and "B" in RunInfo.xml',
    ],
    [
      'readStructure',
      '<Reads><Read Number="1" NumCycles="151" IsIndexedRead="N"/></Reads>',
      '<PlannedRead1Cycles>101</PlannedRead1Cycles>',
      'the read structure is "151T" in RunInfo.xml and "101T" in RunParameters.xml',
    ],
    [
      'flowcellId',
      '<Flowcell>HAAAADSX2</Flowcell><Flowcell>HBBBBDSX2</Flowcell>',
      '<FlowCellSerial>HAAAADSX2</FlowCellSerial>',
      '/RunInfo/Run/Flowcell is "HAAAADSX2" and "HBBBBDSX2"',
    ],
    [
      'experimentName',
      '',
      '<ExperimentName>one</ExperimentName><ExperimentName/><ExperimentName>two</ExperimentName>',
      '/RunParameters/ExperimentName is "one" and "two"',
    ],
  ])('%s: %s beside %s', ([fact, run, parameters, found]) => {
    const told = short({ run, parameters })
    expect([told.run[fact], told.provenance[fact]]).toEqual([null, undefined])
    expect(told.problems).toMatchObject([{ code: 'run-folder.ids-disagree', severity: 'error', found }])
  })

  test('a fact told twice in the same words, or once and once not, is told', () => {
    const parameters =
      '<ExperimentName/><ExperimentName>one</ExperimentName><ExperimentName>one</ExperimentName>'
    expect(short({ parameters }).run.experimentName).toBe('one')
  })

  test.for<[string, string, string, string]>([
    ['the folder is named by RunInfo.xml', RUN, '210616_A00412_0310_BHY2CKDSX2', 'warning'],
    ['the folder has a name of its own', '210617_other', '210616_A00412_0310_BHY2CKDSX2', 'error'],
  ])('two run ids, %s: RunInfo.xml counts', ([, folderName, other, severity]) => {
    const files = { ...filesOf(RUN), 'RunParameters.xml': parameters.replaceAll(RUN, other) }
    const { run, problems } = read(folderName, files)
    expect(run.runId).toBe(RUN)
    expect(problems.find((one) => one.code === 'run-folder.ids-disagree')?.severity).toBe(severity)
  })

  test('the outcome of another run is noticed', () => {
    const other =
      '<RunCompletionStatus><CompletionStatus>CompletedAsPlanned</CompletionStatus><RunId>180101_A00001_0001_AHXXXXXXX</RunId></RunCompletionStatus>'
    const { problems } = novaSeq({ 'RunCompletionStatus.xml': other })
    expect(problems[0]).toMatchObject({ code: 'run-folder.ids-disagree', file: 'RunCompletionStatus.xml' })
  })
})

describe('a folder is read while it is copied', () => {
  const ends = fixtures.filter((name) => illumina.read(diskFolder(join(RUNS, name))).completion.ended)
  // Files that an instrument of their kind may or may not write cannot be waited for: the outcome on a MiSeq, and on
  // a HiSeq X whose other markers are empty the marker of its last read.
  const optional = ['190715_M05512_0077_000000000-CG4RT', '190211_ST-E00412_0620_AHNCWWCCX2']
  const settled = ends.filter((name) => !optional.includes(name))

  test.for(settled)('%s: whichever of its files come first, it waits or reads as in the end', (name) => {
    const files = filesOf(name)
    const final = told(read(name, files))
    const keys = Object.keys(files).filter(
      (file) => /\.(xml|txt)$/.test(file) && !/^(RTAExited|ImageAnalysis)/.test(file),
    )
    for (let subset = 0; subset < 2 ** keys.length - 1; subset++) {
      const there = keys.filter((_, bit) => subset & (1 << bit))
      // Of the files that only hold a time, the best must be there for the time to be the final one.
      if (!there.includes('RTAComplete.txt') && keys.includes('RTAComplete.txt')) continue
      const reading = read(name, Object.fromEntries(there.map((file) => [file, files[file] ?? ''])))
      if (!reading.completion.ended) continue
      expect([there, told(reading)]).toEqual([there, final])
    }
  })

  test.for([
    '170612_J00118_0231_AHKJ3TBBXX',
    '191113_NB551204_0377_AHTLMKAFX2',
    '200324_M03128_0401_000000000-CWL7G',
    '20230118_FS10002144_31_BSF61302-0412',
    '20231204_LH00317_0041_A22GK7TLT3',
    '20250702_SL00120_0004_ASC2117001-SC3',
    '210615_A00412_0309_AHY2CKDSX2',
  ])('%s: whatever beginning of a file is there, it waits or reads as in the end', (name) => {
    const files = filesOf(name)
    const final = told(read(name, files))
    for (const [file, bytes] of Object.entries(files)) {
      if (!/\.(xml|txt)$/.test(file)) continue
      // An empty marker is a marker: newer base callers write no other.
      for (let length = file.endsWith('.txt') ? 1 : 0; length < bytes.length; length++) {
        const reading = read(name, { ...files, [file]: bytes.subarray(0, length) })
        if (!reading.completion.ended) continue
        expect([file, length, told(reading)]).toEqual([file, length, final])
      }
    }
  })

  test('space that a copy has reserved is no content', () => {
    const name = '20231204_LH00317_0041_A22GK7TLT3'
    const files = filesOf(name)
    for (const [file, bytes] of Object.entries(files).filter(([one]) => one.endsWith('.xml'))) {
      const reserved = new Uint8Array(bytes.length + 100)
      reserved.set(bytes.subarray(0, bytes.length >> 1))
      expect(read(name, { ...files, [file]: reserved }).completion.ended).toBe(false)
      reserved.set(bytes)
      expect(read(name, { ...files, [file]: reserved }).completion.ended).toBe(false)
    }
  })
})

describe('hostile folders', () => {
  test('a file that cannot be had is said so, and waited for', () => {
    const folder = memoryFolder('210615_A00412_0309_AHY2CKDSX2', filesOf('210615_A00412_0309_AHY2CKDSX2'))
    const barred: RunFolder = {
      ...folder,
      read: (path, limit) =>
        path === 'RunInfo.xml'
          ? { ok: false, error: { why: 'unreadable', detail: 'permission denied' } }
          : folder.read(path, limit),
    }
    const { completion, problems } = illumina.read(barred)
    expect(completion).toMatchObject({ ended: false, missing: ['RunInfo.xml'] })
    expect(problems).toMatchObject([{ code: 'run-folder.file-unreadable', found: 'permission denied' }])
  })

  test.for<[string, string]>([
    [
      'a document type',
      '<!DOCTYPE RunInfo [<!ENTITY a SYSTEM "file:///etc/passwd">]><RunInfo><Run Id="&a;"/></RunInfo>',
    ],
    ['a million elements', `<RunInfo>${'<a/>'.repeat(1_000_000)}</RunInfo>`],
    ['a thousand levels', '<RunInfo>'.repeat(1000)],
  ])('%s in RunInfo.xml is refused', ([, xml]) => {
    const { completion, problems } = novaSeq({ 'RunInfo.xml': xml })
    expect(completion.ended).toBe(false)
    expect(problems.map((one) => one.code)).toEqual(['run-folder.file-broken'])
  })

  test('an id of a million letters is none', () => {
    const xml = `<RunInfo><Run Id="${'x'.repeat(1_000_000)}"/></RunInfo>`
    const { run, completion } = novaSeq({ 'RunInfo.xml': xml, 'RunParameters.xml': '<RunParameters/>' })
    expect(run.runId).toBe('210615_A00412_0309_AHY2CKDSX2')
    expect(completion).toMatchObject({ ended: false, because: 'RunInfo.xml names no run' })
  })

  test('a consumable of a million letters is none, and a thousand reads are none', () => {
    const name = '20250611_SH00411_0018_ASC2110342-SC3'
    const files = filesOf(name)
    const long = text(name, 'RunParameters.xml').replace(/<SerialNumber>/g, `$&${'x'.repeat(1_000_000)}`)
    const { 'RunInfo.xml': _, ...alone } = files
    expect(read(name, { ...alone, 'RunParameters.xml': long }).run.flowcellId).toBeNull()
    const many = text(name, 'RunInfo.xml').replace('<Reads>', `$&${'<Read NumCycles="151"/>'.repeat(1000)}`)
    expect(read(name, { 'RunInfo.xml': many }).run.readStructure).toBeNull()
  })

  test('only the few known files are opened, and nothing below the root is listed', () => {
    const name = '20231204_LH00317_0041_A22GK7TLT3'
    const folder = memoryFolder(name, { ...filesOf(name), 'Data/Intensities/x.cbcl': '', 'secrets.txt': '' })
    const opened = new Set<string>()
    illumina.read({
      ...folder,
      list: () => {
        throw new Error('listed')
      },
      read: (path, limit) => {
        opened.add(path)
        return folder.read(path, limit)
      },
    })
    expect([...opened].sort()).toEqual([
      'CopyComplete.txt',
      'RTAComplete.txt',
      'RunCompletionStatus.xml',
      'RunInfo.xml',
      'RunParameters.xml',
    ])
  })
})
