/** Reads report_*.json: MinKNOW's own account of the protocol, since 22.05. It alone tells how a run ended. */
import * as z from 'zod'
import { parseJson } from '../../formats/json.ts'
import { type Account, accountOf, type Claim, claim, readProtocol, uuidClaim } from './account.ts'
import { modelOf, serialOfDevice } from './models.ts'

/** Members that are not text where text belongs are as good as absent: one odd value does not spoil a report. */
const Text = z.string().optional().catch(undefined)
const Tag = z
  .object({ string_value: Text })
  .transform((tag) => tag.string_value)
  .optional()
  .catch(undefined)

const Acquisition = z.object({
  acquisition_run_info: z.object({
    config_summary: z.object({ purpose: Text }).optional().catch(undefined),
    start_time: Text,
    data_read_end_time: Text,
    end_time: Text,
  }),
})

/** A run has three calibrations and one or a few that sequenced; a list without end is no list of those. */
const MOST_ACQUISITIONS = 1000

/** What is read by its name here; the rest is found by its place, whatever it is. */
const Report = z.looseObject({
  host: z.object({ serial: Text, product_name: Text }).optional().catch(undefined),
  protocol_run_info: z.looseObject({
    run_id: Text,
    protocol_id: Text,
    // A word, or the number that some ways of writing JSON put in its place.
    state: z
      .union([z.string(), z.number().transform(String)])
      .optional()
      .catch(undefined),
    start_time: Text,
    end_time: Text,
    device: z
      .object({
        device_id: Text,
        device_type: Text,
        is_simulated: z.boolean().optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
    meta_info: z
      .object({
        tags: z.object({ 'flow cell': Tag, kit: Tag, 'experiment type': Tag }).optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
  }),
  acquisitions: z.array(z.unknown()).max(MOST_ACQUISITIONS).optional().catch(undefined),
})
type Report = z.infer<typeof Report>

/** What a report without `state` means: since 23.11 the first word of every enumeration is left out. */
const RUNNING = 'PROTOCOL_RUNNING'

/**
 * Null while it is not written to its end, or is no report. Times are of the acquisitions that sequenced: three or
 * four short calibrations come before. Their `stop_reason` is not used: in real reports it says the opposite of what
 * happened. A report can be exported at any time, so its state may be that of a run under way.
 */
export function readReportJson(text: string, file: string): Account | null {
  const parsed = Report.safeParse(parseJson(text))
  if (!parsed.success) return null
  const report = parsed.data
  const run = report.protocol_run_info
  const told = (...places: string[]): Claim | null => firstAt(report, places)
  const protocol = readProtocol(run.protocol_id, '/protocol_run_info/protocol_id')
  const flowcells = FLOWCELL_IDS.flatMap((place) => told(place) ?? [])
  const kind = run.meta_info?.tags?.['experiment type'] ?? 'sequencing'
  const state = run.state ?? RUNNING
  const account = accountOf('report-json', file, {
    sequencingUuid: uuidClaim(run.run_id, '/protocol_run_info/run_id'),
    flowcellId: flowcells[0] ?? null,
    flowcellType: told(...FLOWCELL_TYPES) ?? protocol.flowcellType,
    kit: told(...KITS) ?? protocol.kit,
    ...instrumentOf(report),
    position: told('/protocol_run_info/device/device_id'),
    experimentName: told('/protocol_run_info/user_info/protocol_group_id'),
    sampleId: told('/protocol_run_info/user_info/sample_id'),
    softwareVersion: told(...SOFTWARE_VERSIONS),
  })
  return {
    ...account,
    flowcellIds: flowcells.map((one) => one.value),
    ...timesOf(report, isUnderWay(state)),
    state,
    test:
      account.test ||
      run.device?.is_simulated === true ||
      protocol.check ||
      kind.trim().toLowerCase() !== 'sequencing',
  }
}

/** The id stored on the flow cell, and the one typed where it has none or somebody knew better. */
const FLOWCELL_IDS = [
  '/protocol_run_info/flow_cell/flow_cell_id',
  '/protocol_run_info/user_info/user_specified_flow_cell_id',
  '/protocol_run_info/flow_cell/user_specified_flow_cell_id',
]
const FLOWCELL_TYPES = [
  '/protocol_run_info/user_info/user_specified_product_code',
  '/protocol_run_info/flow_cell/user_specified_product_code',
  '/protocol_run_info/flow_cell/product_code',
  '/protocol_run_info/meta_info/tags/flow cell',
]
const KITS = ['/protocol_run_info/user_info/kit_info/sequencing_kit', '/protocol_run_info/meta_info/tags/kit']
const SOFTWARE_VERSIONS = [
  '/software_versions/distribution_version',
  '/protocol_run_info/software_versions/distribution_version',
]

/** The claim at the first of these places that holds one. */
function firstAt(report: Report, places: readonly string[]): Claim | null {
  for (const place of places) {
    const steps = place.split('/').slice(1)
    const value = steps.reduce<unknown>((here, step) => (here as Members | null | undefined)?.[step], report)
    const found = claim(typeof value === 'string' ? value : null, place)
    if (found !== null) return found
  }
  return null
}
type Members = Record<string, unknown>

/** States of minknow_api's ProtocolState that are no end: running, and waiting for one thing or another. */
export const isUnderWay = (state: string): boolean =>
  state === RUNNING || state.startsWith('PROTOCOL_WAITING_')

function instrumentOf({ host, protocol_run_info: { device } }: Report) {
  const position = device?.device_id ?? null
  const own = serialOfDevice(position)
  // MINION is the first device type, so it is left out; a slot of something bigger is no MinION.
  const deviceType = device?.device_type ?? (own?.startsWith('MN') ? 'MINION' : null)
  const serial = own ?? (deviceType === 'MINION' ? null : (host?.serial ?? null))
  const model = modelOf({ productName: host?.product_name, deviceType, serial, position })
  return {
    instrumentSerial: claim(serial, own === null ? '/host/serial' : '/protocol_run_info/device/device_id'),
    instrumentModel: claim(
      model,
      model === host?.product_name ? '/host/product_name' : '/protocol_run_info/device/device_type',
    ),
  }
}

/** One start and end for each acquisition that sequenced; those of the protocol where none did. */
function timesOf(report: Report, underWay: boolean): Pick<Account, 'starts' | 'ends'> {
  const starts: Array<Claim | null> = []
  const ends: Array<Claim | null> = []
  for (const [index, one] of (report.acquisitions ?? []).entries()) {
    const parsed = Acquisition.safeParse(one)
    if (!parsed.success) continue
    const info = parsed.data.acquisition_run_info
    if (info.config_summary?.purpose !== 'SEQUENCING') continue
    const at = `/acquisitions/${index}/acquisition_run_info`
    starts.push(claim(info.start_time, `${at}/start_time`))
    ends.push(
      claim(info.data_read_end_time, `${at}/data_read_end_time`) ?? claim(info.end_time, `${at}/end_time`),
    )
  }
  const run = report.protocol_run_info
  if (starts.length === 0) {
    starts.push(claim(run.start_time, '/protocol_run_info/start_time'))
    ends.push(claim(run.end_time, '/protocol_run_info/end_time'))
  }
  return {
    starts: starts.filter((one) => one !== null),
    ends: underWay ? [] : ends.filter((one) => one !== null),
  }
}
