/** The ids by which a run is known, where several files tell them: agreed, or told apart. */
import type { RunFacts } from '../../record/run.ts'
import { type Document, type Sourced, valueAt } from './documents.ts'
import type { RunInfo } from './run-info.ts'
import type { RunParameters } from './run-parameters.ts'

/** Two files that name different things for one fact. `settled`: the folder's name says which of them is right. */
type Disagreement = {
  field: keyof RunFacts
  what: string
  one: Sourced
  other: Sourced
  settled: boolean
}

export type Ids = {
  runId: Sourced | null
  flowcellId: Sourced | null
  instrument: Sourced | null
  disagreements: Disagreement[]
}

/**
 * RunInfo.xml comes first; an id that RunParameters.xml contradicts is null. A run must keep some id: of two it has
 * the one the folder is named by, else RunInfo's. Prototypes and centres write free text into one of them.
 */
export function agreedIds(
  folderName: string,
  info: RunInfo,
  parameters: RunParameters,
  completionStatus: Document,
): Ids {
  const disagreements: Disagreement[] = []
  const agree = (
    field: keyof RunFacts,
    what: string,
    one: Sourced | null,
    other: Sourced | null,
    same: (a: string, b: string) => boolean,
  ): Sourced | null => {
    if (!one || !other || same(one.value, other.value)) return one ?? other
    disagreements.push({ field, what, one, other, settled: false })
    return null
  }
  const flowcellId = agree('flowcellId', 'flow cell', info.flowcellId, parameters.flowcellId, sameFlowcell)
  const instrument = agree(
    'instrumentSerial',
    'instrument',
    info.instrument,
    parameters.instrument,
    sameInstrument,
  )

  const told = [info.runId, parameters.runId, valueAt(completionStatus, 'RunId')].filter((id) => id !== null)
  const runId = told.find((id) => id.value === folderName) ?? told[0] ?? parameters.outputFolder
  const other = told.find((id) => id.value !== runId?.value)
  if (runId && other)
    disagreements.push({
      field: 'runId',
      what: 'run',
      one: runId,
      other,
      settled: runId.value === folderName,
    })
  return { runId, flowcellId, instrument, disagreements }
}

/** A MiSeq flow cell that was typed in by hand lacks the `000000000-` before it. */
const sameFlowcell = (a: string, b: string): boolean => bare(a, /^0+-/) === bare(b, /^0+-/)

/** `HWI-M00123` and `M00123`, `ST-E00214` and `E00214` are one instrument each. */
const sameInstrument = (a: string, b: string): boolean => bare(a, /^(HWI|ST)-/i) === bare(b, /^(HWI|ST)-/i)

const bare = (id: string, prefix: RegExp): string => id.replace(prefix, '').toUpperCase()
