/** Facts that several rows repeat: the one value they give, or the two rows that contradict each other. */
import type { ReadRow } from './columns.ts'
import { type Findings, shown } from './findings.ts'
import type { Header } from './header.ts'

/**
 * The values that `rows` agree on, column by column; a blank cell contradicts nothing. Where rows differ, each other
 * value is told with its rows and a row it differs from, and the most frequent value stands.
 */
export function agreed<Name extends string>(
  rows: ReadonlyArray<ReadRow<Name>>,
  columns: readonly Name[],
  of: string,
  header: Header<Name>,
  findings: Findings,
): Partial<Record<Name, string | number>> {
  const facts: Partial<Record<Name, string | number>> = {}
  for (const column of columns) {
    if (!header.at.has(column)) continue
    const filled = rows.find((row) => row.values[column] !== undefined)
    const fact = filled?.values[column]
    if (fact === undefined) continue
    const agree = rows.every(({ values }) => values[column] === undefined || values[column] === fact)
    facts[column] = agree ? fact : tellDiffering(rows, column, of, header, findings)
  }
  return facts
}

/** Tells who differs from whom, and gives the value most rows have. */
function tellDiffering<Name extends string>(
  rows: ReadonlyArray<ReadRow<Name>>,
  column: Name,
  of: string,
  header: Header<Name>,
  findings: Findings,
): string | number {
  const given = new Map<string | number, number[]>()
  for (const { row, values } of rows) {
    const value = values[column]
    if (value === undefined) continue
    const same = given.get(value)
    if (same === undefined) given.set(value, [row])
    else same.push(row)
  }
  const [first, ...others] = [...given].sort(([, a], [, b]) => b.length - a.length)
  if (first === undefined) throw new Error('no row gives a value')
  const [usual, usually] = first
  for (const [value, differing] of others)
    findings.add({
      code: 'sample-sheet.rows-disagree',
      found: `${of} has ${column} ${shown(String(value))} in ${inRows(differing)}, but ${shown(String(usual))} in ${inRows(usually)}`,
      rows: [...differing, ...usually.slice(0, 1)],
      column: header.column(column),
      // The more frequent value is more likely meant, unless it is one against one.
      ...(usually.length > differing.length ? { suggestion: String(usual) } : {}),
    })
  return usual
}

const inRows = (rows: number[]): string =>
  `row${rows.length > 1 ? 's' : ''} ${rows.slice(0, 3).join(', ')}${rows.length > 3 ? ` and ${rows.length - 3} more` : ''}`
