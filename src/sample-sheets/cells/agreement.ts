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
): Map<Name, string | number> {
  const values = new Map<Name, string | number>()
  for (const column of columns) {
    if (!header.at.has(column)) continue
    const given = new Map<string | number, number[]>()
    for (const { row, values } of rows) {
      const value = values.get(column)
      if (value === undefined) continue
      const same = given.get(value)
      if (same === undefined) given.set(value, [row])
      else same.push(row)
    }
    const [first, ...others] = [...given].sort(([, a], [, b]) => b.length - a.length)
    if (first === undefined) continue
    values.set(column, first[0])
    for (const [value, differing] of others)
      findings.add({
        code: 'sample-sheet.rows-disagree',
        found: `${of} has ${column} ${shown(String(value))} in row ${differing.slice(0, 5).join(', ')}, but ${shown(String(first[0]))} in row ${first[1].slice(0, 3).join(', ')}${first[1].length > 3 ? ' and others' : ''}`,
        rows: [...differing, ...first[1].slice(0, 1)],
        column: header.column(column),
        // The more frequent value is more likely meant, unless it is one against one.
        ...(first[1].length > differing.length ? { suggestion: String(first[0]) } : {}),
      })
  }
  return values
}
