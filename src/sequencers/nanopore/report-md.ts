/** Reads report*.md, which MinKNOW wrote until about 2023: who and what, but neither an end nor a state. */
import * as z from 'zod'
import { parseJson } from '../../formats/json.ts'
import { type Account, accountOf, claim, uuidClaim } from './account.ts'
import { looksLikeSerial, modelOf, serialOfDevice } from './models.ts'

const Text = z.string().optional().catch(undefined)
const Tracking = z.object({
  device_id: Text,
  device_type: Text,
  distribution_version: Text,
  exp_start_time: Text,
  flow_cell_id: Text,
  flow_cell_product_code: Text,
  host_product_code: Text,
  host_product_serial_number: Text,
  hostname: Text,
  protocol_group_id: Text,
  protocol_run_id: Text,
  sample_id: Text,
})

/**
 * The JSON under the heading `Tracking ID`; tables of any length follow and are not read. `half` while the block is
 * not written to its end, `other` where the file is no report of MinKNOW's.
 *
 * Its `run_id` is the acquisition and `protocol_run_id` is empty as far as was seen; then only the file's own name tells
 * the protocol.
 */
export function readReportMd(text: string, file: string): Account | 'half' | 'other' {
  if (text.includes('\0')) return 'half'
  const begins = text.trimStart()
  if (!HEADINGS.some((one) => begins.startsWith(one) || one.startsWith(begins))) return 'other'
  const parsed = Tracking.safeParse(firstObject(text))
  if (!parsed.success) return 'half'
  const track = parsed.data
  const position = claim(track.device_id, 'device_id')
  const device = serialOfDevice(position?.value)
  const serial =
    claim(device, 'device_id') ??
    claim(track.host_product_serial_number, 'host_product_serial_number') ??
    (looksLikeSerial(track.hostname) ? claim(track.hostname, 'hostname') : null)
  const start = claim(track.exp_start_time, 'exp_start_time')
  const account = accountOf('report-md', file, {
    sequencingUuid: uuidClaim(track.protocol_run_id, 'protocol_run_id'),
    flowcellId: claim(track.flow_cell_id, 'flow_cell_id'),
    flowcellType: claim(track.flow_cell_product_code, 'flow_cell_product_code'),
    instrumentSerial: serial,
    instrumentModel: claim(
      modelOf({
        productCode: track.host_product_code,
        deviceType: track.device_type,
        serial: serial?.value,
        position: position?.value,
      }),
      track.host_product_code ? 'host_product_code' : 'device_type',
    ),
    position,
    experimentName: claim(track.protocol_group_id, 'protocol_group_id'),
    sampleId: claim(track.sample_id, 'sample_id'),
    softwareVersion: claim(track.distribution_version, 'distribution_version'),
  })
  return {
    ...account,
    shortId: account.shortId ?? /_([0-9a-f]{8})\.md$/.exec(file)?.[1] ?? null,
    starts: start === null ? [] : [start],
  }
}

const HEADINGS = ['Tracking ID', '# Tracking ID']

/** The object that starts at the first `{`. It is flat, so one of the first few `}` ends it. */
function firstObject(text: string): unknown {
  const from = text.indexOf('{')
  let to = from
  for (let tries = 0; from >= 0 && tries < 8; tries++) {
    to = text.indexOf('}', to + 1)
    if (to < 0) return null
    const whole = parseJson(text.slice(from, to + 1))
    // Else it was a `}` inside a value, and the object goes on.
    if (whole !== undefined) return whole
  }
  return null
}
