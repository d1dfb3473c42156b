/** MinKNOW sample sheets: those people write for MinKNOW, and those it writes into the run folder. */
import type { SequencedSample } from '../handovers.ts'
import { hasErrors } from '../problems.ts'
import { createFindings, NO_ROWS } from './cells/findings.ts'
import { findHeader, readHeader } from './cells/header.ts'
import { suppliedLibraries, toReading } from './instrument/libraries.ts'
import { countSamples, sequencedSamples } from './instrument/sequenced.ts'
import { isControl, linkOf, type MinknowRow, minknowColumns, sampleOf, toRows } from './minknow/rows.ts'
import { tellColumns, tellRows } from './minknow/rules.ts'
import type { SheetFormat } from './sheet-format.ts'

export const minknow = {
  name: 'minknow',

  recognise(table) {
    const names = findHeader(table, minknowColumns)?.names
    if (names === undefined) return false
    if (names.has('flow_cell_id') || names.has('position_id') || names.has('protocol_run_id')) return true
    // Other tables of samples and barcodes lie in run folders too.
    return names.has('experiment_id') && names.size > 1
  },

  read(table, options) {
    const findings = createFindings(options.file)
    const header = readHeader(table, minknowColumns, findings)
    const rows = toRows(header)
    tellColumns({ header, findings })
    if (rows.length === 0) findings.add(NO_ROWS)
    tellRows(rows, { header, findings })
    const supplies = header.at.has('library_name')
    // What follows concerns registering, not sequencing.
    const valid = !hasErrors(findings.problems())
    const libraries = suppliedLibraries(
      rows.filter((one) => supplies && !(one.library_name === '' && isControl(one))),
      {
        library: (one) => one.library_name,
        sample: sampleOf,
        barcode: (one) => one.barcode || one.internal_barcode || null,
        link: linkOf,
      },
      header.column('library_name'),
      findings,
      options,
    )
    const experiments = new Set(rows.map((one) => one.experiment_id).filter((one) => one !== ''))
    return toReading(
      {
        format: 'minknow',
        version: null,
        valid,
        experimentName: experiments.size === 1 ? ([...experiments][0] ?? null) : null,
        samples: countSamples(rows.map(sampleOf).filter((id) => id !== '')),
        rows: rows.length,
      },
      libraries,
      findings.problems(),
      { supplies },
      options.inRunFolder ? sequencedOf(rows) : [],
    )
  },
} satisfies SheetFormat

/** Without aliases a barcode has no name but its own, and the sample id is that of the whole flow cell. */
function sequencedOf(rows: MinknowRow[]): SequencedSample[] {
  const told = rows.flatMap((one) => {
    const barcode = one.barcode || one.internal_barcode
    return barcode === '' ? [] : [{ row: one.row, names: [sampleOf(one)], barcode }]
  })
  return told.some(({ names, barcode }) => !names.includes(barcode)) ? sequencedSamples(told) : []
}
