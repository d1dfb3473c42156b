/** How far an Oxford Nanopore run is: by MinKNOW's word for it, else by the final summary. */
import { type Problem, problem } from '../../problems.ts'
import type { Completion, RunStatus } from '../../record/run.ts'
import type { Account } from './account.ts'
import { isUnderWay } from './report-json.ts'
import type { Weighed } from './weigh.ts'

/**
 * A report with a final state decides; else a whole final summary, which says only that everything is written; a
 * report exported in mid-run decides nothing. The folder may be taken when one of these is there and no file it could
 * still learn from is half written.
 */
export function completionOf(
  { members, strangers, mixed }: Pick<Weighed, 'members' | 'strangers' | 'mixed'>,
  unfinished: readonly string[],
): { completion: Completion; problems: Problem[] } {
  const undecided = (state: RunStatus, because: string, ended: boolean, missing: string[] = []) => ({
    completion: { state, because, missing, ended },
    problems: [],
  })
  if (mixed) {
    const ended = unfinished.length === 0 && members.some(isEnd)
    return undecided('unknown', 'files of several runs lie in this folder', ended, [...unfinished])
  }
  const decides = members.filter(isTerminal).at(-1) ?? members.find(isFinalSummary)
  if (decides === undefined) {
    const foreign = strangers.find(isEnd)
    if (foreign && unfinished.length === 0)
      return undecided('unknown', `${foreign.file} is there, but it is of another run`, true)
    const half = unfinished[0]
    return half === undefined
      ? undecided('in_progress', 'no final summary is there yet', false, ['final_summary_*.txt'])
      : undecided('in_progress', `${half} is not written to its end`, false, [...unfinished])
  }
  const state = decides.state === null ? 'completed' : statusOf(decides.state)
  const [half] = unfinished
  const because =
    half === undefined ? decides.file : `${decides.file} is there, ${half} is not written to its end`
  return {
    completion: { state, because, missing: [...unfinished], ended: half === undefined },
    problems: endingProblems(state, decides),
  }
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

/** ProtocolState of minknow_api: two good ends, and some twenty that name what went wrong. */
function statusOf(state: string): RunStatus {
  if (state === 'PROTOCOL_COMPLETED') return 'completed'
  if (state === 'PROTOCOL_STOPPED_BY_USER') return 'stopped'
  return state.startsWith('PROTOCOL_') ? 'failed' : 'unknown'
}
