/** When a run started and when it ended: the best of the many places that may tell. */
import type { RunFolder } from '../../handovers.ts'
import { mtimeStamp, type Stamp, wallStamp } from '../../record/time.ts'
import type { Sourced } from '../facts.ts'
import { type Documents, firstAt, valueAt } from './documents.ts'
import { type Mark, type Marks, readMark } from './marks.ts'
import type { Family } from './models.ts'
import { endingOf, stampOf } from './times.ts'

/**
 * Instants come first, then wall clocks, then days. A NovaSeq 6000 cuts the time its flow cell came in to ten minutes.
 * The date in a run id counts only if a file gives the id, and not on a NextSeq 1000 or 2000, where it is a day in UTC
 * and would be taken for a local one.
 */
export function startOf(
  documents: Documents,
  runId: Sourced | null,
  family: Family | null,
): Sourced<Stamp> | null {
  const { completionStatus, runParameters, runInfo } = documents
  const dayInId =
    family === 'NextSeq 1000/2000' ? undefined : runId && /^(\d{8}|\d{6})_/.exec(runId.value)?.[1]
  const day = firstAt(runParameters, 'RunStartDate', 'Setup/RunStartDate')
  const days = firstStamp([day, runId && dayInId ? { value: dayInId, from: runId.from } : null])
  return (
    firstStamp(
      [
        valueAt(completionStatus, 'RunStartTime'),
        valueAt(runParameters, 'RunStartTime'),
        valueAt(runParameters, 'RunStartTimeStamp'),
        day && day.value.length > 10 ? day : null,
        valueAt(runInfo, 'Run/Date'),
      ],
      days?.value ?? null,
    ) ??
    toTheMinute(firstStamp([valueAt(runParameters, 'RfidsInfo/FlowCellStartDate')])) ??
    days
  )
}

function toTheMinute(told: Sourced<Stamp> | null): Sourced<Stamp> | null {
  const { text = null, local = null } = told?.value ?? {}
  const value = text !== null && local !== null ? wallStamp(text, local.slice(0, 16)) : null
  return told && value ? { ...told, value } : told
}

export type End = Sourced<Stamp> & { ambiguous: boolean }

/**
 * The end as told by the instrument, else by the text of a marker, else by a marker's modification time. Markers
 * count once sequencing has `ended`: one of them alone tells no end. `reads` is how many reads the run has.
 */
export function endOf(
  folder: RunFolder,
  documents: Documents,
  marks: Marks,
  run: { start: Stamp | null; reads: number; ended: boolean },
): End | null {
  const { completionStatus, runParameters } = documents
  const told = firstStamp([
    valueAt(completionStatus, 'RunEndTime'),
    valueAt(runParameters, 'RunEndTime'),
    valueAt(runParameters, 'RunEndDate'),
  ])
  if (told) return { ...told, ambiguous: false }
  if (!run.ended) return null
  const written = [
    marks.rtaComplete,
    marks.sequencingComplete,
    marks.basecallsCopied,
    run.reads > 0 ? readMark(folder, run.reads) : null,
  ]
  for (const mark of written) {
    const found = mark?.text.is === 'clock' ? endingOf(mark.text, run.start) : null
    if (mark && found) return { ...found, from: { file: mark.file, at: 'text' } }
  }
  return endByMtime(folder, [marks.rtaComplete, marks.sequenceComplete, marks.copyComplete])
}

function endByMtime(folder: RunFolder, marks: Array<Mark | null>): End | null {
  for (const mark of marks) {
    const modified = mark && folder.modified(mark.file)
    if (modified)
      return {
        value: mtimeStamp(modified),
        from: { file: mark.file, at: 'modification time' },
        ambiguous: false,
      }
  }
  return null
}

function firstStamp(told: Array<Sourced | null>, day: Stamp | null = null): Sourced<Stamp> | null {
  for (const one of told) {
    const value = one && stampOf(one.value, day)
    if (value) return { value, from: one.from }
  }
  return null
}
