/** Gathers what is wrong with a sheet and tells it grouped by cause, in the order a person reads a sheet. */
import { type Column, type Problem, type ProblemCode, problem, type Severity } from '../../problems.ts'

export type Finding = {
  code: ProblemCode
  /** What was seen, without row numbers: equal words in one column are one problem with many rows. */
  found: string
  rows: number[]
  column: Column | null
  severity?: Severity
  fix?: string
  suggestion?: string
}

/** Column names, and no more. */
export const NO_ROWS: Finding = {
  code: 'sample-sheet.no-rows',
  found: 'no row below the column names',
  rows: [],
  column: null,
}

export type Findings = {
  add(finding: Finding): void
  /** File first, then the row of column names, then downwards. */
  problems(): Problem[]
}

/** Of one kind of fault in one column, this many different values are told one by one; more are told together. */
const TOLD_APART = 25

export function createFindings(file: string): Findings {
  const causes = new Map<string, Map<string, Finding>>()
  return {
    add(finding) {
      const cause = [finding.code, finding.column?.letter ?? '', finding.severity ?? ''].join('\n')
      const told = causes.get(cause) ?? new Map<string, Finding>()
      causes.set(cause, told)
      const same = told.get(finding.found)
      if (same === undefined) told.set(finding.found, { ...finding, rows: [...finding.rows] })
      else for (const row of finding.rows) same.rows.push(row)
    },
    problems() {
      return [...causes.values()]
        .flatMap((told) => (told.size > TOLD_APART ? [together([...told.values()])] : [...told.values()]))
        .map((finding) => ({ ...finding, rows: [...new Set(finding.rows)].sort((a, b) => a - b) }))
        .sort((a, b) => (a.rows[0] ?? 0) - (b.rows[0] ?? 0) || letterOrder(a.column) - letterOrder(b.column))
        .map(({ code, found, ...where }) => problem(code, found, { ...where, file }))
    },
  }
}

function together(findings: Finding[]): Finding {
  const [first, second, third] = findings
  if (first === undefined) throw new Error('no findings to tell together')
  const { suggestion: _, ...common } = first
  const shown = [first, second, third].map((one) => one?.found).join('; ')
  return {
    ...common,
    found: `${shown}; and ${findings.length - 3} more like these`,
    rows: findings.flatMap((one) => one.rows),
  }
}

const letterOrder = (column: Column | null): number =>
  [...(column?.letter ?? '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)

/** A value as it is shown: in quotation marks, what cannot be seen written out, cut to 64 characters. */
export const shown = (value: string): string => `"${visible(value)}"`

/** The same without quotation marks: names of columns and sections. */
export function visible(value: string): string {
  const written = value.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0]/gu,
    (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  const characters = [...written]
  return characters.length > 64 ? `${characters.slice(0, 64).join('')}…` : written
}

/** Excel's letters for a column counted from 0. */
export function columnLetter(index: number): string {
  let letters = ''
  for (let left = index + 1; left > 0; left = Math.floor((left - 1) / 26))
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters
  return letters
}
