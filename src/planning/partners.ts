/** Sheets that wait for a run, and runs that wait for a sheet: which of them probably belong together. */

import type { RunSpan } from '../journal/journal.ts'
import { editDistance } from '../record/edit-distance.ts'

export type Partner = { name: string; because: string }

/** Shorter names are alike by chance. */
const SHORTEST = 5
const MISTYPED = 2
const LONG = 9

/** The run that a sheet most likely means by a name that fits none. */
export function likelyRun(wanted: string, runs: Array<Pick<RunSpan, 'run'>>): Partner | null {
  const near = runs.flatMap(({ run }) => {
    const names = [run.runId, run.folderName, run.flowcellId, run.experimentName]
    const found = names.flatMap((name) => (name === null ? [] : alike(wanted, name)))
    const best = found.toSorted((a, b) => a.distance - b.distance)[0]
    return best === undefined ? [] : [{ name: run.runId, ...best }]
  })
  const [best, next] = near.toSorted((a, b) => a.distance - b.distance)
  // Two that are as likely help nobody.
  if (best === undefined || next?.distance === best.distance) return null
  return { name: best.name, because: best.because }
}

function alike(wanted: string, name: string): Array<{ distance: number; because: string }> {
  const [a, b] = [wanted.toLowerCase(), name.toLowerCase()]
  if (Math.min(a.length, b.length) < SHORTEST) return []
  if (a === b) return [{ distance: 0, because: 'the same but for its case' }]
  if (Math.abs(a.length - b.length) <= MISTYPED) {
    const distance = editDistance(a, b)
    // `Plate 7` and `Plate 8` are two plates; in a long name a digit is as easily mistyped as a letter.
    if (distance <= MISTYPED && (a.length >= LONG || digitsOf(a) === digitsOf(b)))
      return [{ distance, because: `differs in ${distance === 1 ? 'one place' : `${distance} places`}` }]
  }
  if (a.includes(b) || b.includes(a))
    return [{ distance: MISTYPED + 1, because: 'one name contains the other' }]
  return []
}

const digitsOf = (name: string): string => name.replaceAll(/\D/g, '')

/** Runs that no sheet speaks of yet. */
export const unclaimed = (spans: RunSpan[]): RunSpan[] =>
  spans.filter(({ registrations }) => registrations.every((one) => one.reason === 'sheet'))
