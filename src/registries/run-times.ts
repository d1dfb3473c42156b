/** Start and end of a run as registries want them: UTC, in a kind's precision, cut and never rounded. */
import { columnNamed, type Problem, problem } from '../problems.ts'
import type { RunRecord } from '../record/run.ts'
import type { Instant, Stamp } from '../record/time.ts'

export type TimeRules = {
  precision: 'second' | 'minute'
  /** The registry refuses a time after its own now. */
  future: 'refused' | 'taken'
  endTimeFromMtime: boolean
  now: Date
}

/** `start_time` and `end_time` as far as they can be told; a time without a zone is left out with a warning. */
export function runTimes(
  run: RunRecord,
  rules: TimeRules,
): { start_time: string | undefined; end_time: string | undefined; problems: Problem[] } {
  const start = instantOf('start_time', run.start, rules)
  const end = instantOf('end_time', run.end, rules)
  const problems = [...start.problems, ...end.problems]
  if (start.instant !== null && end.instant !== null && end.instant < start.instant) {
    const found = `start_time is ${start.instant}, end_time is ${end.instant}`
    problems.push(problem('registry.end-before-start', found, { column: columnNamed('end_time') }))
  }
  return { start_time: wire(start.instant, rules), end_time: wire(end.instant, rules), problems }
}

function instantOf(
  field: 'start_time' | 'end_time',
  stamp: Stamp | null,
  rules: TimeRules,
): { instant: Instant | null; problems: Problem[] } {
  if (stamp === null) return { instant: null, problems: [] }
  const { instant, text, zone } = stamp
  const column = columnNamed(field)
  if (zone === 'mtime' && !rules.endTimeFromMtime) {
    const found = `${field} would be ${instant}, the age of the run's marker file`
    return { instant: null, problems: [problem('registry.end-time-left-out', found, { column })] }
  }
  if (instant === null) {
    const found = `${field} is “${text}”, in no time zone`
    return { instant, problems: [problem('registry.time-left-out', found, { column })] }
  }
  if (rules.future === 'taken' || Date.parse(instant) <= rules.now.getTime()) return { instant, problems: [] }
  const found = `${field} is ${instant}, and it is now ${rules.now.toISOString()}`
  return { instant, problems: [problem('registry.time-in-future', found, { column })] }
}

/** `YYYY-MM-DD HH:MM:SS` or `YYYY-MM-DD HH:MM`. */
const wire = (instant: Instant | null, { precision }: TimeRules): string | undefined =>
  instant?.slice(0, precision === 'second' ? 19 : 16).replace('T', ' ')
