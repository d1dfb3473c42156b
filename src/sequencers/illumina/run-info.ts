/** RunInfo.xml: what the instrument was about to sequence, written when imaging starts. */
import { attribute, child, childrenNamed, elementAt, type XmlElement } from '../../formats/xml.ts'
import type { Sourced } from '../facts.ts'
import { type Document, placeOf, valueAt } from './documents.ts'

export type RunInfo = {
  runId: Sourced | null
  flowcellId: Sourced | null
  instrument: Sourced | null
  date: Sourced | null
  /** 1 or 2 on the NovaSeq. */
  side: Sourced | null
  laneCount: Sourced<number> | null
  readStructure: Sourced | null
  /** Reads of all kinds; 0 where they are not told. */
  readCount: number
}

/** Versions of the format differ in what they leave out, so that every value may be null. */
export function readRunInfo(document: Document): RunInfo {
  const lanes = valueAt(document, 'Run/FlowcellLayout/@LaneCount')
  const reads = readsBelow(document, 'Run/Reads', 'Read')
  return {
    runId: valueAt(document, 'Run/@Id'),
    flowcellId: valueAt(document, 'Run/Flowcell'),
    instrument: valueAt(document, 'Run/Instrument'),
    date: valueAt(document, 'Run/Date'),
    side: valueAt(document, 'Run/FlowcellLayout/@FlowcellSide'),
    laneCount: lanes && /^[1-9]\d?$/.test(lanes.value) ? { ...lanes, value: Number(lanes.value) } : null,
    readStructure: reads && { ...reads, value: structureOf(reads.value) },
    readCount: reads?.value.length ?? 0,
  }
}

export type Read = { cycles: number; index: boolean }

/** The reads of each kind, whatever order a place tells: some tell none. */
export const ofEachKind = (structure: string): string =>
  ['T', 'B'].map((kind) => structure.match(new RegExp(String.raw`\d+${kind}`, 'g'))?.join('')).join(' ')

/** `151T8B8B151T`: T template, B index; reads without a cycle do not count. */
export const structureOf = (reads: readonly Read[]): string =>
  reads
    .filter((read) => read.cycles > 0)
    .map((read) => `${read.cycles}${read.index ? 'B' : 'T'}`)
    .join('')

/**
 * The reads listed below an element, in the order sequenced: by their numbers where each has one, else as listed.
 * A MiSeq i100 sequences and numbers index reads first. Null where there is none, or one has no cycles or kind told.
 */
export function readsBelow(document: Document, path: string, name: string): Sourced<Read[]> | null {
  if (document.is !== 'read') return null
  const list = elementAt(document.root, path)
  const elements = list ? childrenNamed(list, name) : []
  const beside = elementAt(document.root, path.replace(/[^/]*$/, 'SecondRead'))
  const kindOf = kindsOf(elements, count(beside && attribute(beside, 'FirstCycle')))
  const numbered = elements.map((element) => ({ element, number: count(attribute(element, 'Number')) }))
  if (numbered.every((one) => one.number !== null)) numbered.sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
  const reads = numbered.map(({ element }) => readOf(element, kindOf(element)))
  return readsAt(document, `${path}/${name}`, reads)
}

/** Instruments know four reads; a list without end is no list of reads. */
const MOST_READS = 16

/** The reads listed at a place; null where there are none, or not each is told. */
export function readsAt(
  document: Document & { is: 'read' },
  path: string,
  reads: Array<Read | null>,
): Sourced<Read[]> | null {
  if (reads.length === 0 || reads.length > MOST_READS || !reads.every((read) => read !== null)) return null
  return { value: reads, from: { file: document.file, at: placeOf(document, path) } }
}

type Kind = 'template' | 'index' | null

/**
 * Which reads are index reads. The first software of the HiSeq 2000 marks them by an empty element in them, or by no
 * more than the cycle at which the second template read begins; reads of which none is marked may be of any kind.
 */
function kindsOf(reads: readonly XmlElement[], secondTemplate: number | null): (read: XmlElement) => Kind {
  const isMarked = (read: XmlElement) => read.attributes.has('IsIndexedRead') || child(read, 'Index') !== null
  const areTold = reads.length === 1 || secondTemplate !== null || reads.some(isMarked)
  return (read) => {
    const mark = attribute(read, 'IsIndexedRead')?.toUpperCase()
    if (mark !== undefined) return mark === 'Y' ? 'index' : mark === 'N' ? 'template' : null
    if (child(read, 'Index') !== null) return 'index'
    const first = count(attribute(read, 'FirstCycle')) ?? 0
    const isBetween = first > 1 && secondTemplate !== null && first < secondTemplate
    return isBetween ? 'index' : areTold ? 'template' : null
  }
}

function readOf(element: XmlElement, kind: Kind): Read | null {
  // The HiSeq 2000 of 2010 gives the first and the last cycle, counted over all reads.
  const first = count(attribute(element, 'FirstCycle'))
  const last = count(attribute(element, 'LastCycle'))
  const cycles =
    count(attribute(element, 'NumCycles')) ?? (first && last && last >= first ? last - first + 1 : null)
  return cycles === null || kind === null ? null : { cycles, index: kind === 'index' }
}

/** A count as it is written; null for anything else, so that no value is made of half a number. */
export const count = (text: string | null): number | null =>
  text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null
