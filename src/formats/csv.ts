/** Bytes of a CSV as rows of cells, each with the row number Excel shows. Read by csv-parse; nothing is parsed by hand. */

/** One line of the sheet. `row` is 1-based as Excel counts it, blank and comment lines included. */
export type Row = { row: number; cells: string[] }

export type Table = {
  rows: Row[]
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
  delimiter: ',' | ';' | '\t'
}
