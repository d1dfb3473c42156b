/** The facts of a run as its make tells them, each taken apart from the place where it stands. */
import { type Provenance, RunFacts, type Source } from '../record/run.ts'

/** A value with the place it stands in. */
export type Sourced<T = string> = { value: T; from: Source }

/** Every fact, untold. */
const UNTOLD = Object.fromEntries(Object.keys(RunFacts.shape).map((fact) => [fact, null])) as Record<
  keyof RunFacts,
  null
>

type Own = Pick<RunFacts, 'runId' | 'folderName' | 'instrumentMake' | 'status'> & Partial<RunFacts>
type Told = { [Fact in keyof RunFacts]?: Sourced<RunFacts[Fact]> | null }

/** `told` goes before `own`, which stands in no one place. What neither has is null, none or false. */
export function factsOf(own: Own, told: Told): { run: RunFacts; provenance: Provenance } {
  const run: RunFacts = { ...UNTOLD, fullyCopied: false, cells: [], ...own }
  const provenance: Provenance = {}
  for (const [fact, one] of Object.entries(told)) {
    if (one === null) continue
    Object.assign(run, { [fact]: one.value })
    Object.assign(provenance, { [fact]: one.from })
  }
  return { run, provenance }
}
