/** How far a run is: which files each generation of instrument writes when it has sequenced and when it has copied. */
import type { Completion, Source } from '../../record/run.ts'
import { type Document, type Documents, firstAt } from './documents.ts'
import type { Mark, Marks } from './marks.ts'
import type { Family } from './models.ts'
import type { Outcome } from './outcome.ts'
import type { RunParameters } from './run-parameters.ts'
import { stampOf } from './times.ts'

/**
 * How a generation ends a run. `copied`: the files that together say that everything is here, the deciding one first.
 * `also`: files that are written before these and hold the end or the outcome. `outcomeAlways`: while the copy goes on,
 * markers alone say nothing of how sequencing went.
 */
type Ending = { copied: [decides: string, ...others: string[]]; also: string[]; outcomeAlways: boolean }

const RTA = 'RTAComplete.txt'
const COPY = 'CopyComplete.txt'
const STATUS = 'RunCompletionStatus.xml'

/** The base caller copies as it goes, and writes its marker after the last base call has been copied. */
const BY_BASE_CALLER: Ending = { copied: [RTA], also: [], outcomeAlways: false }
/** A copy service works behind the base caller, up to hours, and writes its own marker last of all. */
const BY_COPY_SERVICE: Ending = { copied: [COPY], also: [], outcomeAlways: false }

/** A generation's way of ending a run: some changed it with a version of their control software. */
export function endingFor(
  family: Family | null,
  { runParameters }: Documents,
  marks: Marks,
  { softwareVersion, rtaVersion }: RunParameters,
): Ending {
  const major = majorOf(softwareVersion?.value ?? null)
  switch (family) {
    case 'HiSeq 1000-2500':
    case 'HiSeq 3000-X':
      return BY_BASE_CALLER
    case 'MiSeq': {
      // Development versions are numbered 90; the file's name has begun with a capital letter since version 4.
      const small = runParameters.is === 'absent' || !runParameters.file.startsWith('R')
      const old = major === null ? small : major < 4
      return old ? BY_BASE_CALLER : { ...BY_COPY_SERVICE, also: [RTA] }
    }
    case 'NextSeq 500/550':
    case 'MiniSeq': {
      const old = major !== null && major < (family === 'MiniSeq' ? 2 : 4)
      return { ...BY_COPY_SERVICE, copied: old ? [RTA, STATUS] : [COPY], also: [RTA, STATUS] }
    }
    case 'iSeq':
      return { ...BY_COPY_SERVICE, also: [RTA] }
    case 'NovaSeq 6000':
      return BY_COPY_SERVICE
    case 'NextSeq 1000/2000':
    case 'NovaSeq X':
    case 'MiSeq i100':
      return { copied: [COPY], also: [STATUS], outcomeAlways: true }
    case null: {
      // Base callers of the first generation never had a copy service behind them.
      const version = rtaVersion?.value ?? marks.rtaComplete?.rtaVersion
      return version?.startsWith('1.') ? BY_BASE_CALLER : BY_COPY_SERVICE
    }
  }
}

type Judgement = {
  completion: Completion
  sequenced: boolean
  /** The file that says that everything is here. */
  copiedBy: Source | null
  decidedBy: Source | null
}

/**
 * Judges by evidence alone. The folder may be taken when all that says "everything is here" lies there, and every
 * file that has a part in the record is there and whole. The deciding marker with a whole RunInfo.xml is enough for one
 * that has long rested: other files some instruments never write, and some sites never copy. So is an outcome that
 * says the run failed: what failed may never write its markers, and a person is to look at it.
 */
export function completionOf(
  documents: Documents,
  marks: Marks,
  outcome: Outcome,
  ending: Ending,
  identified: boolean,
): Judgement {
  const present = (name: string) => isThere(name, documents, marks)
  const copied = marks.copyComplete ?? (ending.copied.every(present) ? marks.rtaComplete : null)
  const decisive = copied ?? marks.rtaComplete ?? marks.sequencingComplete ?? marks.sequenceComplete
  const partial = unfinishedFiles(documents, marks, identified)
  const awaited = copied ? ending.also : [...ending.copied, ...ending.also]
  const absent = awaited.filter((name) => !present(name))
  const missing = [...new Set([...absent, ...partial.map((one) => one.file)])]

  const half = partial.some((one) => one.decides)
  const undecided = half || (outcome.state === null && ending.outcomeAlways && copied === null)
  const hasFailed = outcome.state === 'failed'
  const enough = !half && missing.length > 0 && (copied !== null || hasFailed || present(ending.copied[0]))
  const endTold = decisive === null ? toldEnd(documents) : null
  const isOver = decisive !== null || endTold !== null
  const state = undecided ? 'in_progress' : (outcome.state ?? (isOver ? 'completed' : 'in_progress'))
  const byMark = decisive && { file: decisive.file, at: 'presence' }
  return {
    completion: {
      state,
      because: because(),
      missing,
      ended: copied !== null && missing.length === 0,
      ...(enough ? { enough } : {}),
    },
    sequenced: isOver,
    copiedBy: copied && { file: copied.file, at: 'presence' },
    decidedBy: state === 'in_progress' ? null : (outcome.from ?? byMark ?? endTold),
  }

  function because(): string {
    const first = decisive ? partial.find((one) => one.decides) : undefined
    if (first) return `${first.file} ${first.why}`
    if (outcome.from) return outcome.from.file
    if (!decisive && endTold && state !== 'in_progress')
      return `${endTold.file} tells the end, ${missing.join(' and ')} not yet`
    if (!decisive) return 'no end marker is there yet'
    const open = partial.find((one) => one.file === decisive.file)
    if (open) return `${open.file} ${open.why}`
    return missing.length === 0
      ? decisive.file
      : `${decisive.file} is there, ${missing.join(' and ')} not yet`
  }
}

/** An iSeq writes the end into RunParameters.xml when it has sequenced: where, once it is there. */
function toldEnd({ runParameters }: Documents): Source | null {
  const told = firstAt(runParameters, 'RunEndTime', 'RunEndDate')
  return told && stampOf(told.value) ? told.from : null
}

type Unfinished = { file: string; why: string; decides: boolean }

/**
 * Files that are not whole yet. Without RunInfo.xml nothing says which run it is, and what a half-written file would
 * change is unknown: these `decide` that the run counts as in progress. Every instrument writes RunParameters.xml,
 * so a folder without it is one still being copied, though its markers may say what became of the sequencing. Of a
 * marker's text no more than the time can be missing, and PCs write that in ways nobody has seen all of.
 */
function unfinishedFiles(documents: Documents, marks: Marks, identified: boolean): Unfinished[] {
  const { runInfo, runParameters, completionStatus } = documents
  const partial = [whole(runInfo), whole(runParameters)]
  if (completionStatus.is === 'unfinished') partial.push(whole(completionStatus))
  for (const mark of [marks.rtaComplete, marks.sequencingComplete])
    if (mark?.text.open) partial.push({ file: mark.file, why: 'may not be whole yet', decides: false })
  const found = partial.filter((one) => one !== null)
  if (runInfo.is === 'read' && !identified)
    found.unshift({ file: runInfo.file, why: 'names no run', decides: true })
  return found

  function whole(document: Document): Unfinished | null {
    if (document.is === 'read') return null
    const why = {
      absent: 'is not there yet',
      unfinished: 'is not complete yet',
      broken: 'cannot be read',
      barred: 'cannot be opened',
    }
    return {
      file: document.file,
      why: why[document.is],
      decides: document.is !== 'absent' || document === runInfo,
    }
  }
}

function isThere(name: string, documents: Documents, marks: Marks): boolean {
  const there: Record<string, Mark | boolean | null> = {
    [RTA]: marks.rtaComplete,
    [COPY]: marks.copyComplete,
    [STATUS]: documents.completionStatus.is !== 'absent',
  }
  return Boolean(there[name])
}

/** The first number of a version such as `4.0.1.41` or `HD 3.5.0.7`; null for one that no release ever had. */
function majorOf(version: string | null): number | null {
  const major = Number(/^\D*(\d+)\./.exec(version ?? '')?.[1] ?? Number.NaN)
  return major >= 0 && major < 20 ? major : null
}
