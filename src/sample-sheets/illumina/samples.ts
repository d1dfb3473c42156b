/** The samples of an Illumina sheet: the column names of its data section, and each row below them. */
import type { Row } from '../../formats/csv.ts'
import type { Column } from '../../problems.ts'
import { columnLetter } from '../cells/findings.ts'
import { folded } from '../cells/likeness.ts'

export type SampleRow = {
  row: number
  /** Sample_ID; where it is empty, Sample_Name; empty where neither is there. */
  sampleId: string
  /** Sample_Name; empty where it is not there. */
  sampleName: string
  /** Sample_ID itself is empty. */
  nameOnly: boolean
  /** Null: all lanes. */
  lane: string | null
  index: string
  index2: string
  project: string
  overrideCycles: string
  mismatches: readonly [index1: string, index2: string]
  library: string
}

const NAMES = {
  sampleId: ['Sample_ID'],
  sampleName: ['Sample_Name'],
  lane: ['Lane'],
  index: ['index'],
  index2: ['index2'],
  project: ['Sample_Project', 'Project'],
  overrideCycles: ['OverrideCycles'],
  mismatches1: ['BarcodeMismatchesIndex1'],
  mismatches2: ['BarcodeMismatchesIndex2'],
} as const

type SampleColumn = keyof typeof NAMES | 'library'

export type SampleTable = {
  headerRow: number
  column(name: SampleColumn): Column | null
  /** Columns whose exact name stands there more than once. */
  twice: Column[]
  rows: SampleRow[]
  /** Rows with more cells than the sheet has columns, each with the first of these. */
  tooWide: Array<{ row: number; cell: string }>
}

/** The data section's table; the column names may have a sentence or two above them, as in Illumina's own template. */
export function readSamples(rows: readonly Row[], fallbackRow: number): SampleTable {
  const above = rows.slice(0, 5).findIndex((row) => row.cells.some((cell) => folded(cell) === 'sampleid'))
  const start = Math.max(0, above)
  const header = rows[start] ?? { row: fallbackRow, cells: [] }
  const width = header.cells.length
  const below = rows.slice(start + 1)
  const at = new Map<SampleColumn, number>()
  for (const [column, names] of Object.entries(NAMES) as Array<[keyof typeof NAMES, readonly string[]]>) {
    const place = placeOf(header.cells, names)
    if (place !== -1) at.set(column, place)
  }
  // `LibraryName`, in one word, is another thing: BaseSpace's name of a sample and its index.
  const named = header.cells.findIndex((cell) => /^library[\s_-]name$/i.test(cell))
  if (named !== -1) at.set('library', named)
  const toColumn = (place: number): Column => ({
    letter: columnLetter(place),
    name: header.cells[place] ?? '',
  })
  const cellOf = (column: SampleColumn) => {
    const place = at.get(column)
    return place === undefined ? () => '' : (row: Row) => row.cells[place] ?? ''
  }
  const [sampleId, sampleName, lane] = [cellOf('sampleId'), cellOf('sampleName'), cellOf('lane')]
  const [index, index2] = [cellOf('index'), cellOf('index2')]
  const [project, overrideCycles, library] = [cellOf('project'), cellOf('overrideCycles'), cellOf('library')]
  const [mismatches1, mismatches2] = [cellOf('mismatches1'), cellOf('mismatches2')]
  const hasMismatches = at.has('mismatches1') || at.has('mismatches2')
  const hasIndex2 = at.has('index2')
  return {
    headerRow: header.row,
    column: (name) => (at.has(name) ? toColumn(at.get(name) ?? 0) : null),
    twice: header.cells.flatMap((name, place) =>
      name !== '' && header.cells.indexOf(name) < place ? [toColumn(place)] : [],
    ),
    tooWide: below
      .filter(({ cells }) => cells.length > width)
      .flatMap(({ row, cells }) => (cells[width] ? [{ row, cell: cells[width] }] : [])),
    rows: below.map((row) => {
      const both = hasIndex2 ? null : bothIndexes(index(row))
      const [id, name] = [sampleId(row), sampleName(row)]
      return {
        row: row.row,
        sampleId: id || name,
        sampleName: name,
        nameOnly: id === '',
        lane: lane(row) || null,
        index: both?.[0] ?? index(row),
        index2: both?.[1] ?? index2(row),
        project: project(row),
        overrideCycles: overrideCycles(row),
        mismatches: hasMismatches ? [mismatches1(row), mismatches2(row)] : NO_MISMATCHES,
        library: library(row),
      }
    }),
  }
}

const NO_MISMATCHES = ['', ''] as const

/** The exact name first: sheets of some sequencing centres hold a column of their own that differs only in case. */
function placeOf(header: readonly string[], names: readonly string[]): number {
  for (const name of names) {
    const exact = header.indexOf(name)
    if (exact !== -1) return exact
  }
  return header.findIndex((cell) => names.some((name) => folded(name) === folded(cell)))
}

/** Sheets of the HiSeq's time have both indexes in one cell; names as SI-GA-A1 are no pair. */
function bothIndexes(cell: string): string[] | null {
  const both = cell.split('-', 2)
  return both.length === 2 && both.every((one) => /^[ACGTN]+$/i.test(one)) ? both : null
}
