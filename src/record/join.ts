/** Which run a sheet means: the names a run answers to, and how a link of a sheet is compared with them. */
import { sequencingId } from './identity.ts'
import type { Library, RunLink } from './library.ts'
import type { RunFacts } from './run.ts'

/**
 * Every name this run answers to, in comparable form: run id and folder name, sequencing id given or derived,
 * flow cell, experiment.
 */
export function linkNames(run: RunFacts): RunLink[] {
  const names: RunLink[] = [
    { by: 'run_name', value: run.runId },
    { by: 'run_name', value: run.folderName },
    { by: 'sequencing_id', value: sequencingId(run).sequencingId },
  ]
  if (run.flowcellId !== null) names.push({ by: 'flowcell_id', value: run.flowcellId })
  for (const cell of run.cells)
    if (cell.flowcellId !== null) names.push({ by: 'flowcell_id', value: cell.flowcellId })
  if (run.experimentName !== null) names.push({ by: 'experiment_name', value: run.experimentName })
  const seen = new Set<string>()
  return names
    .map(comparable)
    .filter(({ by, value }) => !seen.has(`${by} ${value}`) && seen.add(`${by} ${value}`))
}

/**
 * The form in which links are compared: flow cells without MiSeq's `000000000-` and without regard to case,
 * sequencing ids without regard to case, run and experiment names as they are.
 */
export function comparable({ by, value }: RunLink): RunLink {
  const text = value.trim()
  if (by === 'flowcell_id') return { by, value: text.replace(/^0+-/, '').toLowerCase() }
  return { by, value: by === 'sequencing_id' ? text.toLowerCase() : text }
}

/** Is the link one of these names? Names are in comparable form, as `linkNames` gives them. */
export function isAmong(names: readonly RunLink[], link: RunLink): boolean {
  const wanted = comparable(link)
  return names.some((name) => name.by === wanted.by && name.value === wanted.value)
}

export const answersTo = (run: RunFacts, link: RunLink): boolean => isAmong(linkNames(run), link)

/** Every link by which a sheet with these libraries names a run. */
export const linksOf = (libraries: readonly Library[]): RunLink[] =>
  libraries.flatMap((library) => library.runs.flatMap((run) => run.link ?? []))
