/** Bytes of a CSV as rows of cells, each with the row number Excel shows. Read by csv-parse; nothing is parsed by hand. */
import { isAscii } from 'node:buffer'
import { CsvError, type Options, parse } from 'csv-parse/sync'
import { err, ok, type Result } from '../result.ts'
import { foreignFormat, looksBinary } from './foreign.ts'
import { asUtf8 } from './text.ts'

/** One line of the sheet, cells trimmed. `row` is 1-based as Excel counts it, blank and comment lines included. */
export type Row = { row: number; cells: string[] }

/** Rows that hold something, in order; blank ones are left out, and empty cells at the end of a row too. */
export type Table = {
  rows: Row[]
  delimiter: Delimiter
}

const DELIMITERS = [',', ';', '\t'] as const
type Delimiter = (typeof DELIMITERS)[number]

/** Why bytes are no table. `row` is the row as Excel counts it in which reading stopped. */
export type CsvFault =
  | { why: 'empty' | 'too-large' | 'too-many-rows' }
  | { why: 'other-format'; what: string }
  | { why: 'quote-open' | 'row-too-long' | 'too-many-columns'; row: number }
  /** `at` is the column, counted from 0. */
  | { why: 'cell-too-long'; row: number; at: number }

/** By these a file is known for what it is. */
const HEAD_BYTES = 8_192

const MOST = { bytes: 10_000_000, rows: 100_000, columns: 500, cellCharacters: 4096 }

/** Excel's own last row. Blank rows do not count against the limit, but a file of nothing else must end somewhere. */
const LAST_ROW = 1_048_576
/** No sheet has a row of this size; a quotation mark never closed makes one of all that follows. */
const ROW_BYTES = 256 * 1024

/**
 * Reads a whole table: any of the encodings of `text.ts`, comma, semicolon or tab (one for the whole file), lines
 * ending in LF, CRLF or CR, mixed or not. NUL characters, which an iSeq leaves in its sheets, are dropped. Quotation
 * marks in the middle of a cell are kept as they stand.
 *
 * A first line `sep=;` names the delimiter and is no row, as in Excel. A file whose every row was saved as one quoted
 * cell (a comma sheet that went through an Excel of a semicolon country) is read as the table it was.
 */
export function readTable(bytes: Uint8Array): Result<Table, CsvFault> {
  if (bytes.length > MOST.bytes) return err({ why: 'too-large' })
  const foreign = foreignFormat(bytes)
  if (foreign !== null) return err({ why: 'other-format', what: foreign })
  const raw = asUtf8(bytes)
  if (looksBinary(raw.toString('utf8', 0, HEAD_BYTES)))
    return err({ why: 'other-format', what: 'a file of binary data' })
  const text = raw.includes(0) ? Buffer.from(raw.filter((byte) => byte !== 0)) : raw

  const named = /^"?sep=([,;\t])"?[,;\t]*(?:\r\n|\r|\n|$)/i.exec(text.toString('latin1', 0, HEAD_BYTES))
  const body = named ? text.subarray(named[0].length) : text
  const delimiter = DELIMITERS.find((one) => one === named?.[1]) ?? findDelimiter(body)
  const read = readRows(body, delimiter)
  if (!read.ok) return read
  if (read.value.length === 0) return err({ why: 'empty' })
  const whole = wholeRowsQuoted(read.value) ? unquoted(read.value) : null
  return ok(whole ?? { rows: read.value, delimiter })
}

const SYNTAX: Options = {
  // Left to itself csv-parse takes the first line's ending for all of them.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: true,
  max_record_size: ROW_BYTES,
}

/**
 * What csv-parse makes of a text. For every row of another width than the first it makes an error, also where such rows
 * are welcome, and the sheets of instruments are full of them: without stacks that takes a fifth of the time.
 */
export function cellsOf(text: string | Buffer, options: Options): string[][] {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return parse(text, options)
  } finally {
    Error.stackTraceLimit = limit
  }
}

type Take = (record: string[]) => void

/** Hands every record to `take` as soon as it is read, and keeps none. */
const eachRecord = (text: string | Buffer, options: Options, take: Take): void => {
  cellsOf(text, {
    ...options,
    on_record(record: string[]) {
      take(record)
      return null
    },
  })
}

/** What is read at once of a text in which every line is a row. */
const BLOCK_BYTES = 64 * 1024

/** The same, block by block, which takes less of csv-parse than to tell of each record where it stood. */
function eachLine(text: Buffer, firstRow: Buffer, options: Options, take: Take): void {
  // A CR before a line's end is trimmed away with other blanks.
  const isAlone = /\r(?!\n)/.test(text.toString('latin1'))
  const lineOptions = isAlone ? options : { ...options, record_delimiter: '\n' }
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from + BLOCK_BYTES) + 1 || text.length
    const records = cellsOf(Buffer.concat([firstRow, text.subarray(from, end)]), lineOptions)
    for (let at = 1; at < records.length; at++) take(records[at] ?? [])
    from = end
  }
}

/** The rows that hold something. The first fault, from above, is the one that counts. */
function readRows(text: Buffer, delimiter: Delimiter): Result<Row[], CsvFault> {
  const plain = isPlain(text)
  const rows: Row[] = []
  let row = 0
  let fault: CsvFault | null = null
  let above: string[] = []
  const take = (record: string[]): void => {
    row++
    const cells = fault === null ? trimmed(record, above) : []
    if (cells.length === 0) return
    fault = rowFault(cells, row, rows.length) ?? (plain ? null : cellFault(cells, row))
    rows.push({ row, cells })
    above = cells
  }
  try {
    readRecords(text, delimiter, { plain, take })
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    fault ??= {
      why: thrown.code === 'CSV_QUOTE_NOT_CLOSED' ? 'quote-open' : 'row-too-long',
      row: row + 1,
    }
  }
  if (fault !== null) return err(fault)
  return row >= LAST_ROW ? err({ why: 'too-many-rows' }) : ok(rows)
}

/** Nothing is quoted, and no line is longer than a cell may be: a row is a line, and no cell need be looked at. */
const isPlain = (text: Buffer): boolean => !text.includes('"') && !hasLongLine(text)

function hasLongLine(text: Buffer): boolean {
  for (let from = 0; from + MOST.cellCharacters < text.length; ) {
    const end = text.lastIndexOf('\n', from + MOST.cellCharacters)
    if (end < from) return true
    from = end + 1
  }
  return false
}

/** Asks csv-parse to look only for what the text holds: most sheets are plain, and are read the faster. */
function readRecords(
  text: Buffer,
  delimiter: Delimiter,
  { plain, take }: { plain: boolean; take: Take },
): void {
  const options: Options = { ...SYNTAX, delimiter, encoding: isAscii(text) ? 'latin1' : 'utf8' }
  const firstRow = rowLikeTheLast(text, delimiter)
  if (plain) {
    eachLine(text, firstRow, { ...options, quote: null, escape: null, max_record_size: 0 }, take)
    return
  }
  let isFirst = true
  eachRecord(Buffer.concat([firstRow, text]), { ...options, to: LAST_ROW + 1 }, (record) => {
    if (!isFirst) take(record)
    isFirst = false
  })
}

/**
 * Empty cells, as many as the last line has. What csv-parse expects of every row is the first one's width, and each
 * that differs costs it an error: the sheets of instruments begin with narrow rows.
 */
function rowLikeTheLast(text: Buffer, delimiter: Delimiter): Buffer {
  const lines = text.toString('latin1', Math.max(0, text.length - ROW_BYTES)).trimEnd()
  const last = lines.slice(Math.max(lines.lastIndexOf('\n'), lines.lastIndexOf('\r')) + 1)
  return Buffer.from(`${delimiter.repeat(last.split(delimiter).length - 1)}\n`)
}

const NO_ROW: readonly string[] = []

/**
 * Cells without blanks around them, without the empty ones at the end. A value that stands in the row above too is
 * the same text there and here, so that a sheet takes no more memory than the different values it holds.
 */
function trimmed(record: string[], above = NO_ROW): string[] {
  let end = 0
  for (let at = 0; at < record.length; at++) {
    const written = record[at] ?? ''
    const same = above[at]
    const cell = written === same ? same : written.trim()
    record[at] = cell === same ? same : cell
    if (cell !== '') end = at + 1
  }
  return end === record.length ? record : record.slice(0, end)
}

function rowFault(cells: string[], row: number, before: number): CsvFault | null {
  // The row of column names does not count.
  if (before > MOST.rows) return { why: 'too-many-rows' }
  return cells.length > MOST.columns ? { why: 'too-many-columns', row } : null
}

function cellFault(cells: string[], row: number): CsvFault | null {
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] ?? ''
    // A mark that opened a cell and was never closed has swallowed the rows below, up to the next mark.
    if (cell.charCodeAt(0) === 34 && /[\r\n]/.test(cell)) return { why: 'quote-open', row }
    if (cell.length > MOST.cellCharacters) return { why: 'cell-too-long', row, at }
  }
  return null
}

/**
 * The delimiter by which most rows of the beginning fall into cells, and among equals the one that makes most rows
 * equally wide. A comma where nothing speaks for another.
 */
function findDelimiter(text: Buffer): Delimiter {
  const head = text.toString('utf8', 0, 65_536)
  if (!/[;\t]/.test(head)) return ','
  let best: { delimiter: Delimiter; split: number; even: number } = { delimiter: ',', split: 0, even: 0 }
  for (const delimiter of DELIMITERS) {
    if (!head.includes(delimiter)) continue
    const widths = new Map<number, number>()
    const count = (record: string[]): void => {
      const width = trimmed(record).length
      if (width > 1) widths.set(width, (widths.get(width) ?? 0) + 1)
    }
    eachRowOf(head, delimiter, count)
    const split = [...widths.values()].reduce((sum, rows) => sum + rows, 0)
    const even = Math.max(0, ...[...widths].map(([width, rows]) => (width - 1) * rows))
    if (split > best.split || (split === best.split && even > best.even)) best = { delimiter, split, even }
  }
  return best.delimiter
}

/** The first rows. Where nothing is quoted each line is one, and csv-parse would stumble over every other width. */
function eachRowOf(head: string, delimiter: Delimiter, take: Take): void {
  const most = 200
  if (!head.includes('"')) {
    for (const line of head.split(/\r\n|\r|\n/, most)) take(line.split(delimiter))
    return
  }
  try {
    eachRecord(head, { ...SYNTAX, delimiter, to: most }, take)
  } catch (thrown) {
    // The cut may have left a quoted cell open: the rows before it speak well enough.
    if (!(thrown instanceof CsvError)) throw thrown
  }
}

const wholeRowsQuoted = (rows: Row[]): boolean =>
  rows.length > 1 && rows.every((one) => one.cells.length === 1 && /[,;\t]/.test(one.cells[0] ?? ''))

/** Reads the rows once more out of their single cells; row numbers stay those of the file. */
function unquoted(rows: Row[]): Table | null {
  const lines = rows.map((one) => (one.cells[0] ?? '').replace(/\r\n|\r|\n/g, ' '))
  const text = Buffer.from(lines.join('\n'))
  const delimiter = findDelimiter(text)
  const again = readRows(text, delimiter)
  if (!again.ok) return null
  return { rows: again.value.map((one) => ({ ...one, row: rows[one.row - 1]?.row ?? one.row })), delimiter }
}
