/** Do the folder's name and its two files speak of one run? */
import { type Problem, problem } from '../../problems.ts'
import type { Source } from '../../record/run.ts'
import { RUN_PARAMETERS, RUN_UPLOADED, type RunParameters, type RunUploaded } from './documents.ts'

/** `20250127_AV244103_1234_NT1850075L`: the run name is all that follows the second underscore. */
export const FOLDER_NAME = /^(\d{8})_(AV\d+)_(.+)$/

type Identity = {
  /** The instrument, when all that name one name the same. */
  serial: { value: string; from: Source } | null
  /** RunUploaded.json tells of the run that RunParameters.json planned. */
  outcomeIsOurs: boolean
  problems: Problem[]
}

export function identityOf(
  folderName: string,
  plan: RunParameters | null,
  outcome: RunUploaded | null,
): Identity {
  const named = FOLDER_NAME.exec(folderName)?.[2] ?? null
  const planned = plan?.InstrumentName ?? null
  const problems: Problem[] = []
  const agree = (file: string, theirs: string | null, mine: string | null, where: string): boolean => {
    if (theirs === null || mine === null || theirs === mine) return true
    problems.push(problem('run-folder.ids-disagree', `it says ${theirs}, ${where} says ${mine}`, { file }))
    return false
  }
  const name = "this folder's name"
  const sameSerial = agree(RUN_PARAMETERS, planned, named, name)
  // A site may add to a folder's name or choose another; one of an AVITI that begins otherwise is of another run.
  const planFolder = plan?.RunFolderName ?? null
  if (sameSerial && planFolder !== null && planFolder !== folderName) {
    const found = `the instrument named it ${planFolder}`
    if (named === null || folderName.startsWith(planFolder))
      problems.push(problem('run-folder.renamed', found, { file: RUN_PARAMETERS }))
    else agree(RUN_PARAMETERS, planFolder, folderName, name)
  }
  const value = planned ?? named
  const outcomeIsOurs = [
    agree(RUN_UPLOADED, outcome?.instrument ?? null, value, planned === null ? name : RUN_PARAMETERS),
    agree(RUN_UPLOADED, outcome?.runID ?? null, plan?.RunID ?? null, RUN_PARAMETERS),
  ].every(Boolean)

  const byName = { file: folderName, at: 'folder name' }
  const from = planned === null ? byName : { file: RUN_PARAMETERS, at: '/InstrumentName' }
  const serial = value === null || !sameSerial || !outcomeIsOurs ? null : { value, from }
  return { serial, outcomeIsOurs, problems }
}
