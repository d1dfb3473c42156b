/** Indexes of the samples of a lane: are they sequences, is none missing, can they be told apart? */
import type { Column } from '../../problems.ts'
import { type Findings, shown, visible } from '../cells/findings.ts'
import { cyclesOf } from './reads.ts'
import type { SampleRow, SampleTable } from './samples.ts'
import { keyValues, type Sections } from './sections.ts'

/** Comparing each with each would take too long beyond; equal indexes are found however many there are. */
const COMPARED_SAMPLES = 1_000

const NONE = /^(?:n+|na|n\/a|none|noindex)$/i
const CAPITALS = /^[ACGTN]+$/
const BASES = /^[ACGTN]+$/i

/** All N is how Local Run Manager writes "none". Every such word begins with an N, and few indexes do. */
export const isNone = (index: string): boolean =>
  index === '' || ((index[0] === 'N' || index[0] === 'n') && NONE.test(index))
const isSequence = (index: string): boolean => CAPITALS.test(index) || BASES.test(index)

export function tellIndexes(sections: Sections, samples: SampleTable, findings: Findings): void {
  const cycles = cyclesOf(sections)
  const first = samples.column('index')
  const tell = [
    tellIndex(first, cycles.get('index1'), findings),
    tellIndex(samples.column('index2') ?? first, cycles.get('index2'), findings),
  ] as const
  const lanes = lanesOf(samples.rows)
  for (const sample of samples.rows) {
    const isNamed = !isNone(sample.index)
    const isUsed = !isNamed || tell[0](sample.index, sample.row)
    const isSecond = !isNone(sample.index2)
    if (isSecond) tell[1](sample.index2, sample.row)
    for (const lane of sample.lane === null ? lanes.all : (lanes.named.get(sample.lane) ?? [])) {
      if (!isNamed && !isSecond) lane.bare.push(sample)
      else if (isUsed) lane.indexed.push(sample)
      else lane.others += 1
    }
  }
  const allowed = mismatchesOf(sections)
  for (const lane of lanes.all) tellLane(lane, samples, allowed, findings)
}

/** Tells what is wrong with one index, and says whether it is a sequence. */
const tellIndex =
  (column: Column | null, cycles: number | undefined, findings: Findings) =>
  (index: string, row: number): boolean => {
    const most = cycles ?? Number.POSITIVE_INFINITY
    const sequence = isSequence(index)
    if (sequence && index.length <= most) return true
    const found = sequence
      ? `${shown(index)} has ${index.length} bases, the index read has ${most} cycles`
      : `${shown(index)} is no sequence of bases`
    findings.add({ code: 'sample-sheet.index', found, rows: [row], column })
    return sequence
  }

/** The samples of one lane: those without an index, those whose index can be compared, and how many have another. */
type Lane = { name: string | null; bare: SampleRow[]; indexed: SampleRow[]; others: number }

/**
 * The lanes of a sheet, empty; a sample without a lane is in all of them. `named`: by what stands in the column, where
 * merged lanes (`3+4`) are both.
 */
function lanesOf(rows: readonly SampleRow[]): { all: Lane[]; named: Map<string, Lane[]> } {
  const emptyLane = (name: string | null): Lane => ({ name, bare: [], indexed: [], others: 0 })
  const written = new Set(rows.map((one) => one.lane))
  const lanes = new Map<string, Lane>()
  const named = new Map<string, Lane[]>()
  for (const lane of written) {
    if (lane === null) continue
    const names = lane.split('+').slice(0, 8)
    for (const one of names) if (lanes.size < 64 && !lanes.has(one)) lanes.set(one, emptyLane(one))
    named.set(
      lane,
      names.flatMap((one) => lanes.get(one) ?? []),
    )
  }
  return { all: lanes.size === 0 ? [emptyLane(null)] : [...lanes.values()], named }
}

function tellLane(
  { name, bare, indexed, others }: Lane,
  samples: SampleTable,
  allowed: [number, number],
  findings: Findings,
): void {
  const where = name === null ? '' : ` of lane ${visible(name)}`
  const sharing = bare.length + indexed.length + others
  if (sharing > 1 && bare.length > 0) {
    findings.add({
      code: 'sample-sheet.index-missing',
      found: `${bare.length} of the ${sharing} samples${where} have no index`,
      rows: bare.map((one) => one.row),
      column: samples.column('index'),
    })
    return
  }
  const different = withoutTwins(indexed, ([twin, one]) =>
    findings.add({
      code: 'sample-sheet.index-twice',
      found: `${shown(pairOf(one).replace(/\+$/, ''))} belongs to ${shown(twin.sampleId)} in row ${twin.row} and to ${shown(one.sampleId)} in row ${one.row}${where}`,
      rows: [twin.row, one.row],
      column: samples.column('index'),
    }),
  )
  if (different.length > COMPARED_SAMPLES) return
  const compared = different.map((sample) => comparable(sample, allowed))
  for (const [one, other] of alikeInPart(compared))
    if (isNear(one.index, other.index) && isNear(one.index2, other.index2))
      findings.add({
        code: 'sample-sheet.indexes-too-close',
        found: `${shown(one.sampleId)} in row ${one.row} and ${shown(other.sampleId)} in row ${other.row}${where}`,
        rows: [one.row, other.row],
        column: samples.column('index'),
      })
}

/** The first sample of each pair of indexes; `tell` is told of every other with it. */
function withoutTwins(samples: SampleRow[], tell: (twins: [SampleRow, SampleRow]) => void): SampleRow[] {
  // Where no two have even the first index in common there are none, and most sheets are so.
  const indexes = new Set(samples.map(({ index }) => index.toUpperCase()))
  if (indexes.size === samples.length) return samples
  const first = new Map<string, SampleRow>()
  for (const one of samples) {
    const pair = pairOf(one)
    const twin = first.get(pair)
    if (twin === undefined) first.set(pair, one)
    else tell([twin, one])
  }
  return [...first.values()]
}

const pairOf = ({ index, index2 }: SampleRow): string => `${index}+${index2}`.toUpperCase()

/** An index as it is compared with every other: in capitals; null for none. `mismatches`: allowed in it. */
type Compared = { bases: string; mismatches: number } | null
type ComparedSample = { row: number; sampleId: string; index: Compared; index2: Compared }

/**
 * Every pair of samples that may be near, in order. Indexes that differ in fewer bases than they are cut into pieces
 * have a piece in common, so that few need be compared base by base; where nothing can be cut, each pair may be near.
 */
function alikeInPart(samples: readonly ComparedSample[]): Array<[ComparedSample, ComparedSample]> {
  const [one, other] = (['index', 'index2'] as const).map((name) => samples.map((sample) => sample[name]))
  const distinct = (indexes: Compared[] = []) => new Set(indexes.map((index) => index?.bases)).size
  const indexes = (distinct(one) < distinct(other) ? other : one) ?? []
  const pieces = 2 * Math.max(...indexes.map((index) => index?.mismatches ?? 0)) + 1
  const width = Math.floor(Math.min(...indexes.map((index) => index?.bases.length ?? 0)) / pieces)
  const alike = new Set<number>()
  for (let piece = 0; piece < pieces; piece++) {
    const sharing = new Map<string, number[]>()
    for (const [at, index] of indexes.entries()) {
      const bases = index?.bases.slice(piece * width, (piece + 1) * width) ?? ''
      const before = sharing.get(bases) ?? []
      if (before.length === 0) sharing.set(bases, before)
      for (const place of before) alike.add(place * samples.length + at)
      before.push(at)
    }
  }
  return [...alike]
    .sort((a, b) => a - b)
    .flatMap((pair) => {
      const [first, second] = [samples[Math.floor(pair / samples.length)], samples[pair % samples.length]]
      return first && second ? [[first, second]] : []
    })
}

function comparable(
  { row, sampleId, index, index2, mismatches }: SampleRow,
  allowed: [number, number],
): ComparedSample {
  const compared = (bases: string, own: string, otherwise: number): Compared =>
    isNone(bases)
      ? null
      : { bases: bases.toUpperCase(), mismatches: /^[0-2]$/.test(own) ? Number(own) : otherwise }
  return {
    row,
    sampleId,
    index: compared(index, mismatches[0], allowed[0]),
    index2: compared(index2, mismatches[1], allowed[1]),
  }
}

/** With m mismatches allowed, indexes must differ in 2m + 1 bases to be told apart; either of a pair may do it. */
function isNear(one: Compared, other: Compared): boolean {
  if (one === null || other === null) return true
  let left = 2 * Math.max(one.mismatches, other.mismatches) + 1
  const length = Math.min(one.bases.length, other.bases.length)
  for (let at = 0; at < length && left > 0; at++)
    if (one.bases.charCodeAt(at) !== other.bases.charCodeAt(at)) left--
  return left > 0
}

/** Mismatches allowed in each index: as the sheet's settings say, else one. */
function mismatchesOf(sections: Sections): [number, number] {
  const settings = keyValues(
    ['bclconvert_settings', 'settings'].flatMap((name) => sections.byName.get(name)?.rows ?? []),
  )
  const of = (key: string) => {
    const value = settings.get(key)?.value ?? ''
    return /^[0-2]$/.test(value) ? Number(value) : 1
  }
  return [of('barcodemismatchesindex1'), of('barcodemismatchesindex2')]
}
