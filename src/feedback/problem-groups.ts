/** Problems of one sheet in the order a person mends them: the same cause together, whole file before header before rows. */
import type { Problem } from '../problems.ts'

export type ProblemGroup = {
  severity: Problem['severity']
  code: string
  title: string
  fix: string
  places: Array<{ where: string; found: string; suggestion: string | null }>
  /** Places that are counted but not shown. */
  more: number
}

const MOST_PLACES = 500
const MOST_IN_A_GROUP = 100

/** Groups of one cause each, errors first; at most 500 places are shown. */
export function groupProblems(problems: readonly Problem[]): ProblemGroup[] {
  const sorted = problems.toSorted((a, b) => rank(a) - rank(b) || (a.rows[0] ?? 0) - (b.rows[0] ?? 0))
  const groups = Map.groupBy(sorted, ({ severity, code, fix, column }) =>
    JSON.stringify([severity, code, fix, column]),
  )
  let left = MOST_PLACES
  return [...groups.values()].flatMap((all) => {
    const [first] = all
    if (first === undefined) return []
    const shown = all.slice(0, Math.min(left, MOST_IN_A_GROUP))
    left -= shown.length
    const { severity, code, title, fix } = first
    const places = shown.map((one) => ({
      where: whereWords(one),
      found: one.found,
      suggestion: one.suggestion ?? null,
    }))
    return [{ severity, code, title, fix, places, more: all.length - shown.length }]
  })
}

/** `Rows 21 and 37, column C (Tube_Barcode)`, as Excel shows them; empty where it concerns the whole file. */
export function whereWords({ rows, column }: Problem): string {
  const at = rowWords(rows)
  if (column === null) return at
  const named = `column ${column.letter}${column.name === '' ? '' : ` (${column.name})`}`
  return at === '' ? named.replace('c', 'C') : `${at}, ${named}`
}

/** `Rows 2–5 and 9`, as Excel counts them. */
export function rowWords(rows: readonly number[]): string {
  if (rows.length === 0) return ''
  if (rows.length === 1) return `Row ${rows[0]}`
  const spans: Array<[from: number, to: number]> = []
  for (const row of [...new Set(rows)].sort((a, b) => a - b)) {
    const last = spans.at(-1)
    if (last !== undefined && row === last[1] + 1) last[1] = row
    else spans.push([row, row])
  }
  const words = spans.slice(0, 12).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`))
  const more = spans.length > 12 ? ' and more' : ''
  const text = words.length === 2 && more === '' ? words.join(' and ') : words.join(', ') + more
  return `Rows ${text}`
}

const rank = (one: Problem): number =>
  (one.severity === 'error' ? 0 : 4) + (one.rows.length > 0 ? 2 : one.column === null ? 0 : 1)
