/** How far a PacBio run is: every cell that was planned must have been transferred, and none of its files be half there. */
import { type Problem, problem } from '../../problems.ts'
import type { Completion } from '../../record/run.ts'
import type { Account } from './account.ts'
import type { KnownCell } from './cells.ts'
import type { Generation } from './names.ts'

/**
 * The metadata files are snapshots: a run that is long over still calls itself Ready or Running in them. Only a word for a
 * bad end is believed; for a good one the marker of each cell is.
 */
export function completionOf(run: {
  generation: Generation
  cells: readonly KnownCell[]
  planned: readonly string[]
  accounts: readonly Account[]
  unfinished: readonly string[]
  strangers: boolean
}): Decided {
  const { cells, planned, accounts, unfinished } = run
  if (run.generation === 'rs') return completionOfRs(cells)
  const aborted = accounts.find((one) => one.runStatus !== null && BAD_END.test(one.runStatus))
  if (aborted) {
    const found = `the status of the run is ${aborted.runStatus}`
    const failed = problem('run-folder.run-failed', found, { file: aborted.file })
    return decided('failed', aborted.file, true, [], [failed])
  }
  if (cells.length === 0)
    return decided('in_progress', 'no cell has been started yet', false, ['*.transferdone'])

  const waiting = cells.filter((one) => !one.cell.fullyCopied)
  const lost = waiting.filter((one) => one.failure !== null)
  if (lost.length > 0 && lost.length === waiting.length && planned.length === 0) {
    const words = lost.map((one) => `${one.cell.folder}: ${one.failure}`).join(', ')
    const because = `not every cell came to its end (${words})`
    return decided('failed', because, true, [], [problem('run-folder.run-failed', words)])
  }
  const missing = [
    ...waiting.map((one) => `${one.cell.folder}/${one.cell.movie ?? '*'}.transferdone`),
    ...planned.map((well) => `*_${well}/*.transferdone`),
  ]
  if (missing.length > 0) {
    const sent = cells.length - waiting.length
    const because = `${sent} of ${cells.length + planned.length} cells transferred`
    return decided('in_progress', because, false, missing)
  }
  if (run.strangers)
    return decided('unknown', 'every cell is transferred, but files of another run lie among them', true)
  const undescribed = cells
    .filter(
      ({ cell, described }) => !described && !unfinished.some((file) => file.startsWith(`${cell.folder}/`)),
    )
    .map(({ cell }) => `${cell.folder}/*.metadata.xml`)
  const half = [...unfinished, ...undescribed]
  const all = cells.length === 2 ? 'both' : `all ${cells.length}`
  const sent = cells.length === 1 ? 'the cell is transferred' : `${all} cells transferred`
  return half.length === 0
    ? decided('completed', sent, true)
    : decided('completed', `${sent}, ${half[0]} is not there, or not whole`, false, half)
}

type Decided = { completion: Completion; problems: Problem[] }

const decided = (
  state: Completion['state'],
  because: string,
  ended: boolean,
  missing: string[] = [],
  problems: Problem[] = [],
): Decided => ({ completion: { state, because, missing, ended }, problems })

function completionOfRs(cells: readonly KnownCell[]): Decided {
  const half = cells.find((one) => !one.described)?.cell.folder
  return half === undefined
    ? decided('unknown', 'an RS leaves no end marker in its run folder', true)
    : decided('in_progress', `${half} has no whole metadata yet`, false, [`${half}/*.metadata.xml`])
}

/** Words of PacBioDataModel.xsd for a run that came to a bad end. */
const BAD_END = /^(?:Aborted|Terminated|Error)$/
