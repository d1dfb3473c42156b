/** A good sheet and one thing done wrong, as people do it: each is named in its cell, once, with the right way out. */
import { describe, expect, test } from 'vitest'
import type { SheetReading } from '../../src/handovers.ts'
import { readSheet } from '../../src/sample-sheets/index.ts'

/** Rows and columns as Excel shows them: `at(grid, 'C4', value)`. */
type Grid = string[][]

const registrationSheet: Grid = [
  'central_sample_id,library_name,library_source,library_selection,library_strategy,library_layout_config,library_seq_kit,library_seq_protocol,barcode,library_layout_insert_length,sequencing_org_received_date,run_name,instrument_make,start_time,end_time',
  'BIRM-10001,BIRM-LIB-1,VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,LIGATION,NB01,400,2020-03-20,200322_M01234_0001_AAAAA,ILLUMINA,2020-03-22 10:00:00,2020-03-23 10:00:00',
  'BIRM-10002,BIRM-LIB-1,VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,LIGATION,NB02,400,2020-03-20,200322_M01234_0001_AAAAA,ILLUMINA,2020-03-22 10:00:00,2020-03-23 10:00:00',
  'BIRM-10003,BIRM-LIB-1,VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,LIGATION,NB03,400,2020-03-20,200322_M01234_0001_AAAAA,ILLUMINA,2020-03-22 10:00:00,2020-03-23 10:00:00',
  'BIRM-10004,BIRM-LIB-2,VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,LIGATION,NB01,400,2020-03-21,200329_M01234_0002_BBBBB,ILLUMINA,2020-03-29 10:00:00,2020-03-30 10:00:00',
  'BIRM-10005,BIRM-LIB-2,VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,LIGATION,NB02,400,2020-03-21,200329_M01234_0002_BBBBB,ILLUMINA,2020-03-29 10:00:00,2020-03-30 10:00:00',
].map((line) => line.split(','))

const batchSheet: Grid = [
  'batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth',
  'Gut study week 12,1Z999AA10123456784,AB12CD34EF,Human stool,Standard',
  ',,AB12CD34EG,Human stool,Standard',
  ',,12345678901234,Microbial cell culture,Deep',
  'Gut study week 13,1Z999AA10123456785,AB12CD34EH,Human stool,Deep',
].map((line) => line.split(','))

function placeOf(cell: string): { row: number; column: number } {
  const [, letters = '', digits = ''] = /^([A-Z]+)(\d+)$/.exec(cell) ?? []
  return { row: Number(digits) - 1, column: letters.charCodeAt(0) - 65 }
}

const set = (cell: string, value: string) => (grid: Grid) => {
  const { row, column } = placeOf(cell)
  const cells = grid[row]
  if (cells === undefined || cells[column] === undefined) throw new Error(`no cell ${cell}`)
  cells[column] = value
}
const each = (letter: string, rows: number[], value: string) => (grid: Grid) => {
  for (const row of rows) set(`${letter}${row}`, value)(grid)
}
const dropColumn = (letter: string) => (grid: Grid) => {
  for (const cells of grid) cells.splice(letter.charCodeAt(0) - 65, 1)
}
const repeatRow = (row: number) => (grid: Grid) => {
  grid.push([...(grid[row - 1] ?? [])])
}
const above =
  (...lines: string[]) =>
  (grid: Grid) => {
    grid.unshift(...lines.map((line) => [line]))
  }

const csv = (grid: Grid): Uint8Array => {
  const quoted = (cell: string) => (/[",\n;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return new Uint8Array(Buffer.from(`${grid.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`))
}

const read = (good: Grid, change: (grid: Grid) => void): SheetReading => {
  const grid = good.map((cells) => [...cells])
  change(grid)
  const { recognised, problems } = readSheet(csv(grid), { file: 'plate7.csv' })
  if (recognised === null) throw new Error(`not recognised: ${problems[0]?.found}`)
  return recognised
}

type Mistake = [
  what: string,
  change: (grid: Grid) => void,
  named: { code: string; rows: number[]; letter: string | null; suggestion?: string },
]

const registrationMistakes: Mistake[] = [
  // Column names.
  ['sample column left out', dropColumn('A'), { code: 'column-missing', rows: [1], letter: null }],
  ['library column left out', dropColumn('B'), { code: 'column-missing', rows: [1], letter: null }],
  ['run column left out', dropColumn('L'), { code: 'link-missing', rows: [1], letter: null }],
  [
    'sample column misspelt',
    set('A1', 'central_sampel_id'),
    { code: 'column-missing', rows: [1], letter: 'A', suggestion: 'central_sample_id' },
  ],
  [
    'sample column called Sample ID',
    set('A1', 'Sample ID'),
    { code: 'column-missing', rows: [1], letter: 'A', suggestion: 'central_sample_id' },
  ],
  [
    'library column called Library',
    set('B1', 'Library'),
    { code: 'column-missing', rows: [1], letter: 'B', suggestion: 'library_name' },
  ],
  [
    'library column misspelt',
    set('B1', 'libary_name'),
    { code: 'column-missing', rows: [1], letter: 'B', suggestion: 'library_name' },
  ],
  [
    'optional column misspelt',
    set('C1', 'library_sorce'),
    { code: 'column-unknown', rows: [1], letter: 'C', suggestion: 'library_source' },
  ],
  [
    'kit column misspelt',
    set('G1', 'library_seq_kitt'),
    { code: 'column-unknown', rows: [1], letter: 'G', suggestion: 'library_seq_kit' },
  ],
  [
    'start column misspelt',
    set('N1', 'strat_time'),
    { code: 'column-unknown', rows: [1], letter: 'N', suggestion: 'start_time' },
  ],
  ['one column twice', set('H1', 'library_seq_kit'), { code: 'column-twice', rows: [1], letter: 'H' }],
  // Options.
  [
    'source misspelt',
    set('C3', 'VIRAL_RMA'),
    { code: 'unknown-option', rows: [3], letter: 'C', suggestion: 'VIRAL_RNA' },
  ],
  [
    'source is no option',
    each('C', [2, 3, 4], 'SYNTHETIC'),
    { code: 'unknown-option', rows: [2, 3, 4], letter: 'C' },
  ],
  ['source is just RNA', each('C', [5, 6], 'RNA'), { code: 'unknown-option', rows: [5, 6], letter: 'C' }],
  [
    'source in small letters',
    each('C', [2, 3, 4, 5, 6], 'viral rna'),
    { code: 'value-normalised', rows: [2, 3, 4, 5, 6], letter: 'C' },
  ],
  ['source with a hyphen', set('C2', 'Viral-RNA'), { code: 'value-normalised', rows: [2], letter: 'C' }],
  [
    'selection misspelt',
    set('D4', 'PRC'),
    { code: 'unknown-option', rows: [4], letter: 'D', suggestion: 'PCR' },
  ],
  [
    'selection and strategy swapped',
    set('D2', 'AMPLICON'),
    { code: 'unknown-option', rows: [2], letter: 'D' },
  ],
  [
    'strategy misspelt',
    set('E5', 'AMPLICONN'),
    { code: 'unknown-option', rows: [5], letter: 'E', suggestion: 'AMPLICON' },
  ],
  [
    'strategy in the plural',
    set('E2', 'Amplicons'),
    { code: 'unknown-option', rows: [2], letter: 'E', suggestion: 'AMPLICON' },
  ],
  [
    'strategy has a letter too few',
    set('E6', 'AMPLCON'),
    { code: 'unknown-option', rows: [6], letter: 'E', suggestion: 'AMPLICON' },
  ],
  [
    'layout is paired-end',
    each('F', [2, 3, 4], 'Paired-end'),
    { code: 'value-normalised', rows: [2, 3, 4], letter: 'F' },
  ],
  [
    'layout misspelt',
    set('F3', 'PARIED'),
    { code: 'unknown-option', rows: [3], letter: 'F', suggestion: 'PAIRED' },
  ],
  ['make is ONT', each('M', [2, 3, 4], 'ONT'), { code: 'value-normalised', rows: [2, 3, 4], letter: 'M' }],
  [
    'make misspelt',
    set('M2', 'ILUMINA'),
    { code: 'unknown-option', rows: [2], letter: 'M', suggestion: 'ILLUMINA' },
  ],
  ['make is a model', set('M4', 'MiSeq'), { code: 'unknown-option', rows: [4], letter: 'M' }],
  // What Excel does.
  ['sample became scientific', set('A3', '1.23E+13'), { code: 'excel-number', rows: [3], letter: 'A' }],
  [
    'sample became scientific, decimal comma',
    set('A3', '1,23E+13'),
    { code: 'excel-number', rows: [3], letter: 'A' },
  ],
  [
    'sample became a date',
    set('A4', '1-Mar'),
    { code: 'excel-date', rows: [4], letter: 'A', suggestion: 'MAR1' },
  ],
  [
    'sample became a month',
    set('A4', 'Sep-20'),
    { code: 'excel-date', rows: [4], letter: 'A', suggestion: 'SEP20' },
  ],
  [
    'library became a date',
    each('B', [5, 6], '12-Dec'),
    { code: 'excel-date', rows: [5, 6], letter: 'B', suggestion: 'DEC12' },
  ],
  [
    'kit became a date',
    each('G', [2, 3, 4], 'Mar-09'),
    { code: 'excel-date', rows: [2, 3, 4], letter: 'G', suggestion: 'MAR09' },
  ],
  [
    'barcode became a date',
    set('I2', '01-Feb'),
    { code: 'excel-date', rows: [2], letter: 'I', suggestion: 'FEB1' },
  ],
  [
    'run became scientific',
    each('L', [2, 3, 4], '2E+05'),
    { code: 'excel-number', rows: [2, 3, 4], letter: 'L' },
  ],
  ['look-up failed', set('A5', '#N/A'), { code: 'excel-error', rows: [5], letter: 'A' }],
  ['reference broke', set('B3', '#REF!'), { code: 'excel-error', rows: [3], letter: 'B' }],
  ['name error', set('G5', '#NAME?'), { code: 'excel-error', rows: [5], letter: 'G' }],
  ['column too narrow', set('K4', '########'), { code: 'excel-error', rows: [4], letter: 'K' }],
  ['formula left in', set('B4', '=B3'), { code: 'formula', rows: [4], letter: 'B' }],
  ['look-up left in', set('A2', '=VLOOKUP(C2;Sheet2!A:B;2)'), { code: 'formula', rows: [2], letter: 'A' }],
  [
    'a zero lost among numbers',
    (grid) => {
      for (const [at, id] of ['00120', '00121', '122', '00123', '00124'].entries())
        set(`A${at + 2}`, id)(grid)
    },
    { code: 'leading-zeros-lost', rows: [4], letter: 'A', suggestion: '00122' },
  ],
  // Characters.
  [
    'a dash of autocorrect',
    set('A2', 'BIRM–10001'),
    { code: 'odd-character', rows: [2], letter: 'A', suggestion: 'BIRM-10001' },
  ],
  [
    'a no-break blank inside',
    set('A3', 'BIRM\u00a010002'),
    { code: 'odd-character', rows: [3], letter: 'A', suggestion: 'BIRM 10002' },
  ],
  [
    'a zero-width blank inside',
    set('A3', 'BIRM-\u200b10002'),
    { code: 'odd-character', rows: [3], letter: 'A', suggestion: 'BIRM-10002' },
  ],
  [
    'a Cyrillic letter',
    set('A3', 'ВIRM-10002'),
    { code: 'odd-character', rows: [3], letter: 'A', suggestion: 'BIRM-10002' },
  ],
  [
    'a line break inside',
    set('B2', 'BIRM-\nLIB-1'),
    { code: 'odd-character', rows: [2], letter: 'B', suggestion: 'BIRM- LIB-1' },
  ],
  [
    'a tab inside',
    each('G', [2, 3, 4], 'LSK\t109'),
    { code: 'value-normalised', rows: [2, 3, 4], letter: 'G' },
  ],
  [
    'full-width digits',
    set('A6', 'BIRM-１０００５'),
    { code: 'odd-character', rows: [6], letter: 'A', suggestion: 'BIRM-10005' },
  ],
  ['a lost character', set('B6', 'BIRM-LIB\ufffd2'), { code: 'odd-character', rows: [6], letter: 'B' }],
  [
    'quotation marks typed around',
    set('A2', '“BIRM-10001”'),
    { code: 'value-normalised', rows: [2], letter: 'A' },
  ],
  ["Excel's text mark left", set('A2', "'BIRM-10001"), { code: 'value-normalised', rows: [2], letter: 'A' }],
  // Left empty, left over, left out.
  ['sample left empty', set('A4', ''), { code: 'value-missing', rows: [4], letter: 'A' }],
  ['sample of blanks', set('A4', '   '), { code: 'value-missing', rows: [4], letter: 'A' }],
  ['library left empty', set('B6', ''), { code: 'value-missing', rows: [6], letter: 'B' }],
  [
    'run left empty for a library',
    each('L', [5, 6], ''),
    { code: 'link-missing', rows: [5, 6], letter: 'L' },
  ],
  ['template row left in', set('A2', 'BIRM-XXXXX'), { code: 'template-row', rows: [2], letter: 'A' }],
  ['placeholder in brackets', set('B5', '<library name>'), { code: 'template-row', rows: [5], letter: 'B' }],
  ['n/a for a number', set('J3', 'n/a'), { code: 'placeholder', rows: [3], letter: 'J' }],
  ['a dash for nothing', set('I5', '-'), { code: 'placeholder', rows: [5], letter: 'I' }],
  ['n/a for a sample', set('A3', 'N/A'), { code: 'value-missing', rows: [3], letter: 'A' }],
  // Numbers, dates, times, lengths.
  [
    'length with a unit',
    each('J', [2, 3, 4], '400 bp'),
    { code: 'value-normalised', rows: [2, 3, 4], letter: 'J' },
  ],
  [
    'length with a comma',
    each('J', [2, 3, 4], '1,400'),
    { code: 'not-a-number', rows: [2, 3, 4], letter: 'J', suggestion: '1400' },
  ],
  [
    'length about',
    each('J', [5, 6], '~400'),
    { code: 'not-a-number', rows: [5, 6], letter: 'J', suggestion: '400' },
  ],
  ['length in words', set('J5', 'four hundred'), { code: 'not-a-number', rows: [5], letter: 'J' }],
  ['length below zero', set('J5', '-400'), { code: 'not-a-number', rows: [5], letter: 'J' }],
  ['date with slashes, ambiguous', set('K2', '03/04/2020'), { code: 'not-a-date', rows: [2], letter: 'K' }],
  [
    'date with slashes, certain',
    set('K2', '20/03/2020'),
    { code: 'value-normalised', rows: [2], letter: 'K' },
  ],
  [
    'date with two digits of a year',
    set('K3', '20/03/20'),
    { code: 'not-a-date', rows: [3], letter: 'K', suggestion: '2020-03-20' },
  ],
  [
    'date as a count of days',
    set('K3', '43910'),
    { code: 'not-a-date', rows: [3], letter: 'K', suggestion: '2020-03-20' },
  ],
  ['date of no calendar', set('K4', '2020-02-30'), { code: 'not-a-date', rows: [4], letter: 'K' }],
  ['date in words', set('K5', 'last Friday'), { code: 'not-a-date', rows: [5], letter: 'K' }],
  ['date with dots', set('K6', '21.03.2020'), { code: 'value-normalised', rows: [6], letter: 'K' }],
  [
    'time with slashes',
    each('N', [2, 3, 4], '22/03/2020 10:00'),
    { code: 'value-normalised', rows: [2, 3, 4], letter: 'N' },
  ],
  [
    'time ambiguous',
    each('N', [2, 3, 4], '02/03/2020 10:00'),
    { code: 'not-a-time', rows: [2, 3, 4], letter: 'N' },
  ],
  [
    'hour of no day',
    each('O', [5, 6], '2020-03-30 25:00:00'),
    { code: 'not-a-time', rows: [5, 6], letter: 'O' },
  ],
  [
    'start and end swapped',
    (grid) => {
      each('N', [2, 3, 4], '2020-03-24 10:00:00')(grid)
    },
    { code: 'ends-before-start', rows: [2, 3, 4], letter: 'O' },
  ],
  [
    'name far too long',
    each('B', [2, 3, 4], 'L'.repeat(97)),
    { code: 'value-too-long', rows: [2, 3, 4], letter: 'B' },
  ],
  // Rows together.
  [
    'kit differs in one row',
    set('G4', 'LSK110'),
    { code: 'rows-disagree', rows: [2, 4], letter: 'G', suggestion: 'LSK109' },
  ],
  ['layout differs', set('F6', 'SINGLE'), { code: 'rows-disagree', rows: [5, 6], letter: 'F' }],
  [
    'fill handle counted the kit up',
    (grid) => {
      set('G3', 'LSK110')(grid)
      set('G4', 'LSK111')(grid)
    },
    { code: 'rows-disagree', rows: [2, 3], letter: 'G' },
  ],
  [
    'make differs for one run',
    set('M3', 'OXFORD_NANOPORE'),
    { code: 'rows-disagree', rows: [2, 3], letter: 'M', suggestion: 'ILLUMINA' },
  ],
  [
    'end differs for one run',
    set('O6', '2020-03-31 10:00:00'),
    { code: 'rows-disagree', rows: [5, 6], letter: 'O' },
  ],
  ['a row pasted twice', repeatRow(3), { code: 'biosample-twice', rows: [3, 7], letter: 'A' }],
  ['a sample typed twice', set('A4', 'BIRM-10001'), { code: 'biosample-twice', rows: [2, 4], letter: 'A' }],
  ['a barcode typed twice', set('I3', 'NB01'), { code: 'barcode-twice', rows: [2, 3], letter: 'I' }],
  [
    'library in other letters',
    set('B3', 'Birm-Lib-1'),
    { code: 'names-differ-in-case', rows: [2, 3], letter: 'B', suggestion: 'BIRM-LIB-1' },
  ],
  [
    'sample in other letters',
    set('A3', 'birm-10001'),
    { code: 'names-differ-in-case', rows: [2, 3], letter: 'A' },
  ],
  [
    'a value pushed the row to the right',
    (grid) => {
      grid[2]?.splice(6, 1, 'LSK109', ' fresh')
    },
    { code: 'row-too-wide', rows: [3], letter: 'P' },
  ],
  [
    'help text above, and a misspelt option',
    (grid) => {
      set('C3', 'VIRAL_RNAA')(grid)
      above('Fill in one row per sample', '')(grid)
    },
    { code: 'unknown-option', rows: [5], letter: 'C', suggestion: 'VIRAL_RNA' },
  ],
]

const batchMistakes: Mistake[] = [
  [
    'O for 0',
    set('C2', '12345O7890'),
    { code: 'tube-barcode', rows: [2], letter: 'C', suggestion: '1234507890' },
  ],
  [
    'I for 1',
    set('C4', 'I2345678901234'),
    { code: 'tube-barcode', rows: [4], letter: 'C', suggestion: '12345678901234' },
  ],
  [
    'a zero lost',
    set('C4', '2345678901234'),
    { code: 'tube-barcode', rows: [4], letter: 'C', suggestion: '02345678901234' },
  ],
  ['tube became scientific', set('C4', '1.23457E+13'), { code: 'excel-number', rows: [4], letter: 'C' }],
  ['a character too few', set('C3', 'AB12CD34E'), { code: 'tube-barcode', rows: [3], letter: 'C' }],
  ['a character of another kind', set('C3', 'AB12CD34E_'), { code: 'tube-barcode', rows: [3], letter: 'C' }],
  ['a blank inside', set('C3', 'AB12C D34EG'), { code: 'value-normalised', rows: [3], letter: 'C' }],
  ['a tube scanned twice', set('C3', 'AB12CD34EF'), { code: 'tube-twice', rows: [2, 3], letter: 'C' }],
  [
    'the same tube in two batches',
    set('C5', 'ab12cd34ef'),
    { code: 'tube-twice', rows: [2, 5], letter: 'C' },
  ],
  ['no tube', set('C3', ''), { code: 'value-missing', rows: [3], letter: 'C' }],
  [
    'specimen misspelt',
    set('D2', 'Human stol'),
    { code: 'unknown-option', rows: [2], letter: 'D', suggestion: 'Human stool' },
  ],
  [
    'specimen in small letters',
    set('D2', 'human stool'),
    { code: 'value-normalised', rows: [2], letter: 'D' },
  ],
  ['another specimen', set('D3', 'Saliva'), { code: 'unknown-option', rows: [3], letter: 'D' }],
  [
    'depth misspelt',
    set('E4', 'Dep'),
    { code: 'unknown-option', rows: [4], letter: 'E', suggestion: 'Deep' },
  ],
  ['depth is a number', set('E4', '30x'), { code: 'unknown-option', rows: [4], letter: 'E' }],
  ['no batch at the top', set('A2', ''), { code: 'value-missing', rows: [2], letter: 'A' }],
  ['batch name too long', set('A5', 'x'.repeat(101)), { code: 'value-too-long', rows: [5], letter: 'A' }],
  ['no tracking number', set('B5', ''), { code: 'value-missing', rows: [5], letter: 'B' }],
  ['a semicolon alone', set('B5', ';'), { code: 'value-missing', rows: [5], letter: 'B' }],
  [
    'tracking numbers by comma',
    set('B2', '1Z999, 1Z998'),
    { code: 'tracking-number', rows: [2], letter: 'B', suggestion: '1Z999; 1Z998' },
  ],
  ['tracking number with a sign', set('B2', '1Z999#2'), { code: 'tracking-number', rows: [2], letter: 'B' }],
  [
    'tracking number became scientific',
    set('B2', '9.40551E+21'),
    { code: 'excel-number', rows: [2], letter: 'B' },
  ],
  [
    'specimen column by another name',
    set('D1', 'Specimen'),
    { code: 'column-missing', rows: [1], letter: 'D', suggestion: 'specimen_type' },
  ],
  ['tube column left out', dropColumn('C'), { code: 'column-missing', rows: [1], letter: null }],
  [
    'tube column misspelt',
    set('C1', 'tube_barcdoe'),
    { code: 'column-missing', rows: [1], letter: 'C', suggestion: 'tube_barcode' },
  ],
]

test.for([
  ['registration', registrationSheet],
  ['One Codex batch', batchSheet],
] as const)('the good %s sheet has no problem', ([, good]) => {
  const reading = read(good, () => {})
  expect(reading.problems).toEqual([])
  expect(reading.valid).toBe(true)
})

describe.for([
  ['registration sheet', registrationSheet, registrationMistakes],
  ['One Codex batch sheet', batchSheet, batchMistakes],
] as const)('%s', ([, good, mistakes]) => {
  test.for(mistakes as Mistake[])('%s', ([, change, { code, rows, letter, suggestion }]) => {
    const { problems } = read(good, change)
    const [first] = problems.filter((one) => one.code === `sample-sheet.${code}`)
    expect(first?.rows, JSON.stringify(problems)).toEqual(rows)
    expect(first?.suggestion).toBe(suggestion)
    expect(first?.column?.letter ?? null).toBe(letter)
    // No cascade: one mistake is one kind of problem.
    expect(new Set(problems.map((one) => one.code)).size, JSON.stringify(problems)).toBe(1)
  })
})

test('of a hundred mistakes or more at least 98 % name the right cell and 90 % the right way out', () => {
  const told = [
    ...registrationMistakes.map((one) => [registrationSheet, one] as const),
    ...batchMistakes.map((one) => [batchSheet, one] as const),
  ].map(([good, [, change, { code, rows, letter, suggestion }]]) => {
    const [first] = read(good, change).problems
    const isCell = String(first?.rows) === String(rows) && (first?.column?.letter ?? null) === letter
    // What to do hangs on the code; a value to write instead is one of its own.
    return { isCell, isFix: first?.code === `sample-sheet.${code}` && first.suggestion === suggestion }
  })
  expect(told.length).toBeGreaterThanOrEqual(100)
  expect(told.filter(({ isCell }) => isCell).length / told.length).toBeGreaterThanOrEqual(0.98)
  expect(told.filter(({ isFix }) => isFix).length / told.length).toBeGreaterThanOrEqual(0.9)
})
