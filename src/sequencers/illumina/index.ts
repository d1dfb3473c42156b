/** Illumina run folders, from the HiSeq 2000 of 2010 to the MiSeq i100: recognising and reading them. */
import type { RunFolder } from '../../handovers.ts'
import type { RunReading } from '../../record/run.ts'
import { factsOf } from '../facts.ts'
import type { Sequencer } from '../sequencer.ts'
import { completionOf, endingFor } from './completion.ts'
import { openDocuments } from './documents.ts'
import { flowcellTypeOf, positionOf } from './flow-cell.ts'
import { agreed, agreedIds, type Disagreement } from './ids.ts'
import { isMark, isSheet, readMarks } from './marks.ts'
import { familyOf, modelOf } from './models.ts'
import { readOutcome } from './outcome.ts'
import { problemsOf } from './problems.ts'
import { ofEachKind, readRunInfo } from './run-info.ts'
import { readRunParameters } from './run-parameters.ts'
import { endOf, startOf } from './start-and-end.ts'

export const illumina = {
  recognise: ({ name, names }) => {
    const lower = new Set(names.map((one) => one.toLowerCase()))
    if (lower.has('runinfo.xml') || lower.has('runparameters.xml')) return true
    // The folder comes first and RunInfo.xml up to hours later: until then its name and its neighbours tell.
    return (
      RUN_ID.test(name) &&
      names.some((one) => isMark(one) || OWN_FOLDERS.test(one)) &&
      !lower.has('runparameters.json')
    )
  },
  marks: ({ names }) => names.filter(isMark),
  sheets: ({ names }) => {
    const sheets = names.filter(isSheet)
    const main = sheets.filter((name) => name.toLowerCase() === 'samplesheet.csv')
    return [...main, ...sheets.filter((name) => !main.includes(name))]
  },
  read,
} satisfies Sequencer

/** Date, instrument, run number and the rest; centres add to it, so that it tells that it is a run and no more. */
const RUN_ID = /^(\d{6}|\d{8})_[A-Za-z0-9-]+_\d+_[A-Za-z0-9-]{5,}/

const OWN_FOLDERS = /^(InterOp|RTALogs|Recipe|Thumbnail_Images)\/$/

function read(folder: RunFolder): RunReading {
  const documents = openDocuments(folder)
  const marks = readMarks(folder)
  const info = readRunInfo(documents.runInfo)
  const parameters = readRunParameters(documents.runParameters)
  const outcome = readOutcome(documents.completionStatus)
  const disagreements: Disagreement[] = []
  const ids = agreedIds(folder.name, info, parameters, documents, disagreements)

  const model = modelOf(ids.instrument, parameters)
  const family = familyOf(model, parameters)
  const ending = endingFor(family, documents, marks, parameters)
  const judgement = completionOf(documents, marks, outcome, ending, ids.runId !== null)
  const { completion, sequenced, copiedBy, decidedBy } = judgement
  const start = startOf(documents, ids.runId, family)
  const end = endOf(folder, documents, marks, {
    start: start?.value ?? null,
    reads: info.readCount,
    ended: sequenced && completion.state !== 'in_progress',
  })

  const structures = [info.readStructure, parameters.readStructure]
  const { name } = folder
  const facts = factsOf(
    { runId: name, folderName: name, instrumentMake: 'ILLUMINA', status: completion.state },
    {
      runId: ids.runId,
      instrumentModel: model,
      instrumentSerial: ids.instrument,
      flowcellId: ids.flowcellId,
      flowcellType: flowcellTypeOf(family, documents.runParameters, parameters),
      position: positionOf(family, model?.value ?? null, info, parameters, ids, disagreements),
      start,
      end,
      experimentName: parameters.experimentName,
      readStructure: agreed('read structure', structures, disagreements, ofEachKind),
      laneCount: info.laneCount,
      softwareVersion: parameters.softwareVersion,
      status: decidedBy && { value: completion.state, from: decidedBy },
      fullyCopied: copiedBy && { value: true, from: copiedBy },
    },
  )
  const seen = { documents, ids, disagreements, outcome, start, end, parameters }
  return { ...facts, completion, problems: problemsOf(name, seen), test: null }
}
