/** Registration sheets: one row a biosample, with the facts of its library and of its run repeated on each row. */

import { hasErrors } from '../problems.ts'
import { blocking } from './cells/blocking.ts'
import { distinct, type ReadRow, readRows } from './cells/columns.ts'
import { createFindings, NO_ROWS } from './cells/findings.ts'
import { columnsOf, findHeader, readHeader } from './cells/header.ts'
import { type RegistrationColumn, registrationColumns } from './registration/columns.ts'
import { toLibraries } from './registration/libraries.ts'
import { tellLostZeros, tellNamesAlike } from './registration/rows.ts'
import type { SheetFormat } from './sheet-format.ts'

export const registration = {
  name: 'registration',

  recognise(table) {
    const found = findHeader(table, registrationColumns)
    if (found === null || found.names.size < 2) return false
    const library = [...found.names].filter((name) => name.startsWith('library_'))
    return found.names.has('central_sample_id') || library.length > 1
  },

  read(table, { file, inRunFolder }) {
    const findings = createFindings(file)
    const header = readHeader(table, registrationColumns, findings)
    const rows = readRows(header, registrationColumns, findings)
    if (rows.length === 0) findings.add(NO_ROWS)
    tellLostZeros(rows, header, findings)
    tellNamesAlike(rows, header, findings)
    const libraries = toLibraries(byLibrary(rows), header, findings, { inRunFolder })
    const problems = findings.problems()
    const stopped = blocking(libraries, problems)
    return {
      format: 'registration',
      version: null,
      samples: distinct(rows, 'central_sample_id'),
      rows: rows.length,
      valid: !hasErrors(problems),
      experimentName: null,
      libraries: stopped.subjects,
      batches: [],
      problems,
      columns: columnsOf(header),
      blocked: stopped.blocked,
    }
  },
} satisfies SheetFormat

type RegistrationRow = ReadRow<RegistrationColumn>

/** Rows by the library they name, in the order of the sheet. Rows that name none are left out. */
function byLibrary(rows: RegistrationRow[]): Map<string, RegistrationRow[]> {
  const libraries = new Map<string, RegistrationRow[]>()
  for (const row of rows) {
    const name = row.values.library_name
    if (typeof name !== 'string') continue
    const known = libraries.get(name)
    if (known === undefined) libraries.set(name, [row])
    else known.push(row)
  }
  return libraries
}
