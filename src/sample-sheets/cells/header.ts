/** The row of column names in a flat sheet: which row it is, which columns are known, and what is wrong with it. */
import type { Row, Table } from '../../formats/csv.ts'
import type { Column } from '../../problems.ts'
import { isExcelError } from './damage.ts'
import { columnLetter, type Findings, shown, visible } from './findings.ts'
import { folded, meant } from './likeness.ts'

export type KnownColumn<Name extends string> = {
  name: Name
  /** Other names under which the column is known and read. */
  aliases?: readonly string[]
  /** Other words people use, which are not read but point to what is meant. */
  alsoCalled?: readonly string[]
  /** `or-default`: a registry may have a default for it, but not for a column that is there under a wrong name. */
  required?: boolean | 'or-default'
}

export type Header<Name extends string> = {
  row: number
  /** Number of columns up to the last that has a name. */
  width: number
  /** Where each known column stands, counted from 0. */
  at: ReadonlyMap<Name, number>
  /** Letter and name of a known column; null where the sheet has none of the name. */
  column(name: Name): Column | null
  /** The rows below the header; comments are left out, and the column names of a sheet pasted below. */
  rows: Row[]
}

/** Help texts and comments may stand above the column names, but not a whole page of them. */
const SEARCHED_ROWS = 40

/** The row among the first that names most of the known columns; null where none names any. */
export function findHeader<Name extends string>(
  table: Table,
  known: ReadonlyArray<KnownColumn<Name>>,
): { index: number; names: Set<Name> } | null {
  const names = spellings(known)
  let best: { index: number; names: Set<Name> } | null = null
  for (const [index, row] of table.rows.slice(0, SEARCHED_ROWS).entries()) {
    const found = new Set(row.cells.flatMap((cell) => names.get(folded(cell)) ?? []))
    if (found.size > (best?.names.size ?? 0)) best = { index, names: found }
  }
  return best
}

/** Reads the column names and adds what is wrong with them to `findings`. */
export function readHeader<Name extends string>(
  table: Table,
  known: ReadonlyArray<KnownColumn<Name>>,
  findings: Findings,
): Header<Name> {
  const index = findHeader(table, known)?.index ?? 0
  const header = table.rows[index] ?? { row: 1, cells: [] }
  const names = spellings(known)
  const at = new Map<Name, number>()
  const unknown: number[] = []
  for (const [place, cell] of header.cells.entries()) {
    const name = names.get(folded(cell))
    const first = name === undefined ? undefined : at.get(name)
    if (name === undefined) unknown.push(place)
    else if (first === undefined) at.set(name, place)
    else
      findings.add({
        code: 'sample-sheet.column-twice',
        found: `columns ${columnLetter(first)} and ${columnLetter(place)} are both ${name}`,
        rows: [header.row],
        column: { letter: columnLetter(place), name: cell },
      })
  }
  tellMissing(header, known, at, unknown, findings)
  return {
    row: header.row,
    width: header.cells.length,
    at,
    column(name) {
      const place = at.get(name)
      return place === undefined ? null : { letter: columnLetter(place), name: header.cells[place] ?? name }
    },
    rows: table.rows.slice(index + 1).filter((row) => !isComment(row) && !isSame(row, header)),
  }
}

const isSame = (row: Row, header: Pick<Row, 'cells'>): boolean =>
  row.cells[0] === header.cells[0] &&
  row.cells.length === header.cells.length &&
  row.cells.every((cell, at) => cell === header.cells[at])

/** Letter and name of every known column the sheet has, by its official name. */
export const columnsOf = <Name extends string>({ at, column }: Header<Name>): Record<string, Column> =>
  Object.fromEntries(
    [...at.keys()].flatMap((name) => {
      const found = column(name)
      return found === null ? [] : [[name, found]]
    }),
  )

/** A row that begins with `#` is a remark; one that begins with an error of Excel and goes on is not. */
export function isComment(row: Row): boolean {
  const first = row.cells[0] ?? ''
  return first.startsWith('#') && !(row.cells.length > 1 && isExcelError(first))
}

/** A misspelt column and the one missing for it are one problem; a column nobody knows is none at all. */
function tellMissing<Name extends string>(
  header: Row,
  known: ReadonlyArray<KnownColumn<Name>>,
  at: ReadonlyMap<Name, number>,
  unknown: number[],
  findings: Findings,
): void {
  const absent = known.filter((one) => !at.has(one.name))
  const likely = new Map<Name, number>()
  for (const place of unknown) {
    const cell = header.cells[place] ?? ''
    const called = absent.find((one) => one.alsoCalled?.some((word) => folded(word) === folded(cell)))
    const name =
      called?.name ??
      meant(
        cell,
        absent.map((one) => one.name),
      )
    if (name !== null && name !== undefined && !likely.has(name)) likely.set(name, place)
  }
  for (const { name, required } of absent) {
    const place = likely.get(name)
    if (place === undefined && required !== true) continue
    const cell = place === undefined ? '' : (header.cells[place] ?? '')
    findings.add({
      code: required ? 'sample-sheet.column-missing' : 'sample-sheet.column-unknown',
      found:
        place === undefined
          ? `no column ${name} among: ${header.cells
              .filter((one) => one !== '')
              .slice(0, 30)
              .map(visible)
              .join(', ')}`.slice(0, 300)
          : `column ${columnLetter(place)} is called ${shown(cell)}; ${name} is meant`,
      rows: [header.row],
      column: place === undefined ? null : { letter: columnLetter(place), name: cell },
      ...(place === undefined ? {} : { suggestion: name, fix: `Rename the column to ${name}.` }),
    })
  }
}

function spellings<Name extends string>(known: ReadonlyArray<KnownColumn<Name>>): Map<string, Name> {
  const names = new Map<string, Name>()
  for (const { name, aliases } of known)
    for (const spelling of [name, ...(aliases ?? [])]) names.set(folded(spelling), name)
  return names
}
