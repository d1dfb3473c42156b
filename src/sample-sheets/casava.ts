/** CASAVA sheets of the HiSeq's time: one flat table that begins with the flow cell. */
import type { Row, Table } from '../formats/csv.ts'
import { createFindings } from './cells/findings.ts'
import { isComment } from './cells/header.ts'
import { folded } from './cells/likeness.ts'
import { illuminaReading } from './illumina/reading.ts'
import { tellIllumina } from './illumina/rules.ts'
import { readSamples } from './illumina/samples.ts'
import type { SheetFormat } from './sheet-format.ts'

export const casava = {
  name: 'casava',

  recognise(table) {
    const first = table.rows.find((row) => !isComment(row))
    const names = first?.cells.slice(0, 3).map(folded).join(' ')
    return names === 'fcid lane sampleid'
  },

  read(table, options) {
    const findings = createFindings(options.file)
    const rows = dataRows(table)
    const samples = readSamples(rows, rows[0]?.row ?? 1)
    tellIllumina({ lead: [], byName: new Map(), repeated: [] }, samples, findings)
    const flowcell = rows[1]?.cells[0] || null
    const link = flowcell === null ? null : { by: 'flowcell_id' as const, value: flowcell }
    return illuminaReading(
      { format: 'casava', version: null, experimentName: null, samples, link },
      findings,
      options,
    )
  },
} satisfies SheetFormat

const dataRows = (table: Table): Row[] => table.rows.filter((row) => !isComment(row))
