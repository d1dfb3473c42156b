/** When a run began and ended, by the most trusted of its files that tells. */
import { type Problem, problem } from '../../problems.ts'
import { instantStamp, type Stamp, wallStamp } from '../../record/time.ts'
import type { Sourced } from '../facts.ts'
import type { Account } from './account.ts'

type Timed = Sourced<Stamp> | null

/**
 * First start and last end of all acquisitions that the most trusted kind of file knows. A start that is a day or more
 * from the time in the folder's name is of another run: a problem, and null. (The name's own clock is in no known
 * zone, so it never gives a time itself.)
 */
export function timesOf(
  members: readonly Account[],
  pressed: Stamp | null,
): { start: Timed; end: Timed; problems: Problem[] } {
  const start = extreme(members, 'starts', (a, b) => a < b)
  const end = extreme(members, 'ends', (a, b) => a > b)
  if (start === null || pressed === null || isNear(start.value, pressed))
    return { start, end, problems: [...backwards(start, end), ...unusable(members, { start, end })] }
  const disagree = problem(
    'run-folder.ids-disagree',
    `${start.from.file} says the run started at ${start.value.text}, this folder's name says ${pressed.local}`,
    { file: start.from.file },
  )
  return { start: null, end, problems: [disagree] }
}

/** A time that is told and cannot be: 1970 is of a clock that nobody has set. */
function unusable(members: readonly Account[], { start, end }: { start: Timed; end: Timed }): Problem[] {
  const lost = [...(start === null ? ['starts' as const] : []), ...(end === null ? ['ends' as const] : [])]
  return lost.flatMap((which) => {
    const teller = members.find((one) => one[which].length > 0)
    const found = `it says that the run ${which} at ${teller?.[which][0]?.value}`
    return teller === undefined ? [] : [problem('run-folder.time-unusable', found, { file: teller.file })]
  })
}

function backwards(start: Timed, end: Timed): Problem[] {
  if (!start?.value.instant || !end?.value.instant || start.value.instant <= end.value.instant) return []
  const found = `it starts at ${start.value.text} and ends at ${end.value.text}`
  return [problem('run-folder.ends-before-start', found, { file: end.from.file })]
}

function extreme(
  members: readonly Account[],
  which: 'starts' | 'ends',
  isBetter: (a: string, b: string) => boolean,
): Timed {
  const kind = members.find((one) => one[which].some(({ value }) => stampOf(value) !== null))?.kind
  let best: Timed = null
  for (const account of members.filter((one) => one.kind === kind))
    for (const { value, at } of account[which]) {
      const stamp = stampOf(value)
      if (stamp === null) continue
      if (best === null || isBetter(moment(stamp), moment(best.value)))
        best = { value: stamp, from: { file: account.file, at } }
    }
  return best
}

/** MinKNOW writes offsets or `Z`; without either it is a clock on a wall. */
function stampOf(text: string): Stamp | null {
  return instantStamp(text) ?? wallStamp(text, text.replace(' ', 'T').replace(/\.\d+$/, ''))
}

const moment = (stamp: Stamp): string => stamp.instant ?? stamp.local ?? ''

/** Zones reach from -12 to +14 hours, and the first acquisition starts minutes after the button was pressed. */
const FARTHEST_MS = 26 * 3_600_000

function isNear(start: Stamp, pressed: Stamp): boolean {
  const at = Date.parse(start.instant ?? `${start.local}Z`)
  return Math.abs(at - Date.parse(`${pressed.local}:00Z`)) < FARTHEST_MS
}
