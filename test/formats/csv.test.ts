/** Tables of every encoding, delimiter and line ending, and whatever is no table. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvFault, readTable, type Table } from '../../src/formats/csv.ts'

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding))

function table(input: Uint8Array): Table {
  const read = readTable(input)
  if (!read.ok) throw new Error(`not read: ${read.error.why}`)
  return read.value
}

const fault = (input: Uint8Array): CsvFault | null => {
  const read = readTable(input)
  return read.ok ? null : read.error
}

const cells = (text: string) => table(bytes(text)).rows.map((row) => row.cells)

describe('encodings', () => {
  const utf16be = Buffer.from('\ufeffid,name\n1,Müller\n', 'utf16le').swap16()
  const cases: Array<[what: string, input: Uint8Array]> = [
    ['UTF-8', bytes('id,name\n1,Müller\n')],
    ['UTF-8 with a byte order mark', bytes('\ufeffid,name\n1,Müller\n')],
    ['UTF-16 as of Excel "Unicode text"', bytes('\ufeffid,name\n1,Müller\n', 'utf16le')],
    ['UTF-16 without a mark', bytes('id,name\n1,Müller\n', 'utf16le')],
    ['UTF-16 of the other byte order', new Uint8Array(utf16be)],
    ['Windows-1252', bytes('id,name\n1,Müller\n', 'latin1')],
  ]
  test.for(cases)('%s', ([, input]) => {
    expect(table(input)).toEqual({
      delimiter: ',',
      rows: [
        { row: 1, cells: ['id', 'name'] },
        { row: 2, cells: ['1', 'Müller'] },
      ],
    })
  })

  test('NUL characters, which an iSeq leaves in its sheets, are dropped', () => {
    expect(cells('Sample_ID,index2\ns1,\0\0\0\0\0\0\0\0\ns2,AC\0GT\n')).toEqual([
      ['Sample_ID', 'index2'],
      ['s1'],
      ['s2', 'ACGT'],
    ])
  })
})

describe('delimiters', () => {
  const cases: Array<[what: string, text: string, delimiter: string]> = [
    ['comma', 'a,b,c\n1,2,3\n', ','],
    ['semicolon', 'a;b;c\n1;2;3\n', ';'],
    ['tab', 'a\tb\tc\n1\t2\t3\n', '\t'],
    ['comma, though a cell holds many semicolons', 'a,b,c\n1,x;y;z;u;v;w,3\n', ','],
    ['semicolon, though every number has a decimal comma', 'a;b\n1,5;2,5\n3,5;4,5\n', ';'],
    ['tab, though the remarks hold commas', 'a\tb\nx\tone, two, three\ny\tfour, five\n', '\t'],
    ['comma, though the sections hold none', '[Header]\nDate,1;2\n[Data]\nSample_ID,index\ns1,ACGT\n', ','],
    [
      'semicolon, where the trailing ones are empty',
      '[Header];;\nDate;13.02.2020;\n[Data];;\nSample_ID;index;\n',
      ';',
    ],
    ['comma, where there is only one column', 'a\n1\n', ','],
  ]
  test.for(cases)('%s', ([, text, delimiter]) => {
    expect(table(bytes(text)).delimiter).toBe(delimiter)
  })

  test('a line sep=; names the delimiter and is no row, as in Excel', () => {
    expect(table(bytes('sep=;\r\na,b;c\r\n1;2\r\n'))).toEqual({
      delimiter: ';',
      rows: [
        { row: 1, cells: ['a,b', 'c'] },
        { row: 2, cells: ['1', '2'] },
      ],
    })
  })

  test('rows that were each saved as one quoted cell are read as the table they were', () => {
    expect(table(bytes('"a,b"\n"1,""x, y"""\n\n"2,z"\n')).rows).toEqual([
      { row: 1, cells: ['a', 'b'] },
      { row: 2, cells: ['1', 'x, y'] },
      { row: 4, cells: ['2', 'z'] },
    ])
  })
})

describe('rows as Excel counts them', () => {
  const cases: Array<[what: string, text: string, rows: number[]]> = [
    ['LF', 'a\nb\nc', [1, 2, 3]],
    ['CRLF', 'a\r\nb\r\nc\r\n', [1, 2, 3]],
    ['CR alone', 'a\rb\rc\r', [1, 2, 3]],
    ['all three mixed', 'a\r\nb\nc\rd', [1, 2, 3, 4]],
    ['blank lines count', 'a\n\n,,,\nb\n   \nc\n\n\n', [1, 4, 6]],
    ['comment lines count', '# who\na\n#\nb\n', [1, 2, 3, 4]],
    ['a line break in a quoted cell is no new row', 'a,b\n"1\r\nx\ny",2\nc,d\n', [1, 2, 3]],
    ['no final newline', 'a,b\n1,2', [1, 2]],
  ]
  test.for(cases)('%s', ([, text, rows]) => {
    expect(table(bytes(text)).rows.map((row) => row.row)).toEqual(rows)
  })
})

describe('cells', () => {
  const cases: Array<[what: string, line: string, expected: string[]]> = [
    ['quoted comma', '"a, b",c', ['a, b', 'c']],
    ['doubled quotation marks', '"say ""hi""",c', ['say "hi"', 'c']],
    ['a mark in the middle', '5" gel,c', ['5" gel', 'c']],
    [
      'a backslash before a mark',
      String.raw`"Zika \"seed\" stock",c`,
      [String.raw`"Zika \"seed\" stock"`, 'c'],
    ],
    ['blanks around, no-break ones too', ' a ,\u00a0b\u00a0', ['a', 'b']],
    ['empty ones at the end are left out', 'a,,b,,,', ['a', '', 'b']],
    ['a number sign is no comment', 'S#2,c', ['S#2', 'c']],
    ['__proto__ is a word', '__proto__,constructor', ['__proto__', 'constructor']],
  ]
  test.for(cases)('%s', ([, line, expected]) => {
    expect(cells(`${line}\nx,y\n`)[0]).toEqual(expected)
  })
})

describe('what is no table is said in words', () => {
  const zip = (inside: string) => bytes(`PK\u0003\u0004....${inside}....`, 'latin1')
  const cases: Array<[what: string, input: Uint8Array, expected: CsvFault]> = [
    ['nothing', bytes(''), { why: 'empty' }],
    ['blank lines', bytes('\r\n,,,\r\n  \r\n'), { why: 'empty' }],
    ['xlsx', zip('xl/workbook.xml'), { why: 'other-format', what: 'an Excel workbook (.xlsx)' }],
    [
      'ods',
      zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
      { why: 'other-format', what: 'a LibreOffice spreadsheet (.ods)' },
    ],
    ['numbers', zip('Index/Document.iwa'), { why: 'other-format', what: 'a Numbers spreadsheet (.numbers)' }],
    ['zip', zip('plate7.csv'), { why: 'other-format', what: 'a zip archive (.zip)' }],
    [
      'xls',
      bytes('\u00d0\u00cf\u0011\u00e0', 'latin1'),
      { why: 'other-format', what: 'an Excel workbook (.xls)' },
    ],
    ['gzip', new Uint8Array(gzipSync('a,b\n')), { why: 'other-format', what: 'a gzip archive (.gz)' }],
    ['png', bytes('\u0089PNG\r\n\u001a\n', 'latin1'), { why: 'other-format', what: 'a picture (.png)' }],
    ['pdf', bytes('%PDF-1.7\n'), { why: 'other-format', what: 'a PDF document' }],
    [
      'html',
      bytes('<!DOCTYPE html>\n<p>Sign in'),
      { why: 'other-format', what: 'a web page or an XML file' },
    ],
    ['zeros', new Uint8Array(4096), { why: 'other-format', what: 'a file of binary data' }],
    [
      'noise',
      new Uint8Array(4096).map((_, at) => (at * 7919) % 251),
      { why: 'other-format', what: 'a file of binary data' },
    ],
    ['a mark never closed', bytes('a,b\n1,2\n"3,4\n5,6\n'), { why: 'quote-open', row: 3 }],
    ['a mark closed by another cell', bytes('a,b\n"1,2\n3,"x"\n5,6\n'), { why: 'quote-open', row: 2 }],
    ['one endless row', bytes(`a,b\n"${'x,'.repeat(200_000)}`), { why: 'row-too-long', row: 2 }],
    ['too many columns', bytes(`a\n${'x,'.repeat(501)}\n`), { why: 'too-many-columns', row: 2 }],
    ['too long a cell', bytes(`a\n\n${'x'.repeat(4097)}\n`), { why: 'cell-too-long', row: 3, at: 0 }],
    ['too many bytes', bytes('a,b\n'.repeat(2_500_001)), { why: 'too-large' }],
  ]
  test.for(cases)('%s', ([, input, expected]) => {
    expect(fault(input)).toEqual(expected)
  })

  test('more rows than allowed, blank ones not counted', () => {
    expect(fault(bytes('a\n'.repeat(100_002)))).toEqual({ why: 'too-many-rows' })
    expect(fault(bytes('a\n\n'.repeat(100_001)))).toBeNull()
  })

  test('ten megabytes of line breaks end', () => {
    expect(fault(bytes('\n'.repeat(9_999_999)))).toEqual({ why: 'too-many-rows' })
  })
})

test('whatever a program writes by the rules is read back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'b', '1', '"', ',', ' ', 'ü'), maxLength: 6 })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      (rows, ending) => {
        // A first row in plain words settles the delimiter.
        const text = [['x', 'y', 'z'], ...rows].map((row) => row.map(quoted).join(',')).join(ending)
        const expected = rows
          .map((row) => row.map((one) => one.trim()))
          .map((row) => row.slice(0, row.findLastIndex((one) => one !== '') + 1))
          .filter((row) => row.length > 0)
        expect(cells(text).slice(1)).toEqual(expected)
      },
    ),
    { seed: 20_200_322, numRuns: 2_000 },
  )
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (input) => {
      const read = readTable(input)
      if (read.ok) for (const row of read.value.rows) expect(row.cells.at(-1)).not.toBe('')
    }),
    { seed: 7, numRuns: 10_000 },
  )
})
