/** The facts that several places tell: agreed, or told apart. */
import type { Sourced } from '../facts.ts'
import { type Documents, placeOf, valueAt } from './documents.ts'
import type { RunInfo } from './run-info.ts'
import type { RunParameters } from './run-parameters.ts'

/** Two places that name different things for one fact. `settled`: the folder's name says which of them is right. */
export type Disagreement = { what: string; one: Sourced; other: Sourced; settled: boolean }

export type Ids = {
  runId: Sourced | null
  flowcellId: Sourced | null
  instrument: Sourced | null
}

/**
 * What these places tell, by the first of them; null and a disagreement where two tell different things, in the form in
 * which they are `comparable`.
 */
export function agreed(
  what: string,
  told: ReadonlyArray<Sourced | null>,
  disagreements: Disagreement[],
  comparable = (value: string): string => value,
): Sourced | null {
  const [one, ...others] = told.filter((fact) => fact !== null)
  const other = one && others.find((another) => comparable(another.value) !== comparable(one.value))
  if (one && other) disagreements.push({ what, one, other, settled: false })
  return other ? null : (one ?? null)
}

/**
 * RunInfo.xml comes first; an id that RunParameters.xml contradicts is null. A run must keep some id: of two it has
 * the one the folder is named by, else RunInfo's. Prototypes and centres write free text into one of them.
 */
export function agreedIds(
  folderName: string,
  info: RunInfo,
  parameters: RunParameters,
  { runInfo, completionStatus }: Documents,
  disagreements: Disagreement[],
): Ids {
  const isTorn = (path: string) => runInfo.is === 'read' && runInfo.torn.has(placeOf(runInfo, path))
  const flowcells = [info.flowcellId, parameters.flowcellId]
  const flowcellId = agreed('flow cell', flowcells, disagreements, bareFlowcell)
  const instruments = [info.instrument, parameters.instrument]
  const instrument = agreed('instrument', instruments, disagreements, bareInstrument)

  const told = [info.runId, parameters.runId, valueAt(completionStatus, 'RunId')].filter((id) => id !== null)
  const runId = told.find((id) => id.value === folderName) ?? told[0] ?? parameters.outputFolder
  const other = told.find((id) => id.value !== runId?.value)
  if (runId && other)
    disagreements.push({ what: 'run', one: runId, other, settled: runId.value === folderName })
  return {
    runId,
    flowcellId: isTorn('Run/Flowcell') ? null : flowcellId,
    instrument: isTorn('Run/Instrument') ? null : instrument,
  }
}

/** A MiSeq flow cell that was typed in by hand lacks the `000000000-` before it. */
const bareFlowcell = (id: string): string => id.replace(/^0+-/, '').toUpperCase()

/** `HWI-M00123` and `M00123`, `ST-E00214` and `E00214` are one instrument each. */
const bareInstrument = (id: string): string => id.replace(/^(HWI|ST)-/i, '').toUpperCase()
