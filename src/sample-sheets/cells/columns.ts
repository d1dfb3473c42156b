/** Reads the cells of known columns row by row, and gathers what is wrong with each. */
import type { Row } from '../../formats/csv.ts'
import type { Checked } from './damage.ts'
import { columnLetter, type Findings, shown } from './findings.ts'
import type { Header, KnownColumn } from './header.ts'
import type { Kind } from './values.ts'

export type ReadColumn<Name extends string> = KnownColumn<Name> & { kind: Kind<string> | Kind<number> }

/** What one row says. Columns that are missing, blank or wrong are null; `faulty` tells the wrong ones. */
export type ReadRow<Name extends string> = {
  row: number
  values: ReadonlyMap<Name, string | number>
  faulty: ReadonlySet<Name>
}

/** Reads every row below the header. A cell that is required and blank is left to the format, which knows why. */
export function readRows<Name extends string>(
  header: Header<Name>,
  columns: ReadonlyArray<ReadColumn<Name>>,
  findings: Findings,
): Array<ReadRow<Name>> {
  const present = columns.flatMap((column) => {
    const at = header.at.get(column.name)
    return at === undefined ? [] : [{ name: column.name, at, read: remembering(column.kind) }]
  })
  return header.rows.map((row) => {
    const values = new Map<Name, string | number>()
    const faulty = new Set<Name>()
    for (const { name, at, read } of present) {
      const cell = row.cells[at]
      if (cell === undefined || cell === '') continue
      const { value, faults } = read(cell)
      if (value !== null) values.set(name, value)
      for (const fault of faults) {
        findings.add({ ...fault, rows: [row.row], column: header.column(name) })
        if (value === null && fault.code !== 'sample-sheet.placeholder') faulty.add(name)
      }
    }
    tellTooWide(row, header, findings)
    return { row: row.row, values, faulty }
  })
}

/** The same few values stand in a column again and again. */
function remembering(kind: Kind<string> | Kind<number>): Kind<string | number> {
  const known = new Map<string, Checked<string | number>>()
  return (cell) => {
    let checked = known.get(cell)
    if (checked === undefined) {
      checked = kind(cell)
      known.set(cell, checked)
    }
    return checked
  }
}

/** A cell right behind the last column was pushed there; one further off is somebody's remark. */
function tellTooWide<Name extends string>(row: Row, header: Header<Name>, findings: Findings): void {
  const extra = row.cells[header.width]
  if (extra === undefined || extra === '') return
  findings.add({
    code: 'sample-sheet.row-too-wide',
    found: `${shown(extra)} stands behind the last column, ${columnLetter(header.width - 1)}`,
    rows: [row.row],
    column: { letter: columnLetter(header.width), name: '' },
  })
}

export const asText = (value: string | number | undefined): string | null =>
  value === undefined ? null : String(value)
export const asNumber = (value: string | number | undefined): number | null =>
  typeof value === 'number' ? value : null
