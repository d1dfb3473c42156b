/** Bytes of a CSV as rows of cells, each with the row number Excel shows. Read by csv-parse; nothing is parsed by hand. */
import { CsvError, type Options, parse } from 'csv-parse/sync'
import { err, ok, type Result } from '../result.ts'
import { foreignFormat, looksBinary } from './foreign.ts'
import { decodeText } from './text.ts'

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
  | { why: 'quote-open' | 'row-too-long' | 'too-many-columns' | 'cell-too-long'; row: number }

type TableLimits = { bytes: number; rows: number; columns: number; cellCharacters: number }

const LIMITS: TableLimits = { bytes: 10_000_000, rows: 100_000, columns: 500, cellCharacters: 4096 }

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
export function readTable(bytes: Uint8Array, limits: Partial<TableLimits> = {}): Result<Table, CsvFault> {
  const bounds = { ...LIMITS, ...limits }
  if (bytes.length > bounds.bytes) return err({ why: 'too-large' })
  const foreign = foreignFormat(bytes)
  if (foreign !== null) return err({ why: 'other-format', what: foreign })
  const { text: raw } = decodeText(bytes)
  if (looksBinary(raw)) return err({ why: 'other-format', what: 'a file of binary data' })
  const text = raw.includes('\0') ? raw.replaceAll('\0', '') : raw

  const named = /^"?sep=([,;\t])"?[,;\t]*(?:\r\n|\r|\n|$)/i.exec(text)
  const body = named ? text.slice(named[0].length) : text
  const delimiter = DELIMITERS.find((one) => one === named?.[1]) ?? findDelimiter(body)
  const read = readRows(body, delimiter, bounds)
  if (!read.ok) return read
  if (read.value.length === 0) return err({ why: 'empty' })
  const whole = wholeRowsQuoted(read.value) ? unquoted(read.value, bounds) : null
  return ok(whole ?? { rows: read.value, delimiter })
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

const SYNTAX: Options = {
  // Left to itself csv-parse takes the first line's ending for all of them.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: true,
  max_record_size: ROW_BYTES,
  to: LAST_ROW,
}

function readRows(text: string, delimiter: Delimiter, bounds: TableLimits): Result<Row[], CsvFault> {
  let records: string[][]
  try {
    records = recordsOf(text, delimiter)
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown
    return err(faultBefore(thrown, text, delimiter, bounds))
  }
  const rows: Row[] = []
  for (let at = 0; at < records.length; at++) {
    const cells = trimmed(records[at] ?? [])
    if (cells.length === 0) continue
    const fault = rowFault(cells, at + 1, rows.length, bounds)
    if (fault !== null) return err(fault)
    rows.push({ row: at + 1, cells })
  }
  return records.length === LAST_ROW ? err({ why: 'too-many-rows' }) : ok(rows)
}

/** Asks csv-parse to look only for what the text holds: most sheets are plain, and are read in two thirds of the time. */
function recordsOf(text: string, delimiter: Delimiter): string[][] {
  const bytes = Buffer.from(text)
  const isAscii = bytes.length === text.length
  const firstRow = rowLikeTheLast(text, delimiter)
  const isPlain = !text.includes('"') && !hasLongLine(text)
  const records = cellsOf(Buffer.concat([Buffer.from(firstRow), bytes]), {
    ...SYNTAX,
    delimiter,
    to: LAST_ROW + 1,
    ...(isAscii ? { encoding: 'latin1' as const } : {}),
    ...(text.includes('\r') ? {} : { record_delimiter: '\n' }),
    ...(isPlain ? { quote: null, escape: null, max_record_size: 0 } : {}),
  })
  return records.slice(1)
}

/**
 * Empty cells, as many as the last line has. What csv-parse expects of every row is the first one's width, and each
 * that differs costs it an error: the sheets of instruments begin with narrow rows.
 */
function rowLikeTheLast(text: string, delimiter: Delimiter): string {
  const lines = text.slice(-ROW_BYTES).trimEnd()
  const last = lines.slice(Math.max(lines.lastIndexOf('\n'), lines.lastIndexOf('\r')) + 1)
  return `${delimiter.repeat(last.split(delimiter).length - 1)}\n`
}

function hasLongLine(text: string): boolean {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    if ((end === -1 ? text.length : end) - from > ROW_BYTES) return true
    if (end === -1) return false
    from = end + 1
  }
  return false
}

/** What stopped the reading, or the first thing wrong in a row above it. */
function faultBefore(thrown: CsvError, text: string, delimiter: Delimiter, bounds: TableLimits): CsvFault {
  let row = 0
  let filled = 0
  let fault: CsvFault | null = null
  const look = (record: string[]): null => {
    row++
    const cells = trimmed(record)
    if (cells.length === 0) return null
    fault ??= rowFault(cells, row, filled, bounds)
    filled++
    return null
  }
  try {
    cellsOf(text, { ...SYNTAX, delimiter, on_record: look })
  } catch (again) {
    if (!(again instanceof CsvError)) throw again
  }
  return (
    fault ?? { why: thrown.code === 'CSV_QUOTE_NOT_CLOSED' ? 'quote-open' : 'row-too-long', row: row + 1 }
  )
}

/** Cells without blanks around them, without the empty ones at the end. */
function trimmed(record: string[]): string[] {
  let end = 0
  for (let at = 0; at < record.length; at++) {
    const cell = (record[at] ?? '').trim()
    record[at] = cell
    if (cell !== '') end = at + 1
  }
  return end === record.length ? record : record.slice(0, end)
}

function rowFault(cells: string[], row: number, before: number, bounds: TableLimits): CsvFault | null {
  if (before === bounds.rows) return { why: 'too-many-rows' }
  if (cells.length > bounds.columns) return { why: 'too-many-columns', row }
  for (const cell of cells) {
    // A mark that opened a cell and was never closed has swallowed the rows below, up to the next mark.
    if (cell.charCodeAt(0) === 34 && /[\r\n]/.test(cell)) return { why: 'quote-open', row }
    if (cell.length > bounds.cellCharacters) return { why: 'cell-too-long', row }
  }
  return null
}

/**
 * The delimiter by which most rows of the beginning fall into cells, and among equals the one that makes most rows
 * equally wide. A comma where nothing speaks for another.
 */
function findDelimiter(text: string): Delimiter {
  const head = text.slice(0, 65_536)
  if (!/[;\t]/.test(head)) return ','
  let best: { delimiter: Delimiter; split: number; even: number } = { delimiter: ',', split: 0, even: 0 }
  for (const delimiter of DELIMITERS) {
    if (!head.includes(delimiter)) continue
    const widths = new Map<number, number>()
    const count = (record: string[]): null => {
      const width = trimmed(record).length
      if (width > 1) widths.set(width, (widths.get(width) ?? 0) + 1)
      return null
    }
    try {
      cellsOf(head, { ...SYNTAX, delimiter, to: 200, on_record: count })
    } catch (thrown) {
      // The cut may have left a quoted cell open: the rows before it speak well enough.
      if (!(thrown instanceof CsvError)) throw thrown
    }
    const split = [...widths.values()].reduce((sum, rows) => sum + rows, 0)
    const even = Math.max(0, ...[...widths].map(([width, rows]) => (width - 1) * rows))
    if (split > best.split || (split === best.split && even > best.even)) best = { delimiter, split, even }
  }
  return best.delimiter
}

const wholeRowsQuoted = (rows: Row[]): boolean =>
  rows.length > 1 && rows.every((one) => one.cells.length === 1 && /[,;\t]/.test(one.cells[0] ?? ''))

/** Reads the rows once more out of their single cells; row numbers stay those of the file. */
function unquoted(rows: Row[], bounds: TableLimits): Table | null {
  const text = rows.map((one) => (one.cells[0] ?? '').replace(/\r\n|\r|\n/g, ' ')).join('\n')
  const delimiter = findDelimiter(text)
  const again = readRows(text, delimiter, bounds)
  if (!again.ok) return null
  return { rows: again.value.map((one) => ({ ...one, row: rows[one.row - 1]?.row ?? one.row })), delimiter }
}
