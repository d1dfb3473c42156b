/** Reads final_summary*.txt: what MinKNOW writes once, when every file of an acquisition is in its place. */
import { type Account, accountOf, claim, readProtocol, uuidClaim } from './account.ts'
import { modelOf, serialOfDevice } from './models.ts'

/**
 * Lines of `key=value`; an empty value is none, unknown keys and `#` lines (people add them) are passed over, the last
 * of two wins. Null while it is not written to its end, or is no such file: the counts of files come last, and a file
 * without any of them is a half one.
 *
 * It cannot tell a run that completed from one that somebody stopped.
 */
export function readFinalSummary(text: string, file: string): Account | null {
  if (text.includes('\0')) return null
  const values = valuesOf(text)
  const counts = [...values].filter(([key, value]) => /^\w+_files_in_\w+$/.test(key) && /^\d+$/.test(value))
  if (counts.length === 0) return null

  const at = (key: string) => claim(values.get(key), key)
  const instrument = at('instrument')
  const serial = instrument !== null && isHostName(instrument.value) ? null : instrument
  // A MinION leaves `position` empty: the device is its own and only position.
  const position = at('position') ?? (serialOfDevice(instrument?.value) === null ? null : instrument)
  const device = serialOfDevice(position?.value)
  const protocol = readProtocol(values.get('protocol'), 'protocol')
  // processing_stopped is when basecalling caught up, seconds to hours later: better than nothing, never better.
  const end = at('acquisition_stopped') ?? at('processing_stopped')
  const start = at('started')
  const account = accountOf('final-summary', file, {
    sequencingUuid: uuidClaim(values.get('protocol_run_id'), 'protocol_run_id'),
    flowcellId: at('flow_cell_id'),
    flowcellType: protocol.flowcellType,
    kit: protocol.kit,
    instrumentSerial: device === null ? serial : claim(device, position?.at ?? 'position'),
    instrumentModel: claim(
      modelOf({ serial: instrument?.value, position: position?.value }),
      instrument === null ? 'position' : 'instrument',
    ),
    position,
    experimentName: at('protocol_group_id'),
    sampleId: at('sample_id'),
  })
  return {
    ...account,
    starts: start === null ? [] : [start],
    ends: end === null ? [] : [end],
    test: account.test || protocol.check,
    filesElsewhere: counts
      .filter(([key]) => key.endsWith('_in_fallback'))
      .reduce((sum, [, value]) => sum + Number(value), 0),
  }
}

/** `promethion24.lab.example.org`: no instrument has such a serial number. */
const isHostName = (name: string): boolean => /[^.]\.[^.]/.test(name)

function valuesOf(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const line of text.split(/\r\n|\n|\r/)) {
    const equals = line.indexOf('=')
    if (equals > 0 && !line.startsWith('#'))
      values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  return values
}
