/** One Codex batch sheets: one row a tube, shipped to the laboratory in batches. */
import { hasErrors } from '../problems.ts'
import type { Batch, Tube } from '../record/library.ts'
import { blocking } from './cells/blocking.ts'
import { asText, distinct, type ReadColumn, type ReadRow, readRows } from './cells/columns.ts'
import { createFindings, type Findings, NO_ROWS, shown } from './cells/findings.ts'
import { columnsOf, findHeader, type Header, readHeader } from './cells/header.ts'
import { option, trackingNumbers, tubeBarcode, words } from './cells/values.ts'
import { registration } from './registration.ts'
import type { SheetFormat } from './sheet-format.ts'

type BatchColumn =
  | 'batch_name'
  | 'return_tracking_number'
  | 'tube_barcode'
  | 'specimen_type'
  | 'sequencing_depth'

const columns: ReadonlyArray<ReadColumn<BatchColumn>> = [
  { name: 'batch_name', alsoCalled: ['batch', 'name'], required: true, kind: words(100) },
  {
    name: 'return_tracking_number',
    aliases: ['return_tracking_numbers'],
    alsoCalled: ['tracking_number', 'tracking_numbers', 'tracking'],
    required: true,
    kind: trackingNumbers,
  },
  {
    name: 'tube_barcode',
    alsoCalled: ['barcode', 'tube', 'tube_id', 'tube_barcodes'],
    required: true,
    filled: true,
    kind: tubeBarcode,
  },
  {
    name: 'specimen_type',
    alsoCalled: ['specimen', 'sample_type', 'type'],
    required: 'or-default',
    kind: option(['Human stool', 'Microbial cell culture']),
  },
  {
    name: 'sequencing_depth',
    alsoCalled: ['depth'],
    required: 'or-default',
    kind: option(['Standard', 'Deep']),
  },
]

export const onecodexBatch = {
  name: 'onecodex-batch',

  recognise(table) {
    const found = findHeader(table, columns)
    if (found === null || found.names.size < 2) return false
    // A registration sheet may note the tube of each biosample.
    const isWhole = found.names.has('batch_name') && found.names.has('tube_barcode')
    return isWhole || !registration.recognise(table)
  },

  read(table, { file }) {
    const findings = createFindings(file)
    const header = readHeader(table, columns, findings)
    const rows = readRows(header, columns, findings)
    if (rows.length === 0) findings.add(NO_ROWS)
    tellTubesTwice(rows, header, findings)
    const batches = [...byBatch(rows, header, findings)].map(([name, its]) =>
      toBatch(name, its, header, findings),
    )
    const problems = findings.problems()
    const stopped = blocking(batches, problems)
    return {
      format: 'onecodex-batch',
      version: null,
      samples: distinct(rows, 'tube_barcode'),
      rows: rows.length,
      valid: !hasErrors(problems),
      experimentName: null,
      libraries: [],
      batches: stopped.subjects,
      problems,
      columns: columnsOf(header),
      blocked: stopped.blocked,
    }
  },
} satisfies SheetFormat

type BatchRow = ReadRow<BatchColumn>

/** A tube is one tube however its letters are written. */
function tellTubesTwice(rows: BatchRow[], header: Header<BatchColumn>, findings: Findings): void {
  const first = new Map<string, number>()
  const repeated = new Map<string, number[]>()
  for (const { row, values } of rows) {
    const barcode = asText(values.tube_barcode)?.toUpperCase()
    if (barcode === undefined) continue
    const before = first.get(barcode)
    if (before === undefined) first.set(barcode, row)
    else repeated.set(barcode, [...(repeated.get(barcode) ?? [before]), row])
  }
  for (const [barcode, at] of repeated)
    findings.add({
      code: 'sample-sheet.tube-twice',
      found: `${shown(barcode)} stands in rows ${at.slice(0, 10).join(', ')}`,
      rows: at,
      column: header.column('tube_barcode'),
    })
}

/** Rows by their batch. A row without a name belongs to the batch above it; where that name is wrong, to none. */
function byBatch(rows: BatchRow[], header: Header<BatchColumn>, findings: Findings): Map<string, BatchRow[]> {
  const batches = new Map<string, BatchRow[]>()
  const named = rows.findIndex((row) => row.values.batch_name !== undefined || row.faulty.has('batch_name'))
  const first = rows[0]
  if (named !== 0 && first !== undefined && header.at.has('batch_name'))
    findings.add({
      code: 'sample-sheet.value-missing',
      found: 'batch_name is empty, and no row above gives one',
      rows: [first.row],
      column: header.column('batch_name'),
    })
  let name: string | null = null
  for (const row of rows) {
    name = asText(row.values.batch_name) ?? (row.faulty.has('batch_name') ? null : name)
    if (name === null) continue
    const known = batches.get(name)
    if (known === undefined) batches.set(name, [row])
    else known.push(row)
  }
  return batches
}

function toBatch(name: string, rows: BatchRow[], header: Header<BatchColumn>, findings: Findings): Batch {
  const given = new Set(rows.map((row) => asText(row.values.return_tracking_number)))
  const numbers = [...given].flatMap((one) => one?.split(';') ?? [])
  const faulty = rows.some((row) => row.faulty.has('return_tracking_number'))
  if (numbers.length === 0 && !faulty && header.at.has('return_tracking_number'))
    findings.add({
      code: 'sample-sheet.value-missing',
      found: `batch ${shown(name)} has no return_tracking_number in any of its rows`,
      rows: rows.slice(0, 1).map((one) => one.row),
      column: header.column('return_tracking_number'),
    })
  const tubes: Tube[] = []
  for (const { row, values } of rows) {
    const tubeBarcode = asText(values.tube_barcode)
    if (tubeBarcode === null) continue
    const specimenType = asText(values.specimen_type)
    const sequencingDepth = asText(values.sequencing_depth)
    tubes.push({ tubeBarcode, specimenType, sequencingDepth, rows: [row] })
  }
  return { name, returnTrackingNumbers: [...new Set(numbers)], tubes, rows: rows.map((one) => one.row) }
}
