/** Rows of a MinKNOW sheet: the columns MinKNOW knows, and what each row means for a run and its samples. */
import type { RunLink } from '../../record/library.ts'
import type { Header, KnownColumn } from '../cells/header.ts'

export type MinknowColumn =
  | 'protocol_run_id'
  | 'flow_cell_id'
  | 'position_id'
  | 'sample_id'
  | 'experiment_id'
  | 'flow_cell_product_code'
  | 'kit'
  | 'barcode'
  | 'internal_barcode'
  | 'external_barcode'
  | 'alias'
  | 'type'
  | 'library_name'

const NAMES: readonly MinknowColumn[] = [
  'protocol_run_id',
  'flow_cell_id',
  'position_id',
  'sample_id',
  'experiment_id',
  'flow_cell_product_code',
  'kit',
  'barcode',
  'internal_barcode',
  'external_barcode',
  'alias',
  'type',
  'library_name',
]

/** Any other column is passenger information: kept by MinKNOW, no matter to us. */
export const minknowColumns: ReadonlyArray<KnownColumn<MinknowColumn>> = NAMES.map((name) => ({ name }))

export type MinknowRow = { row: number } & Record<MinknowColumn, string>

export function toRows({ at, rows }: Header<MinknowColumn>): MinknowRow[] {
  const places = [...at]
  return rows.map(({ row, cells }) => {
    const values: MinknowRow = { ...EMPTY, row }
    for (const [name, place] of places) values[name] = cells[place] ?? ''
    return values
  })
}

const EMPTY: MinknowRow = {
  row: 0,
  protocol_run_id: '',
  flow_cell_id: '',
  position_id: '',
  sample_id: '',
  experiment_id: '',
  flow_cell_product_code: '',
  kit: '',
  barcode: '',
  internal_barcode: '',
  external_barcode: '',
  alias: '',
  type: '',
  library_name: '',
}

/** The flow cell or the position a row speaks of; what may not repeat may not repeat there. */
export const placeOf = (row: MinknowRow): string => row.flow_cell_id || row.position_id

/** With barcodes the alias is the sample's name; without, the sample id of the whole flow cell. */
export function sampleOf(row: MinknowRow): string {
  const barcode = row.barcode || row.internal_barcode
  const sample = barcode === '' ? row.sample_id || row.alias : row.alias || barcode
  return sample === 'no_sample' ? '' : sample
}

/** Water and its like belong to no library unless the sheet says so. */
export const isControl = (row: MinknowRow): boolean => row.type.includes('control')

export function linkOf(row: MinknowRow): RunLink | null {
  if (row.protocol_run_id !== '') return { by: 'sequencing_id', value: row.protocol_run_id.toLowerCase() }
  if (row.flow_cell_id !== '') return { by: 'flowcell_id', value: row.flow_cell_id }
  return row.experiment_id === '' ? null : { by: 'experiment_name', value: row.experiment_id }
}
