/** What MinKNOW refuses in a sample sheet, as its own loader and documentation have it. */
import type { ProblemCode } from '../../problems.ts'
import { type Findings, shown, visible } from '../cells/findings.ts'
import type { Header } from '../cells/header.ts'
import { meant } from '../cells/likeness.ts'
import { type MinknowColumn, type MinknowRow, placeOf } from './rows.ts'

type Sheet = { header: Header<MinknowColumn>; findings: Findings }

/** Columns that need one another, or exclude one another. Both flow cell and position may be given: MinKNOW's own sheets do. */
export function tellColumns({ header, findings }: Sheet): void {
  const has = (...names: MinknowColumn[]) => names.some((name) => header.at.has(name))
  const tell = (code: ProblemCode, found: string, name?: MinknowColumn) =>
    findings.add({ code, found, rows: [header.row], column: name === undefined ? null : header.column(name) })
  if (!has('flow_cell_id', 'position_id'))
    tell('sample-sheet.column-missing', 'neither flow_cell_id nor position_id')
  if (!has('sample_id', 'experiment_id', 'alias'))
    tell('sample-sheet.column-missing', 'none of sample_id, experiment_id, alias')
  const barcoded = has('barcode', 'internal_barcode', 'external_barcode')
  if (barcoded && !has('alias')) tell('sample-sheet.column-missing', 'barcodes need a column alias')
  if (!barcoded)
    for (const name of ['alias', 'type'] as const)
      if (has(name))
        tell('sample-sheet.columns-clash', `${name} means nothing without a column of barcodes`, name)
  if (has('barcode') && has('internal_barcode', 'external_barcode'))
    tell(
      'sample-sheet.columns-clash',
      'barcode stands beside internal_barcode or external_barcode',
      'barcode',
    )
  else if (has('internal_barcode') !== has('external_barcode'))
    tell(
      'sample-sheet.columns-clash',
      'internal_barcode and external_barcode belong together',
      has('internal_barcode') ? 'internal_barcode' : 'external_barcode',
    )
}

const TYPES = ['test_sample', 'positive_control', 'negative_control', 'no_template_control'] as const

const FORMS: Array<[column: MinknowColumn, form: RegExp, example: string]> = [
  ['barcode', /^barcode\d{2,3}$/, 'barcode01'],
  ['internal_barcode', /^internal\d{2,3}$/, 'internal01'],
  ['external_barcode', /^external\d{2,3}$/, 'external01'],
  // MinKNOW itself writes numbered controls and `na`.
  ['type', /^(?:test_sample|(?:positive|negative|no_template)_control(?:_\d+)?|na)$/, TYPES.join(', ')],
]

export function tellRows(rows: readonly MinknowRow[], sheet: Sheet): void {
  const { header, findings } = sheet
  for (const one of rows) {
    for (const [column, form, example] of FORMS) {
      const value = one[column]
      if (value === '' || form.test(value)) continue
      const suggestion = likely(column, value)
      findings.add({
        code: 'sample-sheet.minknow-value',
        found: `${shown(value)} is not of the form ${example}`,
        rows: [one.row],
        column: header.column(column),
        ...(suggestion === null ? {} : { suggestion }),
      })
    }
    if (placeOf(one) === '' && (header.at.has('flow_cell_id') || header.at.has('position_id')))
      findings.add({
        code: 'sample-sheet.minknow-position',
        found: 'flow_cell_id and position_id are empty',
        rows: [one.row],
        column: header.column('flow_cell_id') ?? header.column('position_id'),
      })
  }
  tellTwice(rows, (one) => one.barcode, 'barcode', sheet)
  tellTwice(
    rows,
    (one) =>
      (one.internal_barcode || one.external_barcode) && `${one.internal_barcode}+${one.external_barcode}`,
    'internal_barcode',
    sheet,
  )
  if (header.at.has('barcode') || header.at.has('internal_barcode'))
    tellTwice(rows, (one) => one.alias, 'alias', sheet)
  tellDiffering(rows, () => 'the sheet', 'experiment_id', sheet)
  tellDiffering(rows, (one) => placeOf(one), 'sample_id', sheet)
}

/** `Barcode 1`, `BC01`, `NB01`, `1`: all of them mean barcode01. */
function likely(column: MinknowColumn, value: string): string | null {
  if (column === 'type') return meant(value, TYPES)
  const digits = /^[a-z]*[\s_-]*0*(\d{1,3})$/i.exec(value)?.[1]
  return digits === undefined ? null : `${column.replace('_barcode', '')}${digits.padStart(2, '0')}`
}

function tellTwice(
  rows: readonly MinknowRow[],
  valueIn: (row: MinknowRow) => string,
  column: MinknowColumn,
  { header, findings }: Sheet,
): void {
  const places = new Map<string, Map<string, number>>()
  for (const one of rows) {
    const value = valueIn(one)
    if (value === '') continue
    const place = placeOf(one)
    const known = places.get(place) ?? new Map<string, number>()
    if (known.size === 0) places.set(place, known)
    const first = known.get(value)
    if (first === undefined) known.set(value, one.row)
    else
      findings.add({
        code: 'sample-sheet.minknow-twice',
        found: `${shown(value)} stands on ${shown(placeOf(one))} in rows ${first} and ${one.row}`,
        rows: [first, one.row],
        column: header.column(column),
      })
  }
}

/** Rows of one place must give one value. */
function tellDiffering(
  rows: readonly MinknowRow[],
  placeOf: (row: MinknowRow) => string,
  column: MinknowColumn,
  { header, findings }: Sheet,
): void {
  if (!header.at.has(column)) return
  const known = new Map<string, MinknowRow>()
  for (const one of rows) {
    const place = placeOf(one)
    const first = known.get(place)
    if (first === undefined) known.set(place, one)
    else if (first[column] !== one[column])
      findings.add({
        code: 'sample-sheet.rows-disagree',
        found: `${visible(place)} has ${column} ${shown(first[column])} in row ${first.row} and ${shown(one[column])} in row ${one.row}`,
        rows: [first.row, one.row],
        column: header.column(column),
      })
  }
}
