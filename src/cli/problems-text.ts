/** Problems as a person at the bench reads them: grouped by cause, errors first, each place named as Excel names it. */
import type { Problem } from '../problems.ts'
import { type Paint, plain, sideBySide, wrapped } from './terminal.ts'

const SHOWN_PLACES = 12
const MARK_WIDTH = 10
const INDENT = '  '
const UNDER = `${INDENT}    `

/** One block a cause; empty for none. */
export function problemsText(problems: readonly Problem[], paint: Paint, columns: number): string {
  const causes = new Map<string, Problem[]>()
  const ordered = [...problems].sort((a, b) => rank(a) - rank(b))
  for (const one of ordered) {
    const key = `${one.severity} ${one.code} ${one.fix}`
    causes.set(key, [...(causes.get(key) ?? []), one])
  }
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
function placeText({ file, rows, column, found, suggestion }: Problem): string {
  const parts = [
    ...(file === null ? [] : [file]),
    ...(rows.length === 0 ? [] : [rowsText(rows)]),
    ...(column === null ? [] : [`column ${column.letter} (${column.name})`]),
  ]
  const place = parts.length === 0 ? '' : `${parts.join(', ')}: `
  const hint = suggestion === undefined ? '' : `. Did you mean "${suggestion}"?`
  return `${place}${found}${hint}`
}

function rowsText(rows: number[]): string {
  if (rows.length === 1) return `row ${rows[0]}`
  if (rows.length > 6) return `rows ${rows.slice(0, 5).join(', ')} and ${rows.length - 5} more`
  return `rows ${rows.slice(0, -1).join(', ')} and ${rows.at(-1)}`
}

/** `2 errors, 1 warning`, or null where there is neither. */
export function countText(problems: readonly Problem[]): string | null {
  const errors = problems.filter((one) => one.severity === 'error').length
  const warnings = problems.length - errors
  const parts = [
    ...(errors === 0 ? [] : [errors === 1 ? '1 error' : `${errors} errors`]),
    ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

const rank = (one: Problem): number => (one.severity === 'error' ? 0 : 1)
