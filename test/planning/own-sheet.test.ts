/** A dropped sheet against the one in the run folder: what contradicts it is told, and nothing is stopped by it. */
import { describe, expect, test } from 'vitest'
import { memoryCatalogue } from '../../src/planning/catalogue.ts'
import { planRun } from '../../src/planning/run.ts'
import { COLUMNS, registrationSheet, type SheetRow } from '../rig/runs.ts'
import { options, read, run } from './rig.ts'

const RUN = '200303_A00562_0352_AHKFVLDRXX'

/** Warnings about what the sheet in the run folder says otherwise, and whether the run goes all the same. */
async function told(dropped: string, own: string | null) {
  const source = run(
    { runId: RUN, folderName: RUN, flowcellId: 'HKFVLDRXX', experimentName: 'Plate 7' },
    {
      sheet: own === null ? null : read(own, true),
      provenance: { flowcellId: { file: 'RunInfo.xml', at: '/RunInfo/Run/Flowcell' } },
    },
  )
  const sheet = { path: '/sheets/plate7.csv', reading: read(dropped), since: '2025-12-31T00:00:00Z' }
  const { plans } = await planRun(source, memoryCatalogue([source], [sheet]), options())
  expect(plans).not.toEqual([])
  return plans.flatMap(({ submission: { problems, mapped, stop } }) => {
    expect([mapped === null, stop]).toEqual([false, null])
    return problems
      .filter(({ code }) => code.startsWith('sheet.') || code === 'run.sheet-disagrees')
      .map(({ code, severity, file, rows, column, found }) => {
        expect([severity, file]).toEqual(['warning', 'plate7.csv'])
        return { code, rows, column: column?.name ?? null, found }
      })
  })
}

const registration = (rows: SheetRow[], more: string[] = []) =>
  registrationSheet(
    rows.map((row) => ({ library_name: 'LIB-1', run_name: RUN, ...row })),
    [...COLUMNS, ...more],
  )
const samples = (...ids: string[]) => registration(ids.map((id) => ({ central_sample_id: id })))
const barcoded = (barcodes: Record<string, string>) =>
  registration(
    Object.entries(barcodes).map(([id, barcode]) => ({ central_sample_id: id, barcode })),
    ['barcode'],
  )
const illumina = (...rows: string[]) =>
  [
    '[Header]',
    'IEMFileVersion,5',
    '[Data]',
    'Sample_ID,Sample_Name,index,index2,Library_Name',
    ...rows,
    '',
  ].join('\n')
const noLibrary = (...rows: string[]) =>
  ['[Header]', 'IEMFileVersion,5', '[Data]', 'Sample_ID,Sample_Name,index,index2', ...rows, ''].join('\n')
const minknow = (...rows: string[]) =>
  ['flow_cell_id,experiment_id,kit,sample_id,barcode,alias,type', ...rows, ''].join('\n')

const OWN = noLibrary('S-1,,ACGTACGT,TTGACCAA', 'S-2,,TGCATGCA,GGCATTAA', 'PhiX,,GGGGTTTT,CCCCAAAA')

describe('a dropped sheet is told of', () => {
  test.for<
    [
      what: string,
      dropped: string,
      own: string,
      found: Array<{ code: string; rows: number[]; found: string }>,
    ]
  >([
    [
      'the samples of another plate',
      samples('P8-1', 'P8-2'),
      OWN,
      [
        {
          code: 'sheet.samples-not-in-run',
          rows: [2, 3],
          found: `none of the samples of library "LIB-1" is in SampleSheet.csv of ${RUN}: here P8-1, P8-2; there S-1, S-2, PhiX`,
        },
      ],
    ],
    [
      'one sample that was never put into the run',
      samples('S-1', 'S-9', 'S-2'),
      OWN,
      [{ code: 'sheet.samples-not-in-run', rows: [3], found: `not in SampleSheet.csv of ${RUN}: S-9` }],
    ],
    [
      'two samples swapped',
      barcoded({ 'S-1': 'TGCATGCA-GGCATTAA', 'S-2': 'ACGTACGT-TTGACCAA' }),
      OWN,
      [
        {
          code: 'sheet.barcode-differs-in-run',
          rows: [2, 3],
          found: `S-1 has "TGCATGCA-GGCATTAA" here and "ACGTACGT-TTGACCAA" in row 5 of SampleSheet.csv of ${RUN}; S-2 has "ACGTACGT-TTGACCAA" here and "TGCATGCA-GGCATTAA" in row 6 of SampleSheet.csv of ${RUN}`,
        },
      ],
    ],
    [
      'another second index',
      barcoded({ 'S-1': 'ACGTACGT+TTGACCAC' }),
      OWN,
      [{ code: 'sheet.barcode-differs-in-run', rows: [2], found: expect.stringContaining('TTGACCAC') }],
    ],
    [
      'another barcode of a kit',
      barcoded({ 'S-1': 'NB02' }),
      minknow('FAX1,E1,SQK-NBD114-24,pool,barcode01,S-1,test_sample'),
      [{ code: 'sheet.barcode-differs-in-run', rows: [2], found: expect.stringContaining('"barcode01"') }],
    ],
    [
      'a sample and a library that the other sheet would have registered',
      samples('S-1'),
      illumina('S-1,,ACGTACGT,,LIB-1', 'S-2,,TGCATGCA,,LIB-1', 'S-3,,GGGGTTTT,,LIB-2'),
      [
        {
          code: 'sheet.run-has-more',
          rows: [2],
          found: `SampleSheet.csv of ${RUN} also puts S-2 into library "LIB-1"`,
        },
        {
          code: 'sheet.run-has-more',
          rows: [2],
          found: `SampleSheet.csv of ${RUN} also puts the run into library "LIB-2", which no dropped sheet names`,
        },
      ],
    ],
  ])('%s', async ([, dropped, own, found]) => {
    expect((await told(dropped, own)).map(({ column: _, ...one }) => one)).toEqual(found)
  })

  test('another flow cell than that of the run it names, in its cell', async () => {
    const rows = [{ central_sample_id: 'S-1', flowcell_id: 'HAAAADRXX' }]
    expect(await told(registration(rows, ['flowcell_id']), null)).toEqual([
      {
        code: 'run.sheet-disagrees',
        rows: [2],
        column: 'flowcell_id',
        found: 'flowcell_id is HAAAADRXX in the sheet and HKFVLDRXX in RunInfo.xml in the run folder',
      },
    ])
  })
})

test.for<[what: string, dropped: string, own: string]>([
  ['controls and the samples of others', samples('S-1'), OWN],
  ['the same samples in another spelling', samples('s_1', 'S 2'), OWN],
  ['the same samples by their other name', samples('BIRM-1'), noLibrary('1,BIRM-1,ACGTACGT,')],
  ['one row for the pool of the library', samples('A', 'B'), noLibrary('LIB-1,,ACGTACGT,')],
  ['a row without an index for what a lane holds', samples('A', 'B'), noLibrary('Pool7,,,')],
  ['no sample', samples('A'), noLibrary()],
  ['barcodes as the kit names them', barcoded({ 'S-1': 'UDI0001' }), OWN],
  [
    'a first index alone, or a second that is shorter',
    barcoded({ 'S-1': 'ACGTACGT', 'S-2': 'TGCATGCA-GGCATT' }),
    OWN,
  ],
  ['a shorter first index, and the second read the other way', barcoded({ 'S-1': 'ACGTAC-TTGGTCAA' }), OWN],
  [
    'the barcodes of a kit, which nobody gave a name',
    samples('A', 'B'),
    minknow(
      'FAX1,E1,SQK-NBD114-24,pool,barcode01,barcode01,test_sample',
      'FAX1,E1,SQK-NBD114-24,pool,barcode02,,',
    ),
  ],
  ['the sample of a whole flow cell', samples('A', 'B'), minknow('FAX1,E1,SQK-LSK114,pool,,,')],
  ['a sample in two lanes with two indexes', barcoded({ A: 'GGGG' }), noLibrary('A,,ACGT,', 'A,,TTTT,')],
])('a sheet in the run folder that holds %s contradicts nobody', async ([, dropped, own]) => {
  expect(await told(dropped, own)).toEqual([])
})

test('a library that the sheet in the run folder has wrong is none that it would register', async () => {
  const own = (layout: string) =>
    registration([
      { central_sample_id: 'S-1' },
      { central_sample_id: 'S-9', library_name: 'LIB-2', library_layout_config: layout },
    ])
  expect((await told(samples('S-1'), own('SINGLE'))).map(({ code }) => code)).toEqual(['sheet.run-has-more'])
  expect(await told(samples('S-1'), own('TRIPLE'))).toEqual([])
})

test('of a library on two runs only the rows of this one are looked for in its sheet', async () => {
  const rows = [{ central_sample_id: 'S-1' }, { central_sample_id: 'T-1', run_name: 'another' }]
  expect(await told(registration(rows), OWN)).toEqual([])
})

test.for<[format: string, text: string]>([
  [
    'Illumina',
    [
      '[Header]',
      'IEMFileVersion,5',
      'Experiment Name,Plate 7',
      '[Data]',
      'Lane,Sample_ID,Sample_Name,index,Library_Name',
      '1,A,,ACGTACGT,LIB-1',
      '2,B,Bee,,LIB-2',
      '3,C,,TTTTGGGG,LIB-2',
      '4,C,,GGGGTTTT,LIB-2',
      '',
    ].join('\n'),
  ],
  [
    'MinKNOW',
    [
      'flow_cell_id,experiment_id,kit,sample_id,barcode,alias,type,library_name',
      'HKFVLDRXX,E1,SQK-NBD114-24,pool,barcode01,A,test_sample,LIB-1',
      'HKFVLDRXX,E1,SQK-NBD114-24,pool,barcode02,,test_sample,LIB-1',
      'HKFVLDRXX,E1,SQK-NBD114-24,pool,barcode03,water,no_template_control,LIB-1',
      '',
    ].join('\n'),
  ],
])('a dropped copy of the %s sheet in the run folder contradicts nobody', async ([, text]) => {
  expect(await told(text, text)).toEqual([])
})
