/** Tubes that stand in two batches: one tube can be shipped only once, so the batch that came later is refused at once. */
import { basename } from 'node:path'
import * as z from 'zod'
import type { Json, Plan, SheetReading, Submission } from '../handovers.ts'
import { columnNamed, type Problem, problem } from '../problems.ts'
import type { SubjectRef } from '../record/registration.ts'
import { refuse } from './destination.ts'
import { fileAndRows, located, sheetPlaces } from './places.ts'

/** A registration that claims a tube at a registry, or will when it is sent. */
type Claimant = { claim: string; submission: Pick<Submission, 'id' | 'subject' | 'facts'> }

/**
 * Refuses, among plans in the order in which they came, every batch with a tube of another; each problem names both
 * places. `claimants` are those planned before; `sheetAt` gives the sheet a plan was made of.
 */
export async function refuseTakenTubes(
  plans: Iterable<Plan>,
  claimants: (registry: string, claims: string[]) => Promise<Claimant[]>,
  sheetAt: (path: string) => SheetReading | undefined,
): Promise<void> {
  const taken = new Map<string, Claimant['submission']>()
  for (const plan of plans) {
    const { submission } = plan
    const { registry, mapped } = submission
    if (mapped === null || submission.stop !== null || mapped.claims.length === 0) continue
    const before = await claimants(registry, mapped.claims)
    const others = new Map(before.map((one) => [one.claim, one.submission]))
    const problems = mapped.claims.flatMap((claim) => {
      const other = taken.get(`${registry}\n${claim}`) ?? others.get(claim)
      return other === undefined || other.id === submission.id ? [] : [tubeTaken(claim, submission, other)]
    })
    const { path } = submission.subject
    const sheet = path === null ? null : sheetPlaces(path, sheetAt(path)?.columns)
    for (const one of located(problems, { sheet, run: null })) refuse(plan, one)
    if (problems.length === 0)
      for (const claim of mapped.claims) taken.set(`${registry}\n${claim}`, submission)
  }
}

function tubeTaken(tube: string, mine: Claimant['submission'], theirs: Claimant['submission']): Problem {
  const rows = rowsOf(mine.facts, tube)
  const [here, there] = [placeOf(mine.subject, rows), placeOf(theirs.subject, rowsOf(theirs.facts, tube))]
  const found = `tube_barcode “${tube}” stands in ${here} and in ${there}`
  return problem('registry.tube-taken', found, { rows, column: columnNamed('tube_barcode') })
}

/** `batch Stool 7 (plate7.csv, row 3)` */
function placeOf({ name, path }: SubjectRef, rows: number[]): string {
  const place = fileAndRows(path === null ? null : basename(path), rows)
  return `batch ${name}${place === '' ? '' : ` (${place})`}`
}

/** Facts come back from the journal, perhaps written by an earlier version. */
const BatchFacts = z.object({
  batch: z.object({ tubes: z.array(z.object({ tubeBarcode: z.string(), rows: z.array(z.number()) })) }),
})

function rowsOf(facts: Json, tube: string): number[] {
  const read = BatchFacts.safeParse(facts)
  if (!read.success) return []
  return read.data.batch.tubes
    .filter((one) => one.tubeBarcode.toUpperCase() === tube)
    .flatMap((one) => one.rows)
}
