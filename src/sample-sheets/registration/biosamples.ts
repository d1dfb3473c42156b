/** The biosamples of a library, and those of them that stand in it twice. */
import type { Biosample } from '../../record/library.ts'
import { agreed } from '../cells/agreement.ts'
import { asText, type ReadRow } from '../cells/columns.ts'
import { type Findings, shown } from '../cells/findings.ts'
import type { Header } from '../cells/header.ts'
import { BIOSAMPLE_COLUMNS, type RegistrationColumn } from './columns.ts'

type Row = ReadRow<RegistrationColumn>
type Sheet = { header: Header<RegistrationColumn>; findings: Findings }

/**
 * `byRun` are the rows of the library, run by run: a biosample may be repeated for another run, not within one.
 * `facts` are what the sheet says of the whole library.
 */
export function toBiosamples(
  library: string,
  byRun: Row[][],
  facts: Partial<Record<RegistrationColumn, string | number>>,
  sheet: Sheet,
): Biosample[] {
  const samples = new Map<string, Row[]>()
  const repeated = new Set<string>()
  for (const rows of byRun) {
    const ofRun: Row[] = []
    // Where there is one run, a sample met before was met in it.
    const first = byRun.length === 1 ? null : new Map<string, Row>()
    for (const row of rows) {
      const id = asText(row.values.central_sample_id)
      if (id === null) continue
      const same = samples.get(id)
      const twin = first === null ? same?.[0] : first.get(id)
      if (same === undefined) samples.set(id, [row])
      else same.push(row)
      if (twin === undefined) {
        first?.set(id, row)
        ofRun.push(row)
        continue
      }
      repeated.add(id)
      tellTwice('central_sample_id', id, library, [twin, row], sheet)
    }
    tellBarcodes(ofRun, library, sheet)
  }
  return [...samples].map(([centralSampleId, rows]) => {
    const [only] = rows
    const own =
      only !== undefined && (rows.length === 1 || repeated.has(centralSampleId))
        ? only.values
        : agreed(rows, BIOSAMPLE_COLUMNS, `biosample ${shown(centralSampleId)}`, sheet.header, sheet.findings)
    return {
      centralSampleId,
      librarySource: asText(facts.library_source),
      librarySelection: asText(facts.library_selection),
      libraryStrategy: asText(facts.library_strategy),
      barcode: asText(own.barcode),
      libraryPrimers: asText(own.library_primers),
      libraryProtocol: asText(own.library_protocol),
      sequencingOrgReceivedDate: asText(own.sequencing_org_received_date),
      rows: rows.map((one) => one.row),
    }
  })
}

function tellBarcodes(rows: Row[], library: string, sheet: Sheet): void {
  const barcodes = new Map<string, Row>()
  for (const row of rows) {
    const barcode = asText(row.values.barcode)
    if (barcode === null) continue
    const twin = barcodes.get(barcode)
    if (twin === undefined) barcodes.set(barcode, row)
    else tellTwice('barcode', barcode, library, [twin, row], sheet)
  }
}

function tellTwice(
  column: 'central_sample_id' | 'barcode',
  value: string,
  library: string,
  [one, other]: [Row, Row],
  { header, findings }: Sheet,
): void {
  findings.add({
    code: column === 'barcode' ? 'sample-sheet.barcode-twice' : 'sample-sheet.biosample-twice',
    found: `${shown(value)} stands in library ${shown(library)} in rows ${one.row} and ${other.row}`,
    rows: [one.row, other.row],
    column: header.column(column),
  })
}
