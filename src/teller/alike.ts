/** Runs that a waiting sheet may mean by a name that fits none. */
import type { JournalReader, RegistrationRow, RunSpan } from '../journal/journal.ts'
import { likelyRun } from '../planning/partners.ts'
import { type Column, type Problem, problem } from '../problems.ts'
import { comparable } from '../record/join.ts'
import type { Library, RunLink } from '../record/library.ts'

export type RunsWithoutSheet = {
  all(): Promise<Array<Pick<RunSpan, 'run'>>>
  /** There may be others by now. */
  forget(): void
}

/** The name of a sheet, and where its columns stand. */
export type SheetPlace = { file: string; columns: Readonly<Record<string, Column>> }

const MOST = 200

/** Read once for many sheets that are told of together. */
export function runsWithoutSheet(journal: Pick<JournalReader, 'standing' | 'artifact'>): RunsWithoutSheet {
  let read: ReturnType<RunsWithoutSheet['all']> | null = null

  async function waiting(): ReturnType<RunsWithoutSheet['all']> {
    const rows = await journal.standing({ state: 'waiting', reason: 'sheet', latestFirst: true, limit: MOST })
    const paths = new Set(rows.flatMap(({ subject }) => subject.path ?? []))
    const found = await Promise.all([...paths].map((path) => journal.artifact(path)))
    return found.flatMap((one) =>
      one?.reading.kind === 'run-folder' ? [{ run: one.reading.reading.run }] : [],
    )
  }

  return {
    all() {
      read ??= waiting()
      return read
    },
    forget() {
      read = null
    },
  }
}

/** One warning for each run that has not come and is probably only misspelt. */
export async function alikeProblems(
  rows: RegistrationRow[],
  { library, file, columns }: { library: Library } & SheetPlace,
  runs: RunsWithoutSheet,
): Promise<Problem[]> {
  const awaited = rows.filter(({ state, reason }) => state === 'waiting' && reason === 'run')
  const names = new Set(awaited.map(({ subject }) => subject.name))
  const problems: Problem[] = []
  for (const { link, rows } of library.runs) {
    if (link === null || !names.has(link.value)) continue
    const partner = likelyRun(link.value, await runs.all())
    if (partner === null) continue
    const column = Object.hasOwn(columns, link.by) ? columns[link.by] : undefined
    problems.push(
      problem(
        'sheet.run-alike',
        `"${link.value}" in the sheet, ${partner.name} on the disk: ${partner.because}`,
        {
          ...{ file, rows, column: column ?? null },
          ...(link.by === 'run_name' && isAnother(link, partner.name) ? { suggestion: partner.name } : {}),
        },
      ),
    )
  }
  return problems
}

const isAnother = (link: RunLink, name: string): boolean =>
  comparable(link).value !== comparable({ by: link.by, value: name }).value
