/** What a person should know about an Illumina run folder beside its facts. */
import { type Problem, problem } from '../../problems.ts'
import type { Stamp } from '../../record/time.ts'
import type { Sourced } from '../facts.ts'
import type { Documents } from './documents.ts'
import type { Disagreement, Ids } from './ids.ts'
import type { Outcome } from './outcome.ts'
import type { RunParameters } from './run-parameters.ts'
import type { End } from './start-and-end.ts'

type Seen = {
  documents: Documents
  ids: Ids
  disagreements: Disagreement[]
  outcome: Outcome
  start: Sourced<Stamp> | null
  end: End | null
  parameters: RunParameters
}

export function problemsOf(folderName: string, seen: Seen): Problem[] {
  return [
    ...unreadable(seen.documents),
    ...disagreeing(seen.disagreements),
    ...torn(seen.documents),
    ...renamed(folderName, seen.ids),
    ...times(seen),
    ...outcomes(seen),
  ]
}

function unreadable(documents: Documents): Problem[] {
  return Object.values(documents).flatMap((document) => {
    const { file } = document
    if (document.is === 'broken') return [problem('run-folder.file-broken', document.detail, { file })]
    if (document.is !== 'barred') return []
    return [problem('run-folder.file-unreadable', document.detail, { file, severity: 'error' })]
  })
}

function disagreeing(disagreements: readonly Disagreement[]): Problem[] {
  const fix = 'Nothing, if the folder is named after the run: that id is taken.'
  return disagreements.map(({ what, one, other, settled }) => {
    const { file } = other.from
    const found = `the ${what} is "${one.value}" in ${one.from.file} and "${other.value}" in ${file}`
    return problem('run-folder.ids-disagree', found, settled ? { file, severity: 'warning', fix } : { file })
  })
}

function torn(documents: Documents): Problem[] {
  return Object.values(documents).flatMap((document) => {
    const { file } = document
    const values = document.is === 'read' ? [...document.torn] : []
    return values.map(([at, several]) => {
      const found = `${at} is ${several.map((one) => `"${one}"`).join(' and ')}`
      return problem('run-folder.ids-disagree', found, { file })
    })
  })
}

function renamed(folderName: string, { runId }: Ids): Problem[] {
  if (!runId || runId.value === folderName) return []
  return [problem('run-folder.renamed', `the run is "${runId.value}"`, { file: runId.from.file })]
}

function times({ start, end }: Seen): Problem[] {
  const problems: Problem[] = []
  const where = { file: end?.from.file ?? null }
  if (end?.ambiguous) {
    const found = `"${end.value.text}" is read as ${end.value.local}`
    problems.push(problem('run-folder.date-ambiguous', found, where))
  }
  if (start && end && endsBefore(start.value, end.value)) {
    const found = `start ${shown(start.value)}, end ${shown(end.value)}`
    problems.push(problem('run-folder.ends-before-start', found, where))
  }
  return problems
}

/** Instants are compared whole, wall clocks by the day: one clock may have been set between the two. */
function endsBefore(start: Stamp, end: Stamp): boolean {
  if (start.instant !== null && end.instant !== null && end.zone !== 'mtime')
    return end.instant < start.instant
  return start.local !== null && end.local !== null && end.local.slice(0, 10) < start.local.slice(0, 10)
}

const shown = (stamp: Stamp): string => stamp.text ?? String(stamp.instant)

function outcomes({ documents, outcome, parameters }: Seen): Problem[] {
  const where = { file: documents.completionStatus.file }
  const { state, word, error, cycles } = outcome
  const said = [word, error].filter((part) => part !== null).join(': ')
  if (state === 'failed') return [problem('run-folder.run-failed', said, where)]
  if (state === 'stopped') return [problem('run-folder.run-stopped', said, where)]
  if (state === 'unknown' && documents.completionStatus.is === 'read')
    return [
      problem('run-folder.outcome-unknown', word === null ? 'it has no outcome' : `it says "${word}"`, where),
    ]
  const planned = cycles?.planned ?? parameters.plannedCycles
  if (cycles && cycles.completed < planned)
    return [problem('run-folder.fewer-cycles', `${cycles.completed} of ${planned} cycles`, where)]
  return []
}
