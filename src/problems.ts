/**
 * Every fault a person can meet, as one closed catalogue: a permanent code, what it means, what to do next.
 *
 * Codes never change their meaning (runbooks quote them). `title` says what is wrong in general, `found` what was
 * seen this time in the reader's own words, `fix` what to do next. Nothing of a cell's content goes into `title`
 * or `fix`, so that these two may be logged.
 */
import { configProblems } from './problems/config.ts'
import { pathProblems } from './problems/path.ts'
import { planningProblems } from './problems/planning.ts'
import { registryProblems } from './problems/registry.ts'
import { runFolderProblems } from './problems/run-folder.ts'
import { sampleSheetProblems } from './problems/sample-sheet.ts'

export type Severity = 'error' | 'warning'

/** One entry of the catalogue; an error, unless it says that it is a warning. */
type Fault = { title: string; fix: string; severity?: Severity }

const catalogue = {
  ...pathProblems,
  ...runFolderProblems,
  ...sampleSheetProblems,
  ...registryProblems,
  ...planningProblems,
  ...configProblems,
} satisfies Record<string, Fault>

export type ProblemCode = keyof typeof catalogue

/** A column of a sheet as Excel shows it: its letter, and its name in the header row as written. */
export type Column = { letter: string; name: string }

/** A column by its official name alone: a registry's rules know no sheet. Planning finds where it stands. */
export const columnNamed = (name: string): Column => ({ letter: '', name })

/** One fault met in one place. `rows` are 1-based as Excel counts them; empty where rows mean nothing. */
export type Problem = {
  code: ProblemCode
  severity: Severity
  /** Base name or relative path of the file it stands in; null where it concerns no file. */
  file: string | null
  rows: number[]
  column: Column | null
  /** What was seen, in words a person at the bench understands. */
  found: string
  title: string
  fix: string
  /** The one likely right value, where there is just one. */
  suggestion?: string
}

type Where = {
  file?: string | null
  rows?: number[]
  column?: Column | null
  /** Replaces the catalogue's severity where the place decides it. */
  severity?: Severity
  /** Replaces the catalogue's fix where the place allows a better one. */
  fix?: string
  suggestion?: string
}

/** A file may hold a megabyte where a word should stand: so much of it tells what it is. */
const LONGEST_FOUND = 2000

/** Makes the problem `code` as met in one place. `found` is cut to 2,000 characters. */
export function problem(code: ProblemCode, found: string, where: Where = {}): Problem {
  const { title, fix, severity = 'error' }: Fault = catalogue[code]
  return {
    code,
    severity: where.severity ?? severity,
    file: where.file ?? null,
    rows: where.rows ?? [],
    column: where.column ?? null,
    found: found.length > LONGEST_FOUND ? `${found.slice(0, LONGEST_FOUND - 1)}…` : found,
    title,
    fix: where.fix ?? fix,
    ...(where.suggestion === undefined ? {} : { suggestion: where.suggestion }),
  }
}

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some((one) => one.severity === 'error')
