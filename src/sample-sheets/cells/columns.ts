/** Reads the cells of known columns row by row, and gathers what is wrong with each. */
import type { Row } from '../../formats/csv.ts'
import type { Checked, Fault } from './damage.ts'
import { columnLetter, type Findings, shown } from './findings.ts'
import type { Header, KnownColumn } from './header.ts'
import type { Kind } from './values.ts'

export type ReadColumn<Name extends string> = KnownColumn<Name> & {
  kind: Kind<string> | Kind<number>
  /** Every row must say something here. */
  filled?: boolean
}

/** What one row says. Columns that are missing, blank or wrong have no value; `faulty` tells the wrong ones. */
export type ReadRow<Name extends string> = {
  row: number
  values: Readonly<Values<Name>>
  faulty: ReadonlySet<Name>
}

type Values<Name extends string> = Partial<Record<Name, string | number | undefined>>

type PresentColumn<Name extends string> = {
  name: Name
  at: number
  filled: boolean
  read: Kind<string | number>
  /** The cell that was read last, and what it says. */
  cell: string
  checked: Checked<string | number>
}

/** Reads every row below the header. */
export function readRows<Name extends string>(
  header: Header<Name>,
  columns: ReadonlyArray<ReadColumn<Name>>,
  findings: Findings,
): Array<ReadRow<Name>> {
  const present = columns.flatMap(({ name, kind, filled = false }): Array<PresentColumn<Name>> => {
    const at = header.at.get(name)
    return at === undefined ? [] : [{ name, at, filled, read: remembering(kind), cell: '', checked: BLANK }]
  })
  let above: Values<Name> = {}
  return header.rows.map((row, index) => {
    if (isShifted(row, header)) return shiftedRow(row, header.rows[index - 1], present, header, findings)
    const read = readRow(row, above, present, header, findings)
    above = read.values
    return read
  })
}

/** `above` is what the row read before says: most cells repeat it, and are not read again. */
function readRow<Name extends string>(
  { row, cells }: Row,
  above: Readonly<Values<Name>>,
  present: ReadonlyArray<PresentColumn<Name>>,
  header: Header<Name>,
  findings: Findings,
): ReadRow<Name> {
  const values: Values<Name> = { ...above }
  let faulty: Set<Name> | null = null
  for (const column of present) {
    const cell = cells[column.at] ?? ''
    if (cell !== column.cell) {
      column.cell = cell
      column.checked = cell === '' ? BLANK : column.read(cell)
      values[column.name] = column.checked.value ?? undefined
    }
    const { value, faults } = column.checked
    if (value !== null && faults.length === 0) continue
    const { name, filled } = column
    if (value === null && faults.length === 0 && filled)
      findings.add({ ...missing(`${name} is empty`), rows: [row], column: header.column(name) })
    for (const fault of faults) {
      const placeholder = fault.code === 'sample-sheet.placeholder'
      const told = placeholder && filled ? missing(`${fault.found} says nothing`) : fault
      findings.add({ ...told, rows: [row], column: header.column(name) })
      if (value !== null || placeholder) continue
      faulty ??= new Set()
      faulty.add(name)
    }
  }
  return { row, values, faulty: faulty ?? NONE }
}

const BLANK: Checked<never> = { value: null, faults: [] }
const NONE: ReadonlySet<never> = new Set()
const missing = (found: string): Fault => ({ code: 'sample-sheet.value-missing', found })

/** A cell right behind the last column was pushed there; one further off is somebody's remark. */
const isShifted = <Name extends string>(row: Row, header: Header<Name>): boolean =>
  Boolean(row.cells[header.width])

/** Of a row that was pushed to the right, only what it repeats from the row above is sure to stand where it should. */
function shiftedRow<Name extends string>(
  { row, cells }: Row,
  above: Row | undefined,
  present: ReadonlyArray<PresentColumn<Name>>,
  header: Header<Name>,
  findings: Findings,
): ReadRow<Name> {
  findings.add({
    code: 'sample-sheet.row-too-wide',
    found: `${shown(cells[header.width] ?? '')} stands behind the last column, ${columnLetter(header.width - 1)}`,
    rows: [row],
    column: { letter: columnLetter(header.width), name: '' },
  })
  const values: Partial<Record<Name, string | number>> = {}
  for (const { name, at, read } of present) {
    const cell = cells[at]
    const value = cell !== undefined && cell !== '' && cell === above?.cells[at] ? read(cell).value : null
    if (value !== null) values[name] = value
  }
  return { row, values, faulty: new Set(present.map((one) => one.name)) }
}

const REMEMBERED = 2_000
/** Looked up in vain so often, a column's values are most likely all different. */
const IN_VAIN = 4_000

/** The same few values stand in most columns again and again. */
function remembering(kind: Kind<string> | Kind<number>): Kind<string | number> {
  const known = new Map<string, Checked<string | number>>()
  let inVain = 0
  return (cell) => {
    const seen = inVain < IN_VAIN ? known.get(cell) : undefined
    if (seen !== undefined) return seen
    inVain++
    const checked = kind(cell)
    if (known.size < REMEMBERED) known.set(cell, checked)
    return checked
  }
}

/** How many different values a column has. */
export function distinct<Name extends string>(rows: ReadonlyArray<ReadRow<Name>>, name: Name): number {
  const different = new Set<string | number>()
  for (const { values } of rows) {
    const value = values[name]
    if (value !== undefined) different.add(value)
  }
  return different.size
}

export const asText = (value: string | number | undefined): string | null =>
  value === undefined ? null : String(value)
export const asNumber = (value: string | number | undefined): number | null =>
  typeof value === 'number' ? value : null
