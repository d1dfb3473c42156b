/** The frame of Illumina's sample sheets: sections in brackets, key and value lines, and the lines before them. */
import type { Row, Table } from '../../formats/csv.ts'
import { isComment } from '../cells/header.ts'
import { folded } from '../cells/likeness.ts'

type Section = { name: string; row: number; rows: Row[] }

export type Sections = {
  /** The first lines before any section, comments left out: a [Header] whose own line was lost. */
  lead: Row[]
  /** By name in lower case; of two with one name, the first. */
  byName: ReadonlyMap<string, Section>
  repeated: Section[]
}

const LEAD_ROWS = 50
const SECTION = /^\[([^\]]+)\]$/

const isSectionLine = (row: Row): boolean => row.cells.length === 1 && SECTION.test(row.cells[0] ?? '')

/** Several formats ask whether a sheet is theirs, and the one whose it is reads it. */
const readBefore = new WeakMap<Table, Sections>()

export function readSections(table: Table): Sections {
  const before = readBefore.get(table)
  if (before !== undefined) return before
  const lead: Row[] = []
  const byName = new Map<string, Section>()
  const repeated: Section[] = []
  let current: Section | null = null
  for (const row of table.rows) {
    if (isSectionLine(row)) {
      current = { name: (row.cells[0] ?? '').slice(1, -1).trim(), row: row.row, rows: [] }
      const key = current.name.toLowerCase()
      if (byName.has(key)) repeated.push(current)
      else byName.set(key, current)
    } else if (current === null && lead.length === LEAD_ROWS) continue
    else if (!isComment(row)) (current?.rows ?? lead).push(row)
  }
  const sections = { lead, byName, repeated }
  readBefore.set(table, sections)
  return sections
}

/** Keys and values of a section, keys without case, blanks, `_` and `-`; of a key given twice the first counts. */
export function keyValues(rows: readonly Row[]): Map<string, { value: string; row: number }> {
  const values = new Map<string, { value: string; row: number }>()
  for (const { cells, row } of rows) {
    const key = folded(cells[0] ?? '')
    if (key !== '' && !values.has(key)) values.set(key, { value: cells[1] ?? '', row })
  }
  return values
}

/** [Header] with the lines that stand before any section. */
export const headerOf = (sections: Sections): Map<string, { value: string; row: number }> =>
  keyValues([...(sections.byName.get('header')?.rows ?? []), ...sections.lead])

/** Of either version; of v2 the samples may still stand in [Data]. */
export const dataSection = (sections: Sections): Section | null =>
  sections.byName.get('bclconvert_data') ?? sections.byName.get('data') ?? null

export const saysVersion2 = (sections: Sections): boolean =>
  headerOf(sections).get('fileformatversion')?.value === '2'
