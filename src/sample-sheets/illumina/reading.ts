/** What a sheet with Illumina samples amounts to: counts, verdict, and the libraries of its column Library_Name. */
import type { SequencedSample, SheetReading } from '../../handovers.ts'
import { hasErrors } from '../../problems.ts'
import type { RunLink } from '../../record/library.ts'
import type { Findings } from '../cells/findings.ts'
import { suppliedLibraries, toReading } from '../instrument/libraries.ts'
import { countSamples, sequencedSamples } from '../instrument/sequenced.ts'
import type { SheetOptions } from '../sheet-format.ts'
import { isNone } from './indexes.ts'
import type { SampleRow, SampleTable } from './samples.ts'

type IlluminaSheet = {
  format: 'illumina-v1' | 'illumina-v2' | 'casava'
  version: string | null
  experimentName: string | null
  samples: SampleTable
  /** How a dropped sheet finds its run. */
  link: RunLink | null
}

export function illuminaReading(
  sheet: IlluminaSheet,
  findings: Findings,
  options: SheetOptions,
): SheetReading {
  const { samples } = sheet
  const named = samples.rows.filter((one) => one.sampleId !== '')
  const supplies = samples.column('library') !== null
  // What follows concerns registering, not demultiplexing.
  const valid = !hasErrors(findings.problems())
  const libraries = suppliedLibraries(
    supplies ? samples.rows : [],
    {
      library: (one) => one.library,
      sample: (one) => one.sampleId,
      barcode: barcodeOf,
      link: () => sheet.link,
    },
    samples.column('library'),
    findings,
    options,
  )
  return toReading(
    {
      format: sheet.format,
      version: sheet.version,
      valid,
      experimentName: sheet.experimentName,
      samples: countSamples(named.map((one) => one.sampleId)),
      // Without a column of sample ids every row counts as one.
      rows: samples.column('sampleId') === null ? samples.rows.length : named.length,
    },
    libraries,
    findings.problems(),
    { supplies },
    options.inRunFolder ? sequencedOf(named) : [],
  )
}

/** A sheet without indexes tells what the lanes hold, and no samples apart. */
function sequencedOf(rows: SampleRow[]): SequencedSample[] {
  const told = rows.map((one) => ({
    row: one.row,
    names: [one.sampleId, one.sampleName],
    barcode: barcodeOf(one),
  }))
  return told.some(({ barcode }) => barcode !== null) ? sequencedSamples(told) : []
}

function barcodeOf({ index, index2 }: SampleRow): string | null {
  if (isNone(index)) return isNone(index2) ? null : index2
  return isNone(index2) ? index : `${index}-${index2}`
}
