/** How far an Oxford Nanopore run is: by MinKNOW's word for it, else by the final summary. */
import { type Problem, problem } from '../../problems.ts'
import type { Completion, RunStatus } from '../../record/run.ts'
import type { Account } from './account.ts'
import { kindOfFile, reportBeside } from './folder-name.ts'
import { isUnderWay } from './report-json.ts'
import type { Weighed } from './weigh.ts'

/**
 * A report with a final state decides; else a whole final summary, which says only that everything is written; a
 * report exported in mid-run decides nothing. The folder may be taken when both are there, as far as MinKNOW writes
 * both, and no file it could still learn from is half written. Where the other one, or a sheet, stays away for long,
 * the one that is there is enough; with half a summary nothing ever is.
 */
export function completionOf(
  { members, strangers, mixed }: Pick<Weighed, 'members' | 'strangers' | 'mixed'>,
  { names, unfinished }: { names: readonly string[]; unfinished: readonly string[] },
): { completion: Completion; problems: Problem[] } {
  const half = unfinished.map((file): Awaited => ({ file, why: 'is not written to its end' }))
  const summaryIsWhole = !unfinished.some((file) => kindOfFile(file) === 'final-summary')
  const decides = members.filter(isTerminal).at(-1) ?? members.find(isFinalSummary)
  if (mixed) {
    const because = 'files of several runs lie in this folder'
    const end = decides !== undefined && summaryIsWhole
    return { completion: completionBy('unknown', because, half, end), problems: [] }
  }
  if (decides === undefined) {
    const foreign = strangers.find(isEnd)
    if (foreign && summaryIsWhole) {
      const because = `${foreign.file} is there, but it is of another run`
      return { completion: completionBy('unknown', because, half, true), problems: [] }
    }
    const [first] = half
    const because = first ? `${first.file} ${first.why}` : 'no final summary is there yet'
    return {
      completion: completionBy('in_progress', because, first ? half : [NO_SUMMARY], false),
      problems: [],
    }
  }
  const awaited = [...half, ...otherAwaited(decides, members, names, unfinished)]
  const [first] = awaited
  const because = first === undefined ? decides.file : `${decides.file} is there, ${first.file} ${first.why}`
  const state = decides.state === null ? 'completed' : statusOf(decides.state)
  return {
    completion: completionBy(state, because, awaited, summaryIsWhole),
    problems: endingProblems(state, decides),
  }
}

type Awaited = { file: string; why: string }

const NO_SUMMARY: Awaited = { file: 'final_summary_*.txt', why: 'is not there yet' }

function completionBy(
  state: RunStatus,
  because: string,
  awaited: readonly Awaited[],
  endIsThere: boolean,
): Completion {
  const missing = awaited.map(({ file }) => file)
  const ended = endIsThere && missing.length === 0
  return { state, because, missing, ended, ...(endIsThere && !ended ? { enough: true } : {}) }
}

/** The final summary beside a report; beside a summary the report, which may still be the one exported in mid-run. */
function otherAwaited(
  decides: Account,
  members: readonly Account[],
  names: readonly string[],
  unfinished: readonly string[],
): Awaited[] {
  const here = [...members.map(({ file }) => file), ...unfinished].map(kindOfFile)
  // A check of a flow cell acquires nothing to sum up.
  if (isTerminal(decides)) return here.includes('final-summary') || decides.test ? [] : [NO_SUMMARY]
  const early = members.find(({ state }) => state !== null)
  if (early) return [{ file: early.file, why: 'tells of a run under way' }]
  const report = reportBeside(names)
  const has = here.includes('report-json') || (report === 'report*.md' && here.includes('report-md'))
  return report === null || has ? [] : [{ file: report, why: 'is not there yet' }]
}

/** Whatever a person should know of how it ended; every word of MinKNOW's is kept. */
function endingProblems(state: RunStatus, { file, state: word }: Account): Problem[] {
  const found = `the state of the run is ${word}`
  if (state === 'failed') return [problem('run-folder.run-failed', found, { file })]
  if (state === 'unknown') return [problem('run-folder.outcome-unknown', found, { file })]
  return state === 'stopped' ? [problem('run-folder.run-stopped', found, { file })] : []
}

export const isFinalSummary = (account: Account): boolean => account.kind === 'final-summary'

const isTerminal = (account: Account): boolean => account.state !== null && !isUnderWay(account.state)

const isEnd = (account: Account): boolean => isFinalSummary(account) || isTerminal(account)

/** ProtocolState of minknow_api: two good ends, and some twenty that name what went wrong; later ones may be neither. */
function statusOf(state: string): RunStatus {
  if (state === 'PROTOCOL_COMPLETED') return 'completed'
  if (state === 'PROTOCOL_STOPPED_BY_USER') return 'stopped'
  return /^PROTOCOL_.*(?:FINISHED|ERROR|DISCONNECT|UNABLE)/.test(state) ? 'failed' : 'unknown'
}
