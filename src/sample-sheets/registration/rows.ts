/** What is wrong with the names in a registration sheet when its rows are held side by side. */
import { asText, type ReadRow } from '../cells/columns.ts'
import { type Findings, shown } from '../cells/findings.ts'
import type { Header } from '../cells/header.ts'
import type { RegistrationColumn } from './columns.ts'

type Rows = ReadonlyArray<ReadRow<RegistrationColumn>>

/** Numbers of equal length that begin with zeros, and among them a shorter one: Excel has been there. */
export function tellLostZeros(rows: Rows, header: Header<RegistrationColumn>, findings: Findings): void {
  for (const name of ['central_sample_id', 'library_name'] as const) {
    const numbers = rows.flatMap(({ row, values }) => {
      const value = values[name]
      return typeof value === 'string' && /^\d+$/.test(value) ? [{ row, value }] : []
    })
    const lengths = new Set(numbers.filter((one) => one.value.startsWith('0')).map((one) => one.value.length))
    const [length] = lengths
    if (length === undefined || lengths.size > 1 || numbers.some((one) => one.value.length > length)) continue
    for (const { row, value } of numbers)
      if (value.length < length)
        findings.add({
          code: 'sample-sheet.leading-zeros-lost',
          found: `${shown(value)} is shorter than the other numbers of this column`,
          rows: [row],
          column: header.column(name),
          suggestion: value.padStart(length, '0'),
        })
  }
}

/** Names that differ only in case are one name to a registry, and nearly always one to the person who wrote them. */
export function tellNamesAlike(rows: Rows, header: Header<RegistrationColumn>, findings: Findings): void {
  for (const name of ['central_sample_id', 'library_name'] as const) {
    for (const spellings of spelledDifferently(rows, name)) {
      const [first, ...others] = [...spellings].sort(([, a], [, b]) => b.length - a.length)
      const [usual, usually] = first ?? ['', []]
      for (const [value, at] of others)
        findings.add({
          code: 'sample-sheet.names-differ-in-case',
          found: `${shown(value)} in row ${at.slice(0, 3).join(', ')} and ${shown(usual)} in row ${usually[0]}`,
          rows: [...at, ...usually.slice(0, 1)],
          column: header.column(name),
          ...(usually.length > at.length ? { suggestion: usual } : {}),
        })
    }
  }
}

/** For each name that is spelt in several ways: the ways, each with its rows. */
function spelledDifferently(
  rows: Rows,
  name: 'central_sample_id' | 'library_name',
): Array<Map<string, number[]>> {
  const differing = new Map<string, Map<string, number[]>>()
  // Names that are all in capitals cannot differ in them.
  if (rows.every(({ values }) => isUpperCase(asText(values[name])))) return []
  const first = new Map<string, string>()
  for (const { values } of rows) {
    const value = asText(values[name])
    if (value === null) continue
    const key = value.toLowerCase()
    const known = first.get(key)
    if (known === undefined) first.set(key, value)
    else if (known !== value) differing.set(key, new Map())
  }
  for (const { row, values } of differing.size === 0 ? [] : rows) {
    const value = asText(values[name])
    const spellings = value === null ? undefined : differing.get(value.toLowerCase())
    if (value === null || spellings === undefined) continue
    const at = spellings.get(value)
    if (at === undefined) spellings.set(value, [row])
    else at.push(row)
  }
  return [...differing.values()]
}

const isUpperCase = (value: string | null): boolean => value === null || value === value.toUpperCase()
