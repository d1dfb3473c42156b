import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { readSheet } from '../../src/sample-sheets/index.ts'
import { chanceFrom } from '../reliability/simulation/chance.ts'

const bytes = (...lines: string[]) => new Uint8Array(Buffer.from(`${lines.join('\n')}\n`))
const read = (lines: string[], options: { inRunFolder?: boolean } = {}) =>
  readSheet(bytes(...lines), { file: 'sheet.csv', ...options })
const codes = (lines: string[], options = {}) =>
  read(lines, options).problems.map((one) => `${one.severity} ${one.code.replace('sample-sheet.', '')}`)

describe('recognised by content', () => {
  const cases: Array<[what: string, lines: string[], format: string | null]> = [
    ['a registration sheet', ['central_sample_id,library_name,run_name', 'a,b,c'], 'registration'],
    ['one in capitals, with blanks and hyphens', ['CENTRAL-SAMPLE-ID;Library Name', 'a;b'], 'registration'],
    ['one with marks at required columns', ['central_sample_id*,library_name (*)', 'a,b'], 'registration'],
    ['one without its sample column', ['library_name,library_source,run_name', 'a,OTHER,c'], 'registration'],
    [
      'one with a flow cell, which MinKNOW has too',
      ['central_sample_id,library_name,flowcell_id', 'a,b,c'],
      'registration',
    ],
    [
      'one that notes the tube of each biosample',
      ['central_sample_id,library_name,tube_barcode,specimen_type', 'a,b,AB12CD34EF,Human stool'],
      'registration',
    ],
    [
      'a batch sheet that notes the library of each tube',
      ['batch_name,tube_barcode,specimen_type,central_sample_id,library_name', 'a,AB12CD34EF,s,b,c'],
      'onecodex-batch',
    ],
    ['a batch sheet', ['tube_barcode,specimen_type', 'AB12CD34EF,Human stool'], 'onecodex-batch'],
    ['CASAVA with blanks in its names', ['FCID,Lane,Sample ID,SampleRef', 'C6,1,a,h'], 'casava'],
    ['samples without any header section', ['[Data]', 'Sample_ID,index', 'a,ACGT'], 'illumina-v1'],
    [
      'version 2 with its samples in [Data]',
      ['[Header]', 'FileFormatVersion,2', '[Data]', 'Sample_ID', 'a'],
      'illumina-v2',
    ],
    ['a sheet of MinKNOW', ['position_id,experiment_id,kit', 'X1,e,k'], 'minknow'],
    ['barcodes for a pipeline', ['group,replicate,barcode,input_file,genome', 'P1,1,3,,'], null],
    ['one known word in a sentence', ['library_name', 'a'], null],
    ['a run design of PacBio', ['Run Name,Is Collection,Sample Well', 'a,TRUE,A01'], null],
  ]
  test.for(cases)('%s', ([, lines, format]) => {
    expect(read(lines).recognised?.format ?? null).toBe(format)
  })

  test('what is not recognised says what it holds', () => {
    expect(read(['Plate,Well', 'P1,A01']).problems).toMatchObject([
      { code: 'sample-sheet.unrecognised', severity: 'error', found: 'row 1 reads: Plate, Well' },
    ])
  })

  test.for([
    ['PK\x03\x04 xl/workbook.xml', 'Excel workbook', 'Save As'],
    ['PK\x03\x04 plate7.csv', 'zip archive', 'Unpack'],
    ['\x89PNG\r\n\x1a\n', 'picture', 'right file'],
    ['L\0\0\0\x01\x14\x02\0\0', 'shortcut', 'right file'],
  ] as const)('what is no table is told what to do with that: %j', ([text, what, fix]) => {
    const { problems } = readSheet(Buffer.from(text, 'latin1'), { file: 's' })
    expect(problems).toMatchObject([{ code: 'sample-sheet.not-a-table', severity: 'error' }])
    expect(problems[0]?.found).toContain(what)
    expect(problems[0]?.fix).toContain(fix)
  })

  test('two sheets pasted together are one', () => {
    const sheet = (id: string) => ['central_sample_id,library_name,run_name', `${id},L,r`]
    expect(read([...sheet('a'), '', ...sheet('b')]).recognised).toMatchObject({ rows: 2, problems: [] })
  })

  test('in a run folder an empty sheet is a remark, elsewhere an error', () => {
    const empty = (inRunFolder: boolean) => readSheet(new Uint8Array(), { file: 's', inRunFolder }).problems
    expect(empty(true)).toMatchObject([{ code: 'sample-sheet.empty', severity: 'warning' }])
    expect(empty(false)).toMatchObject([{ code: 'sample-sheet.empty', severity: 'error' }])
  })
})

describe('a sheet may be large, and no larger', () => {
  const header = 'central_sample_id,library_name,run_name'
  const rows = (count: number) => Array.from({ length: count }, (_, at) => `B${at},L${at % 9},R`)
  const wide = (cells: number) => `B1,L1,R${','.repeat(cells - 3)}${cells > 3 ? 'remark' : ''}`
  const cases: Array<[what: string, lines: string[], told: object | null]> = [
    ['100,000 rows below the column names', [header, ...rows(100_000)], null],
    [
      'one row more',
      [header, ...rows(100_001)],
      { code: 'sample-sheet.too-many-rows', rows: [], column: null },
    ],
    [
      '501 cells in a row',
      [header, ...rows(2), wide(501)],
      { code: 'sample-sheet.too-many-columns', rows: [4], column: { letter: 'SG', name: '' } },
    ],
    ['4,096 characters in a cell', [`${header},remark`, `B1,L1,R,${'x'.repeat(4096)}`], null],
    [
      'one character more, in a row of other cells',
      [`${header},remark`, `B1,L1,R,${'x'.repeat(4097)}`],
      { code: 'sample-sheet.cell-too-long', rows: [2], column: { letter: 'D', name: '' } },
    ],
  ]
  test.for(cases)('%s', ([, lines, told]) => {
    const { recognised, problems } = read(lines)
    expect(problems).toMatchObject(told === null ? [] : [{ severity: 'error', ...told }])
    expect(recognised?.format ?? null).toBe(told === null ? 'registration' : null)
  })

  test('10 MB, and one byte more', () => {
    const line = Buffer.from('B1,L1,R\n')
    const sheet = (size: number) => Buffer.alloc(size, line)
    expect(readSheet(sheet(10_000_000), { file: 's' }).problems.map(({ code }) => code)).not.toContain(
      'sample-sheet.too-large',
    )
    expect(readSheet(sheet(10_000_001), { file: 's' }).problems).toMatchObject([
      { code: 'sample-sheet.too-large', severity: 'error', fix: expect.stringContaining('split') },
    ])
  })
})

test.for([
  ['in order', ['a', 'b', 'c'], 3],
  ['in order, each in two rows', ['a', 'a', 'b', 'b'], 2],
  ['in order within each lane', ['a', 'b', 'a', 'b'], 2],
  ['in no order', ['c', 'a', 'c', 'b', 'a'], 3],
  ['with one left empty', ['a', '', 'b', '', 'a'], 2],
] as const)('a sample counts once, in however many rows it stands: %s', ([, ids, samples]) => {
  const illumina = ids.map((id, row) => `${id},${row}`)
  expect(read(['[Data]', 'Sample_ID,Description', ...illumina]).recognised).toMatchObject({ samples })
  const nanopore = ids.map((id) => `FAX1,${id},kit`)
  expect(read(['flow_cell_id,sample_id,kit', ...nanopore]).recognised).toMatchObject({ samples })
})

describe('an error stops what it stands in, and nothing else', () => {
  const libraries = (lines: string[], options = {}) => {
    const { recognised } = read(lines, options)
    return {
      blocked: recognised?.blocked,
      libraries: recognised?.libraries.map((one) => `${one.name} ${one.blocked}`),
    }
  }
  const header = 'central_sample_id,library_name,library_source,run_name'
  const cases: Array<[what: string, lines: string[], expected: ReturnType<typeof libraries>]> = [
    [
      'no error',
      [header, 'a,A,OTHER,r', 'b,B,OTHER,r'],
      { blocked: false, libraries: ['A false', 'B false'] },
    ],
    [
      'a bad value',
      [header, 'a,A,WRONG,r', 'b,B,OTHER,r'],
      { blocked: false, libraries: ['A true', 'B false'] },
    ],
    [
      'a warning',
      [header, 'a,A,other,r', 'b,B,OTHER,r'],
      { blocked: false, libraries: ['A false', 'B false'] },
    ],
    [
      'a row of no library may belong to any',
      [header, 'a,A,OTHER,r', 'b,,OTHER,r', 'c,C,OTHER,r'],
      { blocked: true, libraries: ['A true', 'C true'] },
    ],
    [
      'a name too long is that of its own library',
      [header, `a,${'A'.repeat(97)},OTHER,r`, 'b,B,OTHER,r'],
      { blocked: false, libraries: [`${'A'.repeat(97)} true`, 'B false'] },
    ],
    [
      'a missing column concerns all',
      ['central_sample_id,library_name', 'a,A', 'b,B'],
      { blocked: true, libraries: ['A true', 'B true'] },
    ],
    [
      'a row pushed to the right belongs to the library above',
      [header, 'a,A,OTHER,r', 'b,A,x,y,r', 'c,C,OTHER,r'],
      { blocked: false, libraries: ['A true', 'C false'] },
    ],
  ]
  test.for(cases)('%s', ([, lines, expected]) => {
    expect(libraries(lines)).toEqual(expected)
  })

  test('the errors of a sheet for Illumina weigh only where it supplies the library', () => {
    const sheet = (column: string, value: string) => [
      '[Header]',
      'Experiment Name,exp',
      '[Data]',
      `Sample_ID,index,${column}`,
      `s 1,ACGTACGT,${value}`,
      `s2,TTTTGGGG,${value}2`,
    ]
    const aside = read(sheet('Description', 'x')).recognised
    expect(aside).toMatchObject({ valid: false, blocked: false, libraries: [] })
    expect(aside?.problems.map((one) => one.severity)).toEqual(['warning'])
    const supplying = read(sheet('Library_Name', 'L')).recognised
    expect(supplying?.problems.map((one) => one.severity)).toEqual(['error'])
    expect(supplying?.libraries.map((one) => `${one.name} ${one.blocked}`)).toEqual(['L true', 'L2 false'])
  })
})

describe('how rows become libraries and their runs', () => {
  const runs = (lines: string[], options = {}) =>
    read(lines, options).recognised?.libraries.flatMap((one) => one.runs.map((run) => run.link))

  test('the first link column that is filled counts', () => {
    const lines = [
      'central_sample_id,library_name,experiment_name,flowcell_id,sequencing_id,run_name',
      'a,A,exp,FC,09ef4b3a-1bad-453a-a291-029ac9bd705d,run',
      'b,B,exp,FC,09EF4B3A1BAD453AA291029AC9BD705D,',
      'c,C,exp,FC,,',
      'd,D,exp,,,',
    ]
    expect(runs(lines)).toEqual([
      { by: 'run_name', value: 'run' },
      { by: 'sequencing_id', value: '09ef4b3a-1bad-453a-a291-029ac9bd705d' },
      { by: 'flowcell_id', value: 'FC' },
      { by: 'experiment_name', value: 'exp' },
    ])
  })

  test('in a run folder a sheet needs no link, and its run is that folder', () => {
    const lines = ['central_sample_id,library_name', 'a,A']
    expect(codes(lines)).toEqual(['error link-missing'])
    expect(codes(lines, { inRunFolder: true })).toEqual([])
    expect(runs(lines, { inRunFolder: true })).toEqual([null])
  })

  test('a row without a link belongs to the one run its library names, but not to one of two', () => {
    const header = 'central_sample_id,library_name,run_name'
    expect(codes([header, 'a,A,r1', 'b,A,'])).toEqual([])
    expect(runs([header, 'a,A,r1', 'b,A,'])).toHaveLength(1)
    expect(codes([header, 'a,A,r1', 'b,A,', 'c,A,r2'])).toEqual(['error link-missing'])
  })

  test('a biosample may be repeated for another run of its library, not within one', () => {
    const header = 'central_sample_id,library_name,barcode,run_name'
    const twoRuns = read([header, 'a,A,NB01,r1', 'a,A,NB01,r2'])
    expect(twoRuns.problems).toEqual([])
    expect(twoRuns.recognised?.libraries[0]?.biosamples).toMatchObject([
      { centralSampleId: 'a', rows: [2, 3] },
    ])
    expect(codes([header, 'a,A,NB01,r1', 'a,A,NB02,r2'])).toEqual(['error rows-disagree'])
    expect(codes([header, 'a,A,NB01,r1', 'a,A,NB02,r1'])).toEqual(['error biosample-twice'])
  })

  test('a library fact on its first row alone holds for all its rows', () => {
    const { recognised, problems } = read([
      'central_sample_id,library_name,library_source,library_seq_kit,run_name',
      'a,A,VIRAL_RNA,LSK109,r',
      'b,A,,,r',
    ])
    expect(problems).toEqual([])
    expect(recognised?.libraries).toMatchObject([
      { seqKit: 'LSK109', biosamples: [{ librarySource: 'VIRAL_RNA' }, { librarySource: 'VIRAL_RNA' }] },
    ])
  })

  test('times are kept as written, in forms that can be read', () => {
    const header = 'central_sample_id,library_name,run_name,start_time,end_time'
    const times = (start: string, end: string) => {
      const run = read([header, `a,A,r,${start},${end}`]).recognised?.libraries[0]?.runs[0]
      return [run?.claim.startTime, run?.claim.endTime]
    }
    expect(times('2020-03-22 10:00:00', '2020-03-23 10:00')).toEqual([
      '2020-03-22 10:00:00',
      '2020-03-23 10:00',
    ])
    expect(times('2020-03-22T10:00:00Z', '2020-03-23T12:00:00+02:00')).toEqual([
      '2020-03-22T10:00:00Z',
      '2020-03-23T12:00:00+02:00',
    ])
    expect(times('22/03/2020 10:00', '3/23/2020 4:05 PM')).toEqual(['2020-03-22 10:00', '2020-03-23 16:05'])
  })

  test('a MinKNOW sheet links by protocol run, flow cell, experiment', () => {
    const header = 'protocol_run_id,position_id,flow_cell_id,sample_id,experiment_id,Library_Name'
    const link = (row: string) => runs([header, row])?.[0]
    expect(link('09EF4B3A-1BAD-453A-A291-029AC9BD705D,X1,FAK1,s,e,L')).toEqual({
      by: 'sequencing_id',
      value: '09ef4b3a-1bad-453a-a291-029ac9bd705d',
    })
    expect(link(',X1,FAK1,s,e,L')).toEqual({ by: 'flowcell_id', value: 'FAK1' })
    expect(link(',X1,,s,e,L')).toEqual({ by: 'experiment_name', value: 'e' })
  })

  test("BaseSpace's LibraryName is no library of ours", () => {
    const { recognised } = read(['[Data]', 'Sample_ID,LibraryName', 'a,a_ACGT'])
    expect(recognised?.libraries).toEqual([])
  })
})

test('many rows with one mistake are one problem, and many different mistakes of a kind are told together', () => {
  const rows = (value: (at: number) => string) => [
    'central_sample_id,library_name,library_source,run_name',
    ...Array.from({ length: 96 }, (_, at) => `s${at},A,${value(at)},r`),
  ]
  const same = read(rows(() => 'RNA')).problems
  expect(same).toHaveLength(1)
  expect(same[0]?.rows).toHaveLength(96)
  const different = read(rows((at) => `source ${at}`)).problems
  expect(different).toHaveLength(1)
  expect(different[0]?.rows).toHaveLength(96)
  expect(different[0]?.found).toContain('and 93 more like these')
})

test('free words may hold typographic marks, names may not', () => {
  const header = 'central_sample_id,library_name,library_protocol,run_name'
  expect(codes([header, 'a,A,King’s – 2nd,r'])).toEqual([])
  expect(codes([header, 'a,A – 2,x,r'])).toEqual(['error odd-character'])
  expect(codes([header, 'a,A,Mar-20,r'])).toEqual(['warning excel-date'])
  expect(codes([header, 'a,Mar-20,x,r'])).toEqual(['error excel-date'])
  expect(codes([header, "1E5,A,'s-Hertogenbosch,r"])).toEqual([])
})

test('a value left over from the template is pointed out and stops nothing', () => {
  expect(codes(['central_sample_id,library_name,run_name', 'BIRM-XXXXX,A,r'])).toEqual([
    'warning template-row',
  ])
})

test('a row of a batch that was pushed to the right is one problem', () => {
  const header = 'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth'
  const lines = [
    header,
    'b,1Z9,AB12CD34EF,Human stool,Deep',
    ',x,y,AB12CD34EG,Human stool,Deep',
    ',,AB12CD34EH,Human stool,Deep',
  ]
  expect(codes(lines)).toEqual(['error row-too-wide'])
  expect(read(lines).recognised?.blocked).toBe(true)
})

test('a value is shown cut, with what cannot be seen written out', () => {
  const [problem] = read([
    'central_sample_id,library_name,library_source,run_name',
    `a,A,a\u200bb${'y'.repeat(100)},r`,
  ]).problems
  expect(problem?.found).toMatch(/^"a\\u200by*b?y{50,}…"/)
})

test('a worker thread can read sheets', async () => {
  const index = new URL('../../src/sample-sheets/index.ts', import.meta.url).href
  const worker = new Worker(
    `import { parentPort } from 'node:worker_threads'
     import { readSheet } from ${JSON.stringify(index)}
     parentPort.postMessage(readSheet(Buffer.from('central_sample_id,library_name,run_name\\na,A,r\\n'), { file: 's' }))`,
    { eval: true, execArgv: ['--input-type=module'] },
  )
  const answer = await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  expect(answer).toMatchObject({ recognised: { format: 'registration', valid: true }, problems: [] })
})

test('a cell of nothing that can be seen says nothing, and names no batch', () => {
  const sheet =
    'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth\nGut,1Z9,AB12345678,Human stool,Standard\n"\u0001",1Z9,AB12345679,Human stool,Standard\n'
  const { recognised } = readSheet(Buffer.from(sheet), { file: 'sheet.csv' })
  expect(recognised?.batches.map(({ name, rows }) => ({ name, rows }))).toEqual([
    { name: 'Gut', rows: [2, 3] },
  ])
})

test('indexes too close to be told apart are found, and no others, whatever their lengths and mismatches allowed', () => {
  const chance = chanceFrom(12)
  const bases = (count: number) => Array.from({ length: count }, () => chance.pick([...'ACGT'])).join('')
  /** Often a neighbour of one that is there. */
  const indexNear = (others: string[]): string => {
    if (others.length === 0 || chance.happens(0.3)) return bases(6 + chance.below(4))
    const index = [...chance.pick(others)]
    for (let slip = chance.below(6); slip > 0; slip--) index[chance.below(index.length)] = bases(1)
    return index.join('')
  }
  const differ = (one: string, other: string) =>
    [...one].filter((base, at) => at < other.length && base !== other[at]).length
  let told = 0
  for (let sheet = 0; sheet < 300; sheet++) {
    const samples: Array<{ index: string; index2: string; mismatches: number }> = []
    const hasIndex2 = chance.happens(0.5)
    for (let count = 2 + chance.below(5); count > 0; count--) {
      const index2 = hasIndex2 ? indexNear(samples.map((one) => one.index2)) : ''
      const index = indexNear(samples.map((one) => one.index))
      samples.push({ index, index2, mismatches: chance.below(3) })
    }
    const near = samples.flatMap((one, at) =>
      samples.slice(at + 1).flatMap((other, further) => {
        const apart = 2 * Math.max(one.mismatches, other.mismatches) + 1
        const isSame = one.index === other.index && one.index2 === other.index2
        const isNear = differ(one.index, other.index) < apart && differ(one.index2, other.index2) < apart
        return isNear && !isSame ? [[at, at + 1 + further]] : []
      }),
    )
    const { problems } = read([
      ...['[Header]', 'FileFormatVersion,2', '[BCLConvert_Data]'],
      'Sample_ID,Index,Index2,BarcodeMismatchesIndex1,BarcodeMismatchesIndex2',
      ...samples.map(
        ({ index, index2, mismatches: most }, at) =>
          `S${at},${index},${index2},${most},${hasIndex2 ? most : ''}`,
      ),
    ])
    // Of samples with the very same indexes, which is told as such, the first stands for all.
    if (problems.some(({ code }) => code === 'sample-sheet.index-twice')) continue
    const found = problems.filter(({ code }) => code === 'sample-sheet.indexes-too-close')
    expect(found.map(({ rows }) => rows.map((row) => row - 5))).toEqual(near)
    told += near.length
  }
  expect(told).toBeGreaterThan(100)
})
