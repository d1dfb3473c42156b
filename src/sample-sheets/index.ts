/** Every format of sheet we read, by the word `check` shows. A new format is a new file and a new line here. */
import { type CsvFault, readTable } from '../formats/csv.ts'
import type { SheetFormatName, SheetReading } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import { casava } from './casava.ts'
import { columnLetter } from './cells/findings.ts'
import { describeUnknown } from './cells/unknown.ts'
import { illuminaV1 } from './illumina-v1.ts'
import { illuminaV2 } from './illumina-v2.ts'
import { minknow } from './minknow.ts'
import { onecodexBatch } from './onecodex-batch.ts'
import { registration } from './registration.ts'
import type { SheetFormat } from './sheet-format.ts'

/** In the order they are asked: what can be told for certain comes before what is told by a few column names. */
export const sheetFormats = {
  'illumina-v2': illuminaV2,
  'illumina-v1': illuminaV1,
  casava,
  'onecodex-batch': onecodexBatch,
  registration,
  minknow,
} satisfies Record<SheetFormatName, SheetFormat>

/**
 * Reads a sheet, recognised by its content. `problems` are all there are: those of the reading, or, where nothing was
 * recognised, why not. `inRunFolder`: the folder is the run of the sheet's libraries, and an empty sheet is no error.
 * Never throws on what lies in a file.
 */
export function readSheet(
  bytes: Uint8Array,
  { file, inRunFolder = false }: { file: string; inRunFolder?: boolean },
): { recognised: SheetReading | null; problems: Problem[] } {
  const severity = inRunFolder ? 'warning' : 'error'
  const table = readTable(bytes)
  if (!table.ok) return { recognised: null, problems: [csvProblem(table.error, { file, severity })] }
  const format = Object.values(sheetFormats).find((one) => one.recognise(table.value))
  if (format === undefined) {
    const found = describeUnknown(table.value)
    return { recognised: null, problems: [problem('sample-sheet.unrecognised', found, { file, severity })] }
  }
  const recognised = format.read(table.value, { file, inRunFolder })
  return { recognised, problems: recognised.problems }
}

/** Only a spreadsheet can be saved as what it should be. */
function adviceFor(what: string): { fix?: string } {
  if (/workbook|spreadsheet/.test(what)) return {}
  if (/archive/.test(what)) return { fix: 'Unpack it, and drop the sample sheet in it, saved as a CSV file.' }
  return { fix: 'Check that it is the right file: drop the sample sheet itself, saved as a CSV file.' }
}

function csvProblem(fault: CsvFault, where: { file: string; severity: 'error' | 'warning' }): Problem {
  switch (fault.why) {
    case 'empty':
      return problem('sample-sheet.empty', 'there is nothing in it', where)
    case 'other-format':
      return problem('sample-sheet.not-a-table', `it is ${fault.what}`, {
        ...where,
        ...adviceFor(fault.what),
      })
    case 'too-large':
      return problem('sample-sheet.too-large', 'it has more than 10 MB', where)
    case 'too-many-rows':
      return problem('sample-sheet.too-many-rows', 'it has more than 100,000 rows', where)
    case 'too-many-columns':
      return problem('sample-sheet.too-many-columns', 'the row has more than 500 cells', {
        ...where,
        rows: [fault.row],
        column: { letter: columnLetter(500), name: '' },
      })
    case 'cell-too-long':
      return problem('sample-sheet.cell-too-long', 'the cell has more than 4,096 characters', {
        ...where,
        rows: [fault.row],
        column: { letter: columnLetter(fault.at), name: '' },
      })
    case 'row-too-long':
      return problem('sample-sheet.quote-open', 'from here on everything reads as one row', {
        ...where,
        rows: [fault.row],
      })
    case 'quote-open':
      return problem('sample-sheet.quote-open', 'the rows below read as part of one cell', {
        ...where,
        rows: [fault.row],
      })
    default:
      return fault satisfies never
  }
}
