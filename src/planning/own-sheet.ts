/**
 * A dropped sheet against the one that lies in the run folder: the dropped one counts, and where the two contradict
 * each other the person is told.
 *
 * A run's own sheet may well hold more, as controls and the lanes of others; and one that keeps nothing apart, as a
 * single row for the pool of a lane, contradicts nobody.
 */
import type { SequencedSample, SheetReading } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import type { Biosample, Library, RunClaim } from '../record/library.ts'
import type { RunSource } from './catalogue.ts'
import type { SheetPlaces } from './places.ts'

/** A library of a run as the sheet that counts gives it, or by its name alone. */
export type NamedLibrary = {
  name: string
  library: Library | null
  claim: RunClaim | null
  /** Null: the one in the run folder, or none. */
  sheet: string | null
  since: string | null
  /** Where the sheet, dropped or in the run folder, has its cells; null where no sheet names the library. */
  places: SheetPlaces | null
}

/** The run's own sheet, and where it lies, in words. */
type OwnSheet = {
  libraries: Library[]
  samples: SequencedSample[]
  byName: ReadonlyMap<string, SequencedSample>
  where: string
}

const MOST_NAMED = 5

/** Warnings for each library of a dropped sheet that has any, with its rows there. */
export function againstOwnSheet(
  named: readonly NamedLibrary[],
  { reading: { reading, sheet, sheetFile } }: RunSource,
): ReadonlyMap<NamedLibrary | null, Problem[]> {
  const told = new Map<NamedLibrary, Problem[]>()
  if (sheet === null || sheetFile === null) return told
  const own = ownSheet(sheet, `${sheetFile} of ${reading.run.folderName}`)
  const names = new Set(named.map(({ library }) => library?.name))
  const left = own.libraries.filter(({ name }) => !names.has(name))
  for (const one of named) {
    const { library, places } = one
    if (one.sheet === null || library === null || places === null) continue
    // Only what the rows of this run say: a library may go on several.
    const rows = new Set(places.runRows)
    const biosamples = library.biosamples.filter((sample) => sample.rows.some((row) => rows.has(row)))
    told.set(one, [
      ...notInRun({ name: library.name, biosamples }, places, own),
      ...otherBarcodes(biosamples, places, own),
      ...notInSheet(library, left, places, own),
    ])
  }
  return told
}

function ownSheet(sheet: SheetReading, where: string): OwnSheet {
  const samples = samplesOf(sheet)
  const byName = new Map(samples.flatMap((one) => one.names.map((name) => [folded(name), one] as const)))
  const libraries = sheet.blocked ? [] : sheet.libraries.filter((one) => !one.blocked)
  return { libraries, samples, byName, where }
}

/** In a registration sheet the biosamples stand for what is kept apart. */
const samplesOf = ({ sequenced, libraries }: SheetReading): SequencedSample[] =>
  sequenced ??
  libraries.flatMap(({ biosamples }) =>
    biosamples.map(({ centralSampleId, barcode, rows }) => ({ names: [centralSampleId], barcode, rows })),
  )

function notInRun(
  { name, biosamples }: Pick<Library, 'name' | 'biosamples'>,
  { file, columns }: SheetPlaces,
  own: OwnSheet,
): Problem[] {
  // Where the pool has one row, it is called by its library.
  if (own.samples.length === 0 || own.byName.has(folded(name))) return []
  const missing = biosamples.filter(({ centralSampleId }) => !own.byName.has(folded(centralSampleId)))
  if (missing.length === 0) return []
  const ids = listed(missing.map(({ centralSampleId }) => centralSampleId))
  const theirs = () => listed(own.samples.flatMap(({ names }) => names.slice(0, 1)))
  const found =
    missing.length === biosamples.length
      ? `none of the samples of library "${name}" is in ${own.where}: here ${ids}; there ${theirs()}`
      : `not in ${own.where}: ${ids}`
  const column = columns['central_sample_id'] ?? null
  return [problem('sheet.samples-not-in-run', found, { file, column, rows: rowsOf(missing) })]
}

function otherBarcodes(
  biosamples: Biosample[],
  { file, columns }: SheetPlaces,
  { byName, where }: OwnSheet,
): Problem[] {
  const other = biosamples.flatMap((mine) => {
    const theirs = byName.get(folded(mine.centralSampleId))
    return theirs !== undefined && contradict(mine.barcode, theirs.barcode) ? [{ mine, theirs }] : []
  })
  if (other.length === 0) return []
  const words = other.map(
    ({ mine, theirs }) =>
      `${mine.centralSampleId} has "${mine.barcode}" here and "${theirs.barcode}" in row ${theirs.rows[0]} of ${where}`,
  )
  const rows = rowsOf(other.map(({ mine }) => mine))
  const column = columns['barcode'] ?? null
  return [problem('sheet.barcode-differs-in-run', listed(words, '; '), { file, rows, column })]
}

/** What the run's own sheet alone would register: its other libraries, and more samples of this one. */
function notInSheet(
  library: Library,
  left: Library[],
  { file, runRows }: SheetPlaces,
  { libraries, where }: OwnSheet,
): Problem[] {
  const same = libraries.find(({ name }) => name === library.name)
  const here = new Set(library.biosamples.map(({ centralSampleId }) => folded(centralSampleId)))
  const more = same?.biosamples.filter(({ centralSampleId }) => !here.has(folded(centralSampleId))) ?? []
  const samples = listed(more.map((one) => one.centralSampleId))
  const others = listed(left.map(({ name }) => `library "${name}"`))
  const found: string[] = []
  if (more.length > 0) found.push(`${where} also puts ${samples} into library "${library.name}"`)
  if (left.length > 0) found.push(`${where} also puts the run into ${others}, which no dropped sheet names`)
  return found.map((one) => problem('sheet.run-has-more', one, { file, rows: runRows }))
}

const rowsOf = (biosamples: Biosample[]): number[] => biosamples.flatMap(({ rows }) => rows)

const listed = (names: string[], between = ', '): string => {
  const more = names.length - MOST_NAMED
  return names.slice(0, MOST_NAMED).join(between) + (more > 0 ? ` and ${more} more` : '')
}

/** Instruments take fewer characters than registries: people write `S_1` in one sheet and `S-1` in the other. */
const folded = (name: string): string => name.toLowerCase().replaceAll(/[\s._-]+/g, '-')

/**
 * Are these two barcodes of one kind, and not the same one? Kits name what others spell out, so that a name says
 * nothing against bases. Sheets may give a first index shorter than it is, and the second as its reverse complement.
 */
function contradict(mine: string | null, theirs: string | null): boolean {
  if (mine === null || theirs === null) return false
  const [here, there] = [barcodeNumber(mine), barcodeNumber(theirs)]
  if (here !== null && there !== null) return here !== there
  const [bases, others] = [basesOf(mine), basesOf(theirs)]
  if (bases === null || others === null) return false
  const [first, second] = bases
  const [otherFirst, otherSecond] = others
  if (!first.startsWith(otherFirst) && !otherFirst.startsWith(first)) return true
  if (second === undefined || otherSecond === undefined || second.length !== otherSecond.length) return false
  return second !== otherSecond && second !== reverseComplement(otherSecond)
}

/** Of `NB07`, `barcode07` and their like. */
const barcodeNumber = (barcode: string): number | null => {
  const [, digits] = /^(?:nb|bc|rb|barcode)0*(\d{1,4})$/i.exec(barcode.trim()) ?? []
  return digits === undefined ? null : Number(digits)
}

function basesOf(barcode: string): [first: string, second?: string] | null {
  const [, first, second] = /^([acgt]{4,})(?:[-+]([acgt]{4,}))?$/i.exec(barcode.trim()) ?? []
  if (first === undefined) return null
  return second === undefined ? [first.toUpperCase()] : [first.toUpperCase(), second.toUpperCase()]
}

const PAIRS: Readonly<Record<string, string>> = { A: 'T', C: 'G', G: 'C', T: 'A' }
const reverseComplement = (bases: string): string =>
  [...bases]
    .reverse()
    .map((base) => PAIRS[base] ?? base)
    .join('')
