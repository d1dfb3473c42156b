/** Two sheets that say different things of one library or batch: the newer counts, and the person is told. */
import { basename } from 'node:path'
import type { Catalogue, SheetSource } from '../planning/catalogue.ts'
import { type Problem, problem } from '../problems.ts'
import type { Batch, Library } from '../record/library.ts'
import { batchContent, libraryContent, rowsOfSamples } from './content.ts'
import { type Difference, differences } from './differences.ts'

/** `isNewer`: the other sheet is the newer one, and counts. */
export type Rival = { isNewer: boolean; told: Problem }

const MOST_TOLD = 3

/**
 * The sheet that counts instead of this one, or the one that this has taken the place of, where it says something else.
 * Null where all sheets that can be used say the same.
 */
export async function rivalOf(
  mine: { type: 'library' | 'batch'; content: Library | Batch; path: string },
  catalogue: Catalogue,
): Promise<Rival | null> {
  const { type, content, path } = mine
  const { name } = content
  const sheets = await catalogue.sheetsNaming(type === 'library' ? { library: name } : { batch: name })
  const usable = sheets.flatMap((sheet) => {
    const theirs = namedIn(sheet, mine)
    return theirs === null ? [] : [{ path: sheet.path, theirs }]
  })
  const isNewer = usable[0]?.path !== path
  const other = isNewer ? usable[0] : usable[1]
  if (other === undefined || !usable.some((one) => one.path === path)) return null
  const found = differences(contentOf(other.theirs), contentOf(content))
  if (found.length === 0) return null
  return { isNewer, told: told(mine, basename(other.path), isNewer, found) }
}

function namedIn({ reading }: SheetSource, { type, content }: Parameters<typeof rivalOf>[0]) {
  if (reading.blocked) return null
  const named = type === 'library' ? reading.libraries : reading.batches
  return named.find((one) => one.name === content.name && !one.blocked) ?? null
}

const contentOf = (content: Library | Batch) =>
  'tubes' in content ? batchContent(content) : libraryContent(content)

function told(
  { type, content, path }: Parameters<typeof rivalOf>[0],
  other: string,
  isNewer: boolean,
  found: Difference[],
): Problem {
  const rows = rowsOfSamples(content)
  const more = found.length > MOST_TOLD ? `; and ${found.length - MOST_TOLD} more` : ''
  const words = found
    .slice(0, MOST_TOLD)
    .map((one) => differenceWords(one, { before: `in ${other}`, now: 'here' }))
  return problem(
    isNewer ? 'sheet.newer-counts' : 'sheet.older-differs',
    `${type} "${content.name}": ${words.join('; ')}${more}`,
    {
      file: basename(path),
      rows: [...new Set(found.flatMap(({ sample }) => (sample === null ? [] : (rows.get(sample) ?? []))))],
    },
  )
}

/** `S1: library_source is "VIRAL_RNA" in old.csv and "OTHER" here` */
export function differenceWords(
  { sample, column, before, now }: Difference,
  where: { before: string; now: string },
): string {
  const quoted = (value: string | null) => (value === null ? 'empty' : `"${value}"`)
  if (column === null)
    return now === null ? `${sample} is only ${where.before}` : `${sample} is only ${where.now}`
  const of = sample === null ? '' : `${sample}: `
  return `${of}${column} is ${quoted(before)} ${where.before} and ${quoted(now)} ${where.now}`
}
