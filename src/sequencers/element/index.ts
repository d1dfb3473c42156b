/**
 * Element AVITI (experimental: few real folders were to be had). Sides A and B run at once, as two runs in two folders.
 *
 * Formats: docs.elembio.io, "Sequencing Output".
 */
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Completion, Provenance, RunFacts, RunReading } from '../../record/run.ts'
import { instantStamp, mtimeStamp, type Stamp } from '../../record/time.ts'
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
  const plan = parameters.is === 'read' ? parameters.value : null
  const outcome = uploaded.is === 'read' ? uploaded.value : null
  const { serial, outcomeIsOurs, problems } = identityOf(folder.name, plan, outcome)
  const completion = completionOf(parameters, uploaded, outcomeIsOurs)
  const uploadedAt = folder.modified(RUN_UPLOADED)

  const byName = { file: folder.name, at: 'folder name' }
  const provenance: Provenance = { runId: byName, folderName: byName }
  const told = <T>(field: keyof RunFacts, value: T | null | undefined, at: string): T | null => {
    if (value !== null && value !== undefined) provenance[field] = { file: RUN_PARAMETERS, at }
    return value ?? null
  }
  const flowcell = plan?.Consumables?.Flowcell
  const twoFlowcells = disagreementOf(plan?.FlowcellID ?? null, flowcell?.SerialNumber ?? null)
  const run: RunFacts = {
    runId: folder.name,
    folderName: folder.name,
    // RunID is `seq_` and 24 digits: an object id, not a UUID.
    sequencingUuid: null,
    instrumentMake: 'ELEMENT',
    // Cytoprofiling is what only the AVITI24 does; nothing else tells the models apart.
    instrumentModel:
      plan?.RunType === 'Cytoprofiling' ? told('instrumentModel', 'AVITI24', '/RunType') : 'AVITI',
    instrumentSerial: serial?.value ?? null,
    flowcellId: twoFlowcells
      ? null
      : (told('flowcellId', plan?.FlowcellID, '/FlowcellID') ??
        told('flowcellId', flowcell?.SerialNumber, '/Consumables/Flowcell/SerialNumber')),
    flowcellType: told('flowcellType', flowcell?.PartNumber, '/Consumables/Flowcell/PartNumber'),
    position: told('position', /^Side([AB])$/.exec(plan?.Side ?? '')?.[1], '/Side'),
    start: told('start', plan?.Date ? startOf(plan.Date) : null, '/Date'),
    end: outcome !== null && outcomeIsOurs && uploadedAt !== null ? mtimeStamp(uploadedAt) : null,
    status: completion.state,
    fullyCopied: outcome !== null && outcomeIsOurs,
    experimentName: null,
    sampleId: null,
    readStructure: told('readStructure', plan && readStructureOf(plan), '/ReadOrder'),
    laneCount: told('laneCount', laneCountOf(plan?.AnalysisLanes), '/AnalysisLanes'),
    kit: told('kit', plan?.KitConfiguration, '/KitConfiguration'),
    softwareVersion: told('softwareVersion', plan?.PlatformVersion, '/PlatformVersion'),
    cells: [],
    sheet: null,
  }
  if (serial) provenance.instrumentSerial = serial.from
  provenance.instrumentModel ??= serial?.from ?? byName
  if (run.end) provenance.end = { file: RUN_UPLOADED, at: 'modification time' }
  return {
    run,
    provenance,
    completion,
    problems: [
      ...faultsOf(parameters),
      ...faultsOf(uploaded),
      ...problems,
      ...(twoFlowcells ?? []),
      ...failureOf(completion, outcome),
    ],
    test: null,
  }
}

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
  if (uploaded.is !== 'read') {
    const because =
      uploaded.is === 'half' ? `${RUN_UPLOADED} is not written to its end` : 'no end marker is there yet'
    return { state: 'in_progress', because, missing: [RUN_UPLOADED], ended: false }
  }
  const { outcome } = uploaded.value
  const word = outcome === null ? 'unknown' : outcome === 'OutcomeCompleted' ? 'completed' : 'failed'
  const state = outcomeIsOurs ? word : 'unknown'
  if (parameters.is !== 'read') {
    const because = `${RUN_UPLOADED} is there, ${RUN_PARAMETERS} is not, or not whole`
    return { state, because, missing: [RUN_PARAMETERS], ended: false }
  }
  if (!outcomeIsOurs)
    return { state, because: `${RUN_UPLOADED} is there, but it is of another run`, missing: [], ended: true }
  const because = outcome === null ? `${RUN_UPLOADED} tells no outcome` : RUN_UPLOADED
  return { state, because, missing: [], ended: true }
}

const faultsOf = (document: Document<unknown>): Problem[] => (document.is === 'half' ? document.problems : [])

const failureOf = (completion: Completion, outcome: RunUploaded | null): Problem[] =>
  completion.state === 'failed'
    ? [
        problem('run-folder.run-failed', `the outcome of the run is ${outcome?.outcome}`, {
          file: RUN_UPLOADED,
        }),
      ]
    : []

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
