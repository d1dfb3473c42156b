/** What an instrument's sheet tells the instrument to keep apart: each sample once, in however many rows it stands. */
import type { SequencedSample } from '../../handovers.ts'

/** Of each row the names, the first of which says whose row it is; empty ones are none. */
export function sequencedSamples(
  rows: ReadonlyArray<{ row: number; names: string[]; barcode: string | null }>,
): SequencedSample[] {
  const samples = new Map<string, SequencedSample>()
  for (const { row, names, barcode } of rows) {
    const [id = ''] = names
    const known = samples.get(id)
    if (known === undefined) {
      const distinct = names.filter((name, at) => name !== '' && names.indexOf(name) === at)
      samples.set(id, { names: distinct, barcode, rows: [row] })
      continue
    }
    known.rows.push(row)
    if (known.barcode !== barcode) known.barcode = null
  }
  return [...samples.values()]
}

/**
 * How many different samples there are. Where ids stand in order, each that differs from the one above is new: a set of
 * them all takes a twentieth of the time that judging a large sheet takes.
 */
export function countSamples(ids: readonly string[]): number {
  const isInOrder = ids.every((id, at) => at === 0 || (ids[at - 1] ?? '') <= id)
  return isInOrder ? ids.filter((id, at) => id !== ids[at - 1]).length : new Set(ids).size
}
