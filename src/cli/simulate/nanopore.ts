/** A run of a GridION with MinKNOW 24: the sample sheet at the start, reads as they come, final_summary and report last. */
import { createHash } from 'node:crypto'
import { clock, digits, freshIds, letters, type RunIds, type RunTemplate } from './run-template.ts'

export const nanoporeIds = (now: Date): RunIds =>
  freshIds(`GXB0${digits(4)}`, `FA${letters(1)}${digits(5)}`, now)

const POSITION = 'X2'
const KIT = 'SQK-LSK114'
const PRODUCT = 'FLO-MIN114'
const SAMPLE = 'pool1'

export function nanoporeRun(ids: RunIds): RunTemplate {
  const { uuid, flowcell, experiment, start } = ids
  const short = uuid.slice(0, 8)
  const acquisition = createHash('sha1').update(uuid).digest('hex')
  const begun = new Date(start.getTime() + 3 * 60_000)
  const name = `${flowcell}_${short}_${acquisition.slice(0, 8)}`
  const timed = `${flowcell}_${clock(begun).day}_${clock(begun).minute}_${short}`
  const reads = (part: number, at: number) => [
    { path: `pod5/${name}_${part}.pod5`, content: '', at },
    {
      path: `fastq_pass/barcode01/${flowcell}_pass_barcode01_${short}_${acquisition.slice(0, 8)}_${part}.fastq.gz`,
      content: '',
      at,
    },
  ]
  return {
    folder: `${experiment}/${SAMPLE}/${clock(start).day}_${clock(start).minute}_${POSITION}_${flowcell}_${short}`,
    files: [
      { path: `sample_sheet_${timed}.csv`, content: outputSheet(ids), at: 0 },
      { path: `other_reports/pore_scan_data_${name}.csv`, content: '', at: 0.1 },
      ...reads(0, 0.3),
      ...reads(1, 0.5),
      ...reads(2, 0.7),
      { path: `sequencing_summary_${name}.txt`, content: 'filename_fastq\tread_id\trun_id\n', at: 0.85 },
      { path: `throughput_${timed}.csv`, content: 'Experiment Time (minutes),Reads\n', at: 0.85 },
      { path: `report_${timed}.json`, content: report(ids, begun, acquisition), at: 0.95 },
      {
        path: `report_${timed}.html`,
        content: '<!doctype html><title>MinKNOW run report</title>\n',
        at: 0.95,
      },
      { path: `final_summary_${name}.txt`, content: finalSummary(ids, begun, acquisition, name), at: 1 },
    ],
  }
}

const outputSheet = ({ uuid, flowcell, experiment }: RunIds): string =>
  [
    'protocol_run_id,position_id,flow_cell_id,sample_id,experiment_id,flow_cell_product_code,kit',
    `${uuid},${POSITION},${flowcell},${SAMPLE},${experiment},${PRODUCT},${KIT}`,
    '',
  ].join('\n')

/** MinKNOW writes microseconds and the host's offset. */
const withOffset = (at: Date): string => at.toISOString().replace(/Z$/, '000+00:00')

function finalSummary(
  { serial, flowcell, experiment, uuid, end }: RunIds,
  begun: Date,
  acquisition: string,
  name: string,
): string {
  const values = {
    instrument: serial,
    position: POSITION,
    flow_cell_id: flowcell,
    sample_id: SAMPLE,
    protocol_group_id: experiment,
    protocol: `sequencing/sequencing_MIN114_DNA_e8_2_400K:${PRODUCT}:${KIT}:400`,
    protocol_run_id: uuid,
    acquisition_run_id: acquisition,
    started: withOffset(begun),
    acquisition_stopped: withOffset(new Date(end.getTime() - 120_000)),
    processing_stopped: withOffset(end),
    basecalling_enabled: 1,
    sequencing_summary_file: `sequencing_summary_${name}.txt`,
    fast5_files_in_final_dest: 0,
    fast5_files_in_fallback: 0,
    pod5_files_in_final_dest: 3,
    pod5_files_in_fallback: 0,
    fastq_files_in_final_dest: 3,
    fastq_files_in_fallback: 0,
  }
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

function report(
  { serial, flowcell, experiment, uuid, start, end }: RunIds,
  begun: Date,
  acquisition: string,
): string {
  const stopped = new Date(end.getTime() - 120_000).toISOString()
  const document = {
    host: { serial, product_name: 'GridION' },
    protocol_run_info: {
      run_id: uuid,
      protocol_id: `sequencing/sequencing_MIN114_DNA_e8_2_400K:${PRODUCT}:${KIT}:400`,
      state: 'PROTOCOL_COMPLETED',
      start_time: start.toISOString(),
      end_time: end.toISOString(),
      acquisition_run_ids: [acquisition],
      user_info: {
        protocol_group_id: experiment,
        sample_id: SAMPLE,
        user_specified_product_code: PRODUCT,
        kit_info: { sequencing_kit: KIT },
      },
      device: { device_id: POSITION, device_type: 'GRIDION' },
      flow_cell: { flow_cell_id: flowcell, product_code: PRODUCT },
      meta_info: {
        tags: {
          'experiment type': { string_value: 'sequencing' },
          'flow cell': { string_value: PRODUCT },
          kit: { string_value: KIT },
        },
      },
      software_versions: { distribution_version: '24.02.16' },
    },
    acquisitions: [
      {
        acquisition_run_info: {
          run_id: acquisition,
          config_summary: { purpose: 'SEQUENCING' },
          start_time: begun.toISOString(),
          data_read_end_time: stopped,
          end_time: end.toISOString(),
        },
      },
    ],
  }
  return JSON.stringify(document, null, 2)
}
