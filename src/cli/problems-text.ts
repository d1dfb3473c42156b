/** Problems as a person at the bench reads them: grouped by cause, errors first, each place named as Excel names it. */
import { count } from '../feedback/numbers.ts'
import { whereWords } from '../feedback/problem-groups.ts'
import type { Problem } from '../problems.ts'
import { type Paint, plain, sideBySide, wrapped } from './terminal.ts'
import { lowered } from './words.ts'

const SHOWN_PLACES = 12
const MARK_WIDTH = 10
const INDENT = '  '
const UNDER = `${INDENT}    `

/** One block a cause; empty for none. */
export function problemsText(problems: readonly Problem[], paint: Paint, columns: number): string {
  const ordered = problems.toSorted((a, b) => rank(a) - rank(b))
  const causes = Map.groupBy(ordered, ({ severity, code, fix }) => `${severity} ${code} ${fix}`)
  return [...causes.values()].map((cause) => causeText(cause, paint, columns)).join('\n')
}

function causeText(cause: Problem[], paint: Paint, columns: number): string {
  const [first] = cause
  if (!first) return ''
  const error = first.severity === 'error'
  const mark = error ? paint('red', '\u2717 error  ') : paint('yellow', '! warning')
  const width = Math.min(columns, 110)
  const places = cause.slice(0, SHOWN_PLACES).map((one) => wrapped(plain(placeText(one)), width, UNDER))
  const more =
    cause.length > SHOWN_PLACES ? [`${UNDER}and ${cause.length - SHOWN_PLACES} more of the same`] : []
  const fix = wrapped(`\u2192 ${first.fix}`, width, UNDER)
  return [headingText(first, mark, paint, width), ...places, ...more, paint('cyan', fix)].join('\n')
}

/** `✗ error   A required column is missing  [sample-sheet.column-missing]` */
function headingText({ title, code }: Problem, mark: string, paint: Paint, width: number): string {
  const [first = '', ...rest] = wrapped(title, width - MARK_WIDTH, INDENT)
    .trimStart()
    .split('\n')
  const lines = [
    `${INDENT}${mark} ${paint('bold', first)}`,
    ...rest.map((one) => paint('bold', UNDER + one.trim())),
  ]
  const last = lines.pop() ?? ''
  return [...lines, sideBySide([last, paint('dim', `[${code}]`)], width, UNDER)].join('\n')
}

/** `plate7.csv, rows 21 and 37, column C (tube_barcode): …` */
function placeText(one: Problem): string {
  const place = [one.file ?? '', lowered(whereWords(one))].filter((part) => part !== '').join(', ')
  const hint = one.suggestion === undefined ? '' : `. Did you mean "${one.suggestion}"?`
  return `${place === '' ? '' : `${place}: `}${one.found}${hint}`
}

/** `2 errors, 1 warning`, or null where there is neither. */
export function countText(problems: readonly Problem[]): string | null {
  const errors = problems.filter((one) => one.severity === 'error').length
  const warnings = problems.length - errors
  const parts = [
    ...(errors === 0 ? [] : [count(errors, 'error')]),
    ...(warnings === 0 ? [] : [count(warnings, 'warning')]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

const rank = (one: Problem): number => (one.severity === 'error' ? 0 : 1)
