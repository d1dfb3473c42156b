/** Says of a table nobody recognised what it holds, and what it may be. */
import type { Table } from '../../formats/csv.ts'
import { visible } from './findings.ts'
import { folded } from './likeness.ts'

/** Tables of other programs that look like a sheet, by words among their first cells. */
const OTHERS: Array<[words: string[], what: string]> = [
  [['runvalues', 'samples'], 'a run manifest of Element (for Bases2Fastq)'],
  [['runname', 'iscollection'], 'a run design of PacBio'],
  [['samplewell', 'wellsamplename'], 'a run design of PacBio'],
  [['fastq1', 'fastq2'], 'the input of an analysis pipeline'],
]

export function describeUnknown(table: Table): string {
  const words = new Set(table.rows.slice(0, 200).flatMap((row) => row.cells.map(folded)))
  const other = OTHERS.find(([all]) => all.every((word) => words.has(word)))
  if (other) return `it looks like ${other[1]}`
  if (words.has('header') && table.rows.some((row) => row.cells[0]?.toLowerCase() === '[header]'))
    return 'an Illumina sheet without a section [Data]'
  const first = table.rows.find((row) => row.cells.length > 1) ?? table.rows[0]
  const cells = (first?.cells ?? []).filter((one) => one !== '').map((one) => visible(one.slice(0, 40)))
  return `row ${first?.row ?? 1} reads: ${cells.slice(0, 12).join(', ')}`.slice(0, 300)
}
