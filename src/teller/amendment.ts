/** A correction that came after registration, where the registry takes none: what would change, row by row. */
import type { RegistrationStory } from '../journal/journal.ts'
import { type Problem, problem } from '../problems.ts'
import type { Batch, Library } from '../record/library.ts'
import type { SheetPlace } from './alike.ts'
import { rowsOfSamples } from './content.ts'
import { differences } from './differences.ts'
import { differenceWords } from './rivals.ts'

/** One warning for each difference between what the registry has and what the sheet now says. */
export function amendmentProblems(
  { revisions }: RegistrationStory,
  { content, file, columns }: { content: Library | Batch } & SheetPlace,
): Problem[] {
  const newest = revisions.at(-1)
  if (newest?.state !== 'held' || newest.reason !== 'amendment') return []
  const standing = revisions.slice(0, -1).findLast(({ state }) => state !== 'superseded')
  const before = standing?.submission.mapped?.request.body ?? null
  const now = newest.submission.mapped?.request.body ?? null
  const rows = rowsOfSamples(content)
  return differences(before, now).map((one) =>
    problem(
      'sheet.amendment',
      differenceWords(one, { before: `at ${newest.registry}`, now: 'in the sheet' }),
      {
        file,
        rows: one.sample === null ? [] : (rows.get(one.sample) ?? []),
        column: (Object.hasOwn(columns, one.column ?? '') && columns[one.column ?? '']) || null,
      },
    ),
  )
}
