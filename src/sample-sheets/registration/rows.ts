/** What is wrong with the names in a registration sheet when its rows are held side by side. */
import type { ReadRow } from '../cells/columns.ts'
import { type Findings, shown } from '../cells/findings.ts'
import type { Header } from '../cells/header.ts'
import type { RegistrationColumn } from './columns.ts'

type Rows = ReadonlyArray<ReadRow<RegistrationColumn>>

/** A row without its sample or its library belongs to nobody, unless the whole column is missing: that is one fault. */
export function tellMissingNames(rows: Rows, header: Header<RegistrationColumn>, findings: Findings): void {
  for (const name of ['central_sample_id', 'library_name'] as const) {
    if (!header.at.has(name)) continue
    for (const { row, values, faulty } of rows)
      if (!values.has(name) && !faulty.has(name))
        findings.add({
          code: 'sample-sheet.value-missing',
          found: `${name} is empty`,
          rows: [row],
          column: header.column(name),
        })
  }
}

/** Numbers of equal length that begin with zeros, and among them a shorter one: Excel has been there. */
export function tellLostZeros(rows: Rows, header: Header<RegistrationColumn>, findings: Findings): void {
  for (const name of ['central_sample_id', 'library_name'] as const) {
    const numbers = rows.flatMap(({ row, values }) => {
      const value = values.get(name)
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
    const spellings = new Map<string, Map<string, number[]>>()
    for (const { row, values } of rows) {
      const value = values.get(name)
      if (typeof value !== 'string') continue
      const key = value.toLowerCase()
      const alike = spellings.get(key) ?? new Map<string, number[]>()
      spellings.set(key, alike)
      const same = alike.get(value)
      if (same === undefined) alike.set(value, [row])
      else same.push(row)
    }
    for (const alike of spellings.values()) {
      const [first, ...others] = [...alike].sort(([, a], [, b]) => b.length - a.length)
      for (const [value, at] of others)
        findings.add({
          code: 'sample-sheet.names-differ-in-case',
          found: `${shown(value)} in row ${at.slice(0, 3).join(', ')} and ${shown(first?.[0] ?? '')} in row ${first?.[1][0]}`,
          rows: [...at, ...(first?.[1].slice(0, 1) ?? [])],
          column: header.column(name),
          ...(first !== undefined && first[1].length > at.length ? { suggestion: first[0] } : {}),
        })
    }
  }
}
