/** Sheets as large as they may be, believable row by row. */

const registrationRow = (row: number, wells: number): string => {
  const plate = Math.floor(row / wells)
  const barcode = String((row % wells) + 1).padStart(2, '0')
  return `BIRM-${100_000 + row},BIRM-LIB-${plate},VIRAL_RNA,PCR,AMPLICON,PAIRED,LSK109,NB${barcode},400,2020-03-20,X${1000 + plate}_AAA`
}

/** Ten bases, as far from those of other rows as chance puts them: neighbours would be told as too close. */
const indexOf = (row: number): string => {
  const mixed = Math.imul(row ^ (row >>> 7), 0x9e3779b1) >>> 12
  return Array.from({ length: 10 }, (_, base) => 'ACGT'[(mixed >> (2 * base)) & 3]).join('')
}

/** Of each format that people drop: what stands above the rows, and each row. */
const SHEETS = {
  registration: {
    above: [
      'central_sample_id,library_name,library_source,library_selection,library_strategy,library_layout_config,library_seq_kit,barcode,library_layout_insert_length,sequencing_org_received_date,run_name',
    ],
    row: registrationRow,
  },
  'onecodex-batch': {
    above: ['batch_name,return_tracking_number,tube_barcode,specimen_type,sequencing_depth'],
    row: (row: number, wells: number) =>
      `Gut study ${Math.floor(row / wells)},1Z999AA10123456784,AB${String(10_000_000 + row)},Human stool,Standard`,
  },
  'illumina-v2': {
    above: [
      '[Header]',
      'FileFormatVersion,2',
      'RunName,Exomes 12',
      '[Reads]',
      'Read1Cycles,151',
      'Index1Cycles,10',
      'Index2Cycles,10',
      '[BCLConvert_Data]',
      'Lane,Sample_ID,Index,Index2,Sample_Project,Library_Name',
    ],
    row: (row: number, wells: number) =>
      `${(row % 8) + 1},BIRM-${100_000 + row},${indexOf(row)},${indexOf(row + 1_000_003)},Exomes,EX-${Math.floor(row / wells)}`,
  },
  minknow: {
    above: ['flow_cell_id,experiment_id,sample_id,kit,barcode,alias,type,library_name'],
    row: (row: number, wells: number) => {
      const cell = `PAY${10_000 + Math.floor(row / wells)}`
      const barcode = String((row % wells) + 1).padStart(2, '0')
      return `${cell},Exomes,pool_${cell},SQK-NBD114-96,barcode${barcode},BIRM-${100_000 + row},test_sample,LIB-${cell}`
    },
  },
}

export type LargeFormat = keyof typeof SHEETS

export const largeFormats = Object.keys(SHEETS) as LargeFormat[]

/**
 * `wells` samples belong to one library, batch or flow cell. Saved as Excel saves it: every line is as wide as the
 * widest. (csv-parse alone makes an error of each that is not as wide as the first, and takes ten times as long.)
 */
export function largeSheet(format: LargeFormat, rows: number, { wells = 96 } = {}): Uint8Array {
  const { above, row } = SHEETS[format]
  const lines = [...above, ...Array.from({ length: rows }, (_, at) => row(at, wells))]
  const width = (line: string) => line.split(',').length
  const widest = width(row(0, wells))
  const saved = lines.map((line) => `${line}${','.repeat(widest - width(line))}\r\n`)
  return Buffer.from(saved.join(''))
}
