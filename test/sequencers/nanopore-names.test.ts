/** What names tell of Oxford Nanopore runs, without opening a file. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isRunFolder, readFolderName, sheetsAmong } from '../../src/sequencers/nanopore/folder-name.ts'
import { nanopore } from '../../src/sequencers/nanopore/index.ts'
import { modelOf } from '../../src/sequencers/nanopore/models.ts'
import { corpus } from '../rig/corpus.ts'
import { diskFolder, memoryFolder } from '../rig/folders.ts'

test.for([
  ['20250603_1201_3E_PAA12345_e05460c6', '3E', 'PAA12345', 'e05460c6'],
  ['20220302_1321_2-E11-H11_PAK00383_f8320272', '2-E11-H11', 'PAK00383', 'f8320272'],
  ['20240404_0909_MN30102_MY_CELL_07_0123abcd', 'MN30102', 'MY_CELL_07', '0123abcd'],
  ['20241120_1500_P2S-00123-A_PAW55102_0123abcd', 'P2S-00123-A', 'PAW55102', '0123abcd'],
  ['20230101_1500_P2S_00123-1_PAW55102_0123abcd', 'P2S_00123-1', 'PAW55102', '0123abcd'],
  ['20200101_1412_MN19414__68125dc2', 'MN19414', '', '68125dc2'],
  ['20200122_1217_1-A1-B1-PAE12345_1234567a', '1-A1-B1', 'PAE12345', '1234567a'],
  ['20210520_1105_2-E1-H1_PAG23119_76e7e00f.ext', '2-E1-H1', 'PAG23119', '76e7e00f'],
] as const)('%s is taken apart', ([name, position, flowcellId, shortId]) => {
  expect(readFolderName(name)).toMatchObject({ position, flowcellId, shortId })
})

test.for([
  ['Sample_Group', []],
  ['20221103_EGS2_25070AT', ['25070AT0003/']],
  ['reports', ['report_PAM83464_20221103_1714_136e9f68.html']],
  ['queued_reads', ['final_summary_PAA12345_e05460c6_0a1b2c3d.txt']],
  ['20250603_1201_3E_PAA12345_e05460c', []],
  ['20250603_1201_3E_PAA12345_E05460C6', []],
  ['20220302_A01234_0001_AHK00383DRXX', ['RunInfo.xml']],
  ['analysis', ['final_summary.txt', 'report.html']],
  ['fastq_pass', ['barcode01/']],
  ['pod5', []],
] as const)('%s is no run folder', ([name, names]) => {
  expect(isRunFolder(name, names)).toBe(false)
})

test.for([
  ['20250603_1201_3E_PAA12345_e05460c6', []],
  ['renamed by the site', ['final_summary_PAA12345_e05460c6_0a1b2c3d.txt']],
  ['pooled', ['sample_sheet_PAA12345_20250603_1207_e05460c6.csv']],
  ['S-1', ['report_PAA12345_20250603_1207_e05460c6.html']],
  ['old run', ['final_summary.txt', 'report.md']],
  ['20170913_1402_Zymo_mock_run2', ['fast5/']],
  ['20171002_0900_a', ['PC_20171002_FAH1_MN1_sequencing_run_a_1_read_1_ch_1_strand.fast5']],
] as const)('%s is a run folder', ([name, names]) => {
  expect(isRunFolder(name, names)).toBe(true)
})

test.for([
  [{ productName: 'PromethION 48', deviceType: 'PROMETHION' }, 'PromethION 48'],
  [{ productName: 'GridION', deviceType: 'P2_SOLO', position: 'P2S-00123-A' }, 'P2 Solo'],
  [{ productName: 'PC of the lab', deviceType: 'PROMETHION', position: '3G' }, 'PromethION'],
  [{ deviceType: 'PROMETHION', position: '4C' }, 'PromethION 48'],
  [{ deviceType: 'promethion', serial: 'PC24B148' }, 'PromethION 24'],
  [{ productCode: 'GRD-X5B003', deviceType: 'gridion' }, 'GridION Mk1'],
  [{ productCode: 'GRD-X5B001', deviceType: 'gridion' }, 'GridION X5'],
  [{ deviceType: 'minion', serial: 'MN19414' }, 'MinION Mk1B'],
  [{ deviceType: 'MINION_MK1C' }, 'MinION Mk1C'],
  [{ deviceType: 'P2_INTEGRATED' }, 'P2 Integrated'],
  [{ deviceType: 'PEBBLE' }, null],
  [{ serial: 'PCT0112' }, 'PromethION'],
  [{ serial: 'PC24C101', position: '2C' }, 'PromethION 24'],
  [{ serial: 'PCA100090' }, 'PromethION'],
  [{ serial: 'GXB02004', position: 'X2' }, 'GridION'],
  [{ position: 'X5' }, 'GridION'],
  [{ position: '2-A5-D5' }, 'PromethION'],
  [{ position: 'somewhere' }, null],
  [{}, null],
] as const)('%j is a %s', ([clues, model]) => {
  expect(modelOf(clues)).toBe(model)
})

test('a table somebody laid into the folder counts before the sheet MinKNOW writes, its other tables never', () => {
  const own = 'sample_sheet_PAA12345_20250603_1207_e05460c6.csv'
  const names = ['output_hash_PAA12345_20250603_1207_e05460c6.csv', 'plate 4.CSV', own, 'throughput_x.csv']
  expect(sheetsAmong(names)).toEqual(['plate 4.CSV', own])
})

/** A read of 2017, by what its name begins with and the sample. */
const read = (mux: string, name: string) => `${mux}_sequencing_run_${name}_34567_read_12_ch_101_strand.fast5`
test.for<[what: string, files: string[], told: Array<string | null>]>([
  [
    'a MinION, beside the folder of its muxes',
    [read('LABPC_20171002_FAH20010_MN17073', 'a'), 'fast5/x'],
    ['FAH20010', 'MN17073', 'MinION Mk1B', 'a'],
  ],
  [
    'a GridION, three folders down',
    [`fast5/pass/0/${read('GXB01102_20180518_FAH86257_GA10000', 'a')}`],
    ['FAH86257', 'GXB01102', 'GridION', 'a'],
  ],
  [
    'two flow cells',
    ['FAH20010', 'FAH20011'].map((cell) => `fast5/${read(`PC_20171002_${cell}_MN17073`, 'a')}`),
    [null, 'MN17073', 'MinION Mk1B', 'a'],
  ],
  [
    'a sample the folder is not named after',
    [read('PC_20171002_FAH20010_MN17073', 'b')],
    ['FAH20010', 'MN17073', 'MinION Mk1B', null],
  ],
])('names of reads that tell of %s', ([, files, told]) => {
  const folder = memoryFolder('20171002_0900_a', Object.fromEntries(files.map((file) => [file, ''])))
  expect(nanopore.recognise(folder)).toBe(true)
  const { run } = nanopore.read(folder)
  expect([run.flowcellId, run.instrumentSerial, run.instrumentModel, run.sampleId]).toEqual(told)
})

test('of the oldest folders no more than a few names of reads are listed', () => {
  const asked: Array<number | undefined> = []
  nanopore.read({
    ...memoryFolder('20171002_0900_a', { 'fast5/0/a.fast5': '' }),
    list: (path, most) => {
      asked.push(most)
      return path === 'fast5' ? ['0/'] : []
    },
  })
  expect(asked.every((most) => most !== undefined && most <= 16)).toBe(true)
})

test('marks are the files that tell about the run and the sheets, never reads', () => {
  const names = ['bam_pass/', 'final_summary_a.txt', 'notes.txt', 'pod5/', 'report_a_0123abcd.json', 'x.csv']
  expect(nanopore.marks({ name: 'x', names, list: () => [] })).toEqual([
    'final_summary_a.txt',
    'report_a_0123abcd.json',
    'x.csv',
  ])
})

const trees = corpus('nanopore')
test.skipIf(!trees)(
  'only the run folders of the real trees are recognised, nothing above or below them',
  () => {
    const base = trees?.base ?? ''
    const expected = new Set(trees?.rows.map((row) => join(base, row.run)))
    const recognised = readdirSync(join(base, 'runs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => nanopore.recognise(diskFolder(path)))
    expect(new Set(recognised)).toEqual(expected)
  },
)
