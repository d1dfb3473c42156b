/** The facts of a run, one a line, each with the file and place it was read from. */
import type { Json } from '../../handovers.ts'
import type { CheckResult } from '../../planning.ts'
import { type Paint, roomOf, type Terminal, table, wrapped } from '../terminal.ts'

const LABELS: ReadonlyArray<readonly [string, string]> = [
  ['runId', 'run id'],
  ['sequencingId', 'sequencing id'],
  ['instrumentModel', 'instrument'],
  ['instrumentSerial', 'serial number'],
  ['position', 'position'],
  ['flowcellId', 'flow cell'],
  ['flowcellType', 'flow cell type'],
  ['start', 'start'],
  ['end', 'end'],
  ['experimentName', 'experiment'],
  ['sampleId', 'sample'],
  ['readStructure', 'reads'],
  ['laneCount', 'lanes'],
  ['kit', 'kit'],
  ['softwareVersion', 'software'],
]

/** Facts nobody can know from the files are left out of the table and named in one line below it. */
export function runFacts({ run, provenance }: CheckResult, paint: Paint, terminal: Terminal): string {
  if (typeof run !== 'object' || run === null || Array.isArray(run)) return ''
  const sources: Record<string, { file: string; at: string } | undefined> = provenance
  const known = LABELS.filter(([field]) => run[field] != null)
  const rows = known.map(([field, label]) => {
    const source = sources[field]
    const derived = field === 'sequencingId' && run['sequencingIdSource'] === 'derived'
    const from = derived
      ? 'derived from make, serial number and run id'
      : source
        ? `${source.file}  ${source.at}`
        : ''
    return [label, shown(run[field] ?? null), from]
  })
  const { sheet } = run
  if (typeof sheet === 'object' && sheet !== null && !Array.isArray(sheet))
    rows.push([
      'own sheet',
      `${sheet['samples']} samples in ${sheet['rows']} rows`,
      sheet['format'] === null ? 'empty' : String(sheet['format']),
    ])
  const unknown = LABELS.filter(([field]) => run[field] == null).map(([, label]) => label)
  const lines = table(['', '', 'known from'], rows, paint, roomOf(terminal) - 2).replaceAll(/^/gm, '  ')
  return unknown.length === 0
    ? lines
    : `${lines}\n${paint('dim', wrapped(`not told by its files: ${unknown.join(', ')}`, terminal.columns, '  '))}`
}

function shown(value: Json): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return String(value)
  const { instant, local, zone } = value
  if (zone === 'mtime') return `${instant} (when the end marker was written)`
  if (zone === 'configured') return `${instant} (${local} in the configured zone)`
  return instant === null ? `${local} (instrument clock, zone not known)` : String(instant)
}
