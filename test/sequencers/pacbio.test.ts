/** PacBio runs: cells that come one by one, and what their files may disagree on. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pacbio } from '../../src/sequencers/pacbio/index.ts'
import { corpus } from '../rig/corpus.ts'
import { diskFolder, memoryFolder } from '../rig/folders.ts'

const real = corpus('pacbio')

describe.skipIf(!real)('every real run has its cells', () => {
  test.for((real?.rows ?? []).map((row) => [row.run, row] as const))('%s', ([, row]) => {
    const folder = diskFolder(join(real?.base ?? '', row.run))
    const reading = pacbio.recognise(folder) ? pacbio.read(folder) : null
    expect(reading?.problems).toEqual([])
    expect(reading?.test).toBe(row.expect['testRun'] ? 'instrument-test' : null)
    const wanted = (row.expect['cells'] ?? []) as Array<Record<string, unknown>>
    expect(reading?.run.cells).toMatchObject(
      wanted.map((cell) => ({
        folder: cell['dir'],
        ...(cell['movie'] === undefined
          ? {}
          : {
              movie: cell['movie'],
              well: cell['well'],
              sampleId: cell['sampleName'],
              flowcellId: cell['cellId'] ?? null,
              flowcellType: cell['partNumber'],
            }),
        ...(cell['transferDone'] === undefined ? {} : { fullyCopied: cell['transferDone'] }),
      })),
    )
  })
})

const NAME = 'r84123_20240102_101112'
const UUID = '5f0f2f9e-4f2e-4a53-9a3c-1f61a3c9d0aa'
type Changes = {
  run?: string
  uuid?: string
  type?: string
  serial?: string
  start?: string
  well?: string
  context?: string
}

/** A Revio cell's metadata, as short as it may be. */
const metadata = (movie: string, change: Changes = {}): string => `<?xml version="1.0" encoding="utf-16"?>
<PacBioDataModel xmlns="http://pacificbiosciences.com/PacBioDataModel.xsd"><ExperimentContainer ExperimentId="K1"><Runs>
<Run Name="A run" UniqueId="${change.uuid ?? UUID}" TimeStampedName="${change.run ?? NAME}" Status="Running"
  InstrumentType="${change.type ?? 'Revio'}" WhenStarted="${change.start ?? '2024-01-02T10:12:05.25Z'}"><Outputs>
<CollectionMetadata UniqueId="${movie}" Context="${change.context ?? movie}" Status="PostPrimaryPending" InstrumentId="${change.serial ?? '84123'}">
<WellSample Name="pool"><WellName>${change.well ?? 'A01'}</WellName></WellSample>
<CellPac LabelNumber="EA101301" PartNumber="102-202-200" Barcode="EA101301"/></CollectionMetadata>
</Outputs></Run></Runs></ExperimentContainer></PacBioDataModel>`

const movies = { A01: 'm84123_240102_102345_s1', B01: 'm84123_240102_122511_s2' }
const first = `1_A01/metadata/${movies.A01}`
const second = `1_B01/metadata/${movies.B01}`

/** Two cells of one run, both transferred. */
const files = (change: Changes = {}): Record<string, string> => ({
  [`${first}.metadata.xml`]: metadata(movies.A01),
  [`${first}.transferdone`]: '',
  [`${second}.metadata.xml`]: metadata(movies.B01, { well: 'B01', ...change }),
  [`${second}.transferdone`]: '',
})
const read = (content: Record<string, string>, name = NAME, mtimes: Record<string, Date> = {}) =>
  pacbio.read(memoryFolder(name, content, { mtimes }))

test('a run folder with nothing in it waits, as instruments leave one when a run is called off', () => {
  const folder = memoryFolder(NAME, {})
  expect(pacbio.recognise(folder)).toBe(true)
  const { run, completion, problems } = pacbio.read(folder)
  expect(run).toMatchObject({ status: 'in_progress', cells: [], end: null, instrumentModel: 'Revio' })
  expect(completion).toMatchObject({ state: 'in_progress', ended: false })
  expect(problems).toEqual([])
})

test('the last marker ends the run, and only the last', () => {
  const all = files()
  const { [`${second}.transferdone`]: _, ...before } = all
  expect(read(before).completion).toEqual({
    state: 'in_progress',
    because: '1 of 2 cells transferred',
    missing: [`1_B01/${movies.B01}.transferdone`],
    ended: false,
  })
  expect(read(all).completion).toMatchObject({ state: 'completed', missing: [], ended: true })
})

test('without a written end the newest marker is the end', () => {
  const mtimes = {
    [`${first}.transferdone`]: new Date('2024-01-03T15:31:00Z'),
    [`${second}.transferdone`]: new Date('2024-01-03T17:32:00Z'),
  }
  const { run, provenance } = read(files(), NAME, mtimes)
  const end = {
    text: null,
    local: null,
    instant: '2024-01-03T17:32:00.000Z',
    zone: 'mtime',
    precision: 'second',
  }
  expect(run.end).toEqual(end)
  expect(provenance.end).toEqual({ file: '1_B01/*.transferdone', at: 'modification time' })
})

test.for([
  ['another id of the run', { uuid: 'ffffffff-4f2e-4a53-9a3c-1f61a3c9d0aa' }, 'sequencingUuid'],
  ['another start', { start: '2024-01-02T10:13:05Z' }, 'start'],
  ['another instrument', { serial: '84999' }, 'instrumentSerial'],
  ['another kind of instrument', { type: 'Sequel2e' }, 'instrumentModel'],
] as const)('%s in the second cell is a problem, and nobody knows it', ([, change, fact]) => {
  const { run, problems, provenance } = read(files(change))
  expect(problems.map((one) => one.code)).toEqual(['run-folder.ids-disagree'])
  expect(run[fact]).toBeNull()
  expect(provenance[fact]).toBeUndefined()
  expect(run.experimentName).toBe('K1')
})

test.for([
  ['a serial number that is not the folder’s', { serial: '84999' }, 'instrumentSerial'],
  ['a kind of instrument that its serial number is not of', { type: 'Sequel2e' }, 'instrumentModel'],
] as const)('%s is a problem, and null', ([, change, fact]) => {
  const { run, problems } = read({ [`${first}.metadata.xml`]: metadata(movies.A01, change) })
  expect(problems.map((one) => one.code)).toEqual(['run-folder.ids-disagree'])
  expect(run[fact]).toBeNull()
})

test.for([
  ['of another movie', { context: 'm84123_240102_999999_s2' }],
  ['of another run', { run: 'r84123_20231231_101112' }],
  ['of another well', { well: 'D01' }],
] as const)('a file %s is not merged in silence', ([, change]) => {
  const { problems } = read(files(change))
  expect(problems.map((one) => one.code)).toEqual(['run-folder.ids-disagree'])
  expect(problems[0]?.file).toBe(`${second}.metadata.xml`)
})

test('a folder that a person has renamed is known by what is in it', () => {
  const renamed = memoryFolder('human pool, January', files())
  expect(pacbio.recognise(renamed)).toBe(true)
  const { run, problems } = pacbio.read(renamed)
  expect(run).toMatchObject({
    runId: 'human pool, January',
    sequencingUuid: UUID,
    instrumentModel: 'Revio',
    status: 'completed',
  })
  expect(problems.map((one) => one.code)).toEqual(['run-folder.renamed'])
  const added = pacbio.read(memoryFolder(`${NAME}_keep`, files()))
  expect(added.problems.map((one) => one.code)).toEqual(['run-folder.renamed'])
  expect(added.run).toMatchObject({ sequencingUuid: UUID, instrumentSerial: '84123' })
})

test('two movies in one cell are both waited for, and the later one counts', () => {
  const again = 'm84123_240102_201500_s1'
  const content = {
    ...files(),
    [`1_A01/metadata/${again}.metadata.xml`]: metadata(again),
  }
  expect(read(content).completion.state).toBe('in_progress')
  const { run, completion } = read({ ...content, [`1_A01/metadata/${again}.transferdone`]: '' })
  expect(completion.state).toBe('completed')
  expect(run.cells[0]?.movie).toBe(again)
})

test.for([
  ['damaged', '<PacBioDataModel><a></b></PacBioDataModel>', 'run-folder.file-broken'],
  ['of another kind', '<Something/>', 'run-folder.file-broken'],
  [
    'with a document type',
    '<!DOCTYPE a [<!ENTITY b "c">]><PacBioDataModel>&b;</PacBioDataModel>',
    'run-folder.file-broken',
  ],
] as const)('a metadata file that is %s is a problem, and the rest is read', ([, text, code]) => {
  const { run, problems } = read({ ...files(), [`${second}.metadata.xml`]: text })
  expect(problems.map((one) => one.code)).toEqual([code])
  expect(run.sequencingUuid).toBe(UUID)
})

test('cut off at any byte the metadata never ends a run, and never invents a fact', () => {
  const whole = metadata(movies.A01)
  for (let bytes = 0; bytes < whole.length; bytes += 37) {
    const { run, completion } = read({
      [`${first}.metadata.xml`]: whole.slice(0, bytes),
      [`${first}.transferdone`]: '',
    })
    expect(completion.ended).toBe(false)
    expect(run.sequencingUuid).toBeNull()
  }
})

describe('a second cell that was planned for the same well', () => {
  const name = 'r64123_20210102_101112'
  const movie = 'm64123_210102_102345'
  const text = metadata(movie, { run: name, type: 'Sequel2', serial: '64123' }).replace(
    '</Outputs>',
    '<CollectionMetadata UniqueId="later"><WellSample><WellName>A01</WellName></WellSample></CollectionMetadata></Outputs>',
  )
  const one = { [`1_A01/.${movie}.run.metadata.xml`]: text, [`1_A01/${movie}.transferdone`]: '' }
  test.for<[what: string, files: Record<string, string>, missing: string]>([
    ['has no folder yet', one, '*_A01/*.transferdone'],
    ['has one with nothing in it', { ...one, '2_A01/x.txt': '' }, '2_A01/*.transferdone'],
  ])('and %s is waited for', ([, content, missing]) => {
    const { completion } = read(content, name)
    expect(completion).toMatchObject({
      because: '1 of 2 cells transferred',
      missing: [missing],
      ended: false,
    })
  })
})

test('a well may be told with the number of its plate', () => {
  const well = metadata(movies.A01, { well: '2_A01' })
  const { run, problems } = read({ [`2_A01/metadata/${movies.A01}.metadata.xml`]: well })
  expect([run.cells[0]?.well, problems]).toEqual(['A01', []])
})

test('the end that the run tells counts before the ends of its cells and markers', () => {
  const text = metadata(movies.A01).replace('WhenStarted', 'WhenCompleted="2024-01-03T17:00:01Z" WhenStarted')
  const { run, provenance } = read({ ...files(), [`${first}.metadata.xml`]: text })
  expect([run.end?.instant, provenance.end?.at]).toEqual([
    '2024-01-03T17:00:01.000Z',
    '/PacBioDataModel/ExperimentContainer/Runs/Run/@WhenCompleted',
  ])
})

test('without metadata and a data set of the whole cell, those of two barcodes tell', () => {
  const set = (barcode: string) => `1_A01/pb_formats/${movies.A01}.hifi_reads.${barcode}.consensusreadset.xml`
  const whole = metadata(movies.A01)
  const cell = whole.slice(whole.indexOf('<CollectionMetadata'), whole.indexOf('</Outputs>'))
  const text = `<ConsensusReadSet><Collections>${cell}</Collections></ConsensusReadSet>`
  const folder = memoryFolder(NAME, {
    ...Object.fromEntries(['bc1001', 'bc1002', 'bc1003'].map((barcode) => [set(barcode), text])),
    [`${first}.transferdone`]: '',
  })
  expect(pacbio.marks(folder)).toEqual([set('bc1001'), set('bc1002'), `${first}.transferdone`])
  const { run, completion } = pacbio.read(folder)
  expect(run).toMatchObject({ flowcellId: 'EA101301', sampleId: 'pool', sequencingUuid: null })
  expect(completion).toMatchObject({ state: 'completed', ended: true })
})

test('the folder of an RS is known by its movies before its metadata has come', () => {
  const movie = 'm140912_020930_00114_c100702482550000001823141103261590_s1_p0'
  const folder = memoryFolder('Run_174', { [`C01_1/Analysis_Results/${movie}.bas.h5`]: '' })
  expect(pacbio.recognise(folder)).toBe(true)
  expect(pacbio.read(folder).completion).toMatchObject({ missing: ['C01_1/*.metadata.xml'], ended: false })
})

test('previews, reads and reports are no marks', () => {
  const folder = memoryFolder(NAME, {
    ...files(),
    [`${first}_basic_preview_4hr.metadata.xml`]: '',
    '1_A01/hifi_reads/m84123_240102_102345_s1.hifi_reads.bam': '',
    '1_A01/statistics/m84123_240102_102345_s1.summary.json': '',
    '1_A01/Transfer_Test_240102_101114.txt': '',
    [`1_A01/pb_formats/${movies.A01}.hifi_reads.bc1002.consensusreadset.xml`]: '',
    [`1_A01/pb_formats/${movies.A01}.hifi_reads.consensusreadset.xml`]: '',
  })
  expect(pacbio.marks(folder)).toEqual([
    `${first}.metadata.xml`,
    `1_A01/pb_formats/${movies.A01}.hifi_reads.consensusreadset.xml`,
    '1_A01/Transfer_Test_240102_101114.txt',
    `${first}.transferdone`,
    `${second}.metadata.xml`,
    `${second}.transferdone`,
  ])
})

test.for([
  ['54006', 'Sequel'],
  ['64175', 'Sequel II'],
  ['64175e', 'Sequel IIe'],
  ['84140', 'Revio'],
  ['21009', 'Vega'],
  ['99123', null],
] as const)('serial %s is of a %s', ([serial, model]) => {
  const { run } = read({}, `r${serial}_20240102_101112`)
  expect(run).toMatchObject({ instrumentSerial: serial, instrumentModel: model })
})
