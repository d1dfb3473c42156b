/**
 * Element AVITI (experimental: few real folders were to be had). Sides A and B run at once, as two runs in two folders.
 *
 * Formats: docs.elembio.io, "Sequencing Output".
 */
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Completion, RunReading } from '../../record/run.ts'
import { instantStamp, mtimeStamp, type Stamp } from '../../record/time.ts'
import { factsOf, type Sourced } from '../facts.ts'
import type { Sequencer } from '../sequencer.ts'
import {
  type Document,
  openDocument,
  RUN_PARAMETERS,
  RUN_UPLOADED,
  RunParameters,
  RunUploaded,
} from './documents.ts'
import { FOLDER_NAME, identityOf } from './identity.ts'

export const element = {
  recognise: ({ name, names }) => {
    if (names.some((one) => /^(?:RunInfo\.xml|RunParameters\.xml)$/i.test(one))) return false
    return FOLDER_NAME.test(name) || names.includes(RUN_PARAMETERS) || names.includes(RUN_UPLOADED)
  },
  marks: ({ names }) =>
    names.filter((name) => name === RUN_PARAMETERS || name === RUN_UPLOADED || isSheet(name)),
  sheets: ({ names }) => names.filter(isSheet),
  read,
} satisfies Sequencer

const isSheet = (name: string): boolean =>
  /\.csv$/i.test(name) && !/^(?:RunManifest|IndexAssignment)\.csv$/i.test(name)

function read(folder: RunFolder): RunReading {
  const parameters = openDocument(folder, RUN_PARAMETERS, RunParameters)
  const uploaded = openDocument(folder, RUN_UPLOADED, RunUploaded)
  const { value: plan } = parameters
  const { value: outcome } = uploaded
  const { serial, outcomeIsOurs, problems } = identityOf(folder.name, plan, outcome)
  const completion = completionOf(parameters, uploaded, outcomeIsOurs)
  const isUploaded = outcome !== null && outcomeIsOurs
  const uploadedAt = folder.modified(RUN_UPLOADED)

  const { name } = folder
  const byName = { file: name, at: 'folder name' }
  const planned = <T>(value: T | null | undefined, at: string): Sourced<T> | null =>
    value === null || value === undefined ? null : { value, from: { file: RUN_PARAMETERS, at } }
  const flowcell = plan?.Consumables?.Flowcell
  const twoFlowcells = disagreementOf(plan?.FlowcellID ?? null, flowcell?.SerialNumber ?? null)
  const facts = factsOf(
    // Without sequencingUuid: RunID is `seq_` and 24 digits, an object id.
    {
      ...{ runId: name, folderName: name, instrumentMake: 'ELEMENT', status: completion.state },
      fullyCopied: isUploaded,
    },
    {
      runId: { value: name, from: byName },
      folderName: { value: name, from: byName },
      // Cytoprofiling is what only the AVITI24 does; nothing else tells the models apart.
      instrumentModel:
        plan?.RunType === 'Cytoprofiling'
          ? planned('AVITI24', '/RunType')
          : { value: 'AVITI', from: serial?.from ?? byName },
      instrumentSerial: serial,
      flowcellId: twoFlowcells
        ? null
        : (planned(plan?.FlowcellID, '/FlowcellID') ??
          planned(flowcell?.SerialNumber, '/Consumables/Flowcell/SerialNumber')),
      flowcellType: planned(flowcell?.PartNumber, '/Consumables/Flowcell/PartNumber'),
      position: planned(/^Side([AB])$/.exec(plan?.Side ?? '')?.[1], '/Side'),
      start: planned(plan?.Date ? startOf(plan.Date) : null, '/Date'),
      end: isUploaded && uploadedAt ? { value: mtimeStamp(uploadedAt), from: UPLOADED_AT } : null,
      readStructure: planned(plan && readStructureOf(plan), '/ReadOrder'),
      laneCount: planned(laneCountOf(plan?.AnalysisLanes), '/AnalysisLanes'),
      kit: planned(plan?.KitConfiguration, '/KitConfiguration'),
      softwareVersion: planned(plan?.PlatformVersion, '/PlatformVersion'),
    },
  )
  const faults = [...parameters.problems, ...uploaded.problems]
  return {
    ...facts,
    completion,
    problems: [...faults, ...problems, ...(twoFlowcells ?? []), ...failureOf(completion, outcome)],
    test: null,
  }
}

const UPLOADED_AT = { file: RUN_UPLOADED, at: 'modification time' }

/** The date is in UTC, and mostly says so. */
function startOf(date: string): Stamp | null {
  const stamp = instantStamp(date) ?? instantStamp(`${date}Z`)
  return stamp && { ...stamp, text: date }
}

/** The flow cell as what was planned has it, and as what was loaded has it. */
function disagreementOf(planned: string | null, loaded: string | null): Problem[] | null {
  if (planned === null || loaded === null || planned.toUpperCase() === loaded.toUpperCase()) return null
  const found = `the flow cell is ${planned} by FlowcellID, ${loaded} among the consumables`
  return [problem('run-folder.ids-disagree', found, { file: RUN_PARAMETERS })]
}

/** RunUploaded.json comes last of all; RunParameters.json, the first, may still be on its way where a folder is copied. */
function completionOf(
  parameters: Document<RunParameters>,
  uploaded: Document<RunUploaded>,
  outcomeIsOurs: boolean,
): Completion {
  if (uploaded.value === null) {
    const because = uploaded.half ? `${RUN_UPLOADED} is not written to its end` : 'no end marker is there yet'
    return { state: 'in_progress', because, missing: [RUN_UPLOADED], ended: false }
  }
  const { outcome } = uploaded.value
  const word = outcome === null ? 'unknown' : outcome === 'OutcomeCompleted' ? 'completed' : 'failed'
  const state = outcomeIsOurs ? word : 'unknown'
  if (parameters.value === null) {
    const because = `${RUN_UPLOADED} is there, ${RUN_PARAMETERS} is not, or not whole`
    return { state, because, missing: [RUN_PARAMETERS], ended: false }
  }
  if (!outcomeIsOurs)
    return { state, because: `${RUN_UPLOADED} is there, but it is of another run`, missing: [], ended: true }
  const because = outcome === null ? `${RUN_UPLOADED} tells no outcome` : RUN_UPLOADED
  return { state, because, missing: [], ended: true }
}

function failureOf({ state }: Completion, outcome: RunUploaded | null): Problem[] {
  if (state !== 'failed') return []
  const found = `the outcome of the run is ${outcome?.outcome}`
  return [problem('run-folder.run-failed', found, { file: RUN_UPLOADED })]
}

/** Reads in the order sequenced: `I1,I2,R1,R2` of 8, 24, 50 and 49 cycles is `8B24B50T49T`. */
function readStructureOf({ ReadOrder, Cycles }: RunParameters): string | null {
  if (ReadOrder === null || Cycles === null) return null
  let structure = ''
  for (const read of ReadOrder.split(',')) {
    const name = (['R1', 'R2', 'I1', 'I2'] as const).find((one) => one === read.trim())
    const cycles = name === undefined ? null : Cycles[name]
    if (name === undefined || cycles === null) return null
    if (cycles > 0) structure += `${cycles}${name.startsWith('R') ? 'T' : 'B'}`
  }
  return structure || null
}

/** `1+2` is two lanes. */
function laneCountOf(lanes: string | null | undefined): number | null {
  return lanes && /^\d(?:\+\d)*$/.test(lanes) ? lanes.split('+').length : null
}
