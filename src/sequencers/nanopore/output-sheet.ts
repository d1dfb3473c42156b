/** Reads the sample sheet that MinKNOW itself writes into the run folder: who the run is, from its first minute on. */
import type { Options } from 'csv-parse/sync'
import { cellsOf } from '../../formats/csv.ts'
import { type Account, accountOf, claim, uuidClaim } from './account.ts'
import { modelOf, serialOfDevice } from './models.ts'

/**
 * `protocol_run_id,position_id,flow_cell_id,sample_id,experiment_id,flow_cell_product_code,kit`, and three more columns
 * where the person had given a sheet. Only rows of full width count, and only what all of them agree on; the very last
 * cell may be half a word where the file has no final newline, so it is left out. Null while no whole row is there.
 */
export function readOutputSheet(text: string, file: string): Account | null {
  if (text.includes('\0')) return null
  const [header, ...rows] = rowsOf(text)
  if (!header?.includes('protocol_run_id')) return null
  const whole = rows.filter((row) => row.length === header.length)
  const last = whole.at(-1)
  if (last === undefined) return null
  if (last === rows.at(-1) && !/[\r\n]$/.test(text)) last[last.length - 1] = ''

  const at = (column: string) => {
    const index = header.indexOf(column)
    const values = new Set(whole.map((row) => row[index] ?? '').filter((cell) => cell !== ''))
    return index >= 0 && values.size === 1 ? claim([...values][0], column) : null
  }
  const position = at('position_id')
  const device = serialOfDevice(position?.value)
  // The sequencing kit stands before the expansion kits: `SQK-LSK109 EXP-NBD196`.
  const kit = at('kit')
  return accountOf('sample-sheet', file, {
    sequencingUuid: uuidClaim(at('protocol_run_id')?.value, 'protocol_run_id'),
    flowcellId: at('flow_cell_id'),
    flowcellType: at('flow_cell_product_code'),
    kit: claim(kit?.value.split(/\s+/)[0], 'kit'),
    instrumentSerial: claim(device, 'position_id'),
    instrumentModel: claim(modelOf({ position: position?.value }), 'position_id'),
    position,
    experimentName: at('experiment_id'),
    sampleId: at('sample_id'),
  })
}

/** Every row's cells, those of the first in lower case; none where quotes are left open, as in a half file. */
function rowsOf(text: string): string[][] {
  const rows = parsed(text, {}) ?? parsed(text, { relax_column_count: true, to: FIRST_ROWS }) ?? []
  return rows.map((row, index) => (index === 0 ? row.map((cell) => cell.toLowerCase()) : row))
}

/** Of a sheet that is not even, which takes long to read, the first rows tell enough. */
const FIRST_ROWS = 50

function parsed(text: string, more: Options): string[][] | null {
  try {
    return cellsOf(text, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 64 * 1024,
      ...more,
    })
  } catch {
    return null
  }
}
