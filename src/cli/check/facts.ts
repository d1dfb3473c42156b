/** The facts of a run, one a line, each with the file and place it was read from; then its cells. */
import { count } from '../../feedback/numbers.ts'
import { isObject, type Json } from '../../handovers.ts'
import type { CheckResult } from '../../planning.ts'
import { table } from '../table.ts'
import { indented, type Paint, plain, roomOf, type Terminal, wrapped } from '../terminal.ts'

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

/** What runs of a make do not have, so that nobody misses it. */
const NOT_OF: Record<string, readonly string[]> = {
  OXFORD_NANOPORE: ['readStructure', 'laneCount'],
  PACIFIC_BIOSCIENCES: ['position', 'readStructure', 'laneCount'],
  ELEMENT: ['experimentName', 'sampleId'],
}
/** What each of several cells has for itself. */
const OF_CELLS: readonly string[] = ['flowcellId', 'sampleId']

type Fact = { label: string; value: string; from: { file: string | null; at: string } | null }

/** Facts nobody can know from the files are left out of the table and named in one line below it. */
export function runFacts({ run, provenance }: CheckResult, paint: Paint, terminal: Terminal): string {
  if (!isObject(run)) return ''
  const facts = factsOf(run, provenance)
  const room = roomOf(terminal) - 2
  const rows = facts.map(({ label, value, from }) => [label, value, sourceText(from)])
  const whole = table(['', '', 'known from'], rows, paint)
  const fits = whole.split('\n').every((line) => line.length <= room)
  const lines = indented(fits ? whole : byNumber(facts, paint, room))
  const unknown = unknownOf(run)
  return unknown.length === 0
    ? lines
    : `${lines}\n${paint('dim', wrapped(`not told by its files: ${unknown.join(', ')}`, terminal.columns, '  '))}`
}

/** The cells of a run that has such, with what is known of each. */
export function cellsText({ run }: CheckResult, paint: Paint, terminal: Terminal): string {
  if (!isObject(run) || !Array.isArray(run['cells'])) return ''
  // An RS leaves no marker, so that nothing can be said of its cells.
  const untold = run['status'] === 'unknown' ? '' : { text: 'not yet transferred', style: 'yellow' as const }
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
  const rows = run['cells']
    .filter(isObject)
    .map((cell) => [
      text(cell['folder']),
      text(cell['flowcellId']),
      text(cell['sampleId']),
      text(cell['movie']),
      cell['fullyCopied'] === true ? 'transferred' : untold,
    ])
  return rows.length === 0
    ? ''
    : indented(table(['cell', 'flow cell', 'sample', 'movie', ''], rows, paint, roomOf(terminal) - 2))
}

function factsOf(run: Record<string, Json>, provenance: CheckResult['provenance']): Fact[] {
  const facts = LABELS.filter(([field]) => run[field] != null).map(([field, label]): Fact => {
    const derived = field === 'sequencingId' && run['sequencingIdSource'] === 'derived'
    const from = derived
      ? { file: null, at: 'derived from make, serial number and run id' }
      : (provenance[field] ?? null)
    // That the folder's name is the folder's name need not be said twice.
    const byName = from !== null && from.file === run['folderName']
    return {
      label,
      value: plain(shown(run[field] ?? null)),
      from: byName ? { file: null, at: from.at } : from,
    }
  })
  const { sheet } = run
  if (isObject(sheet)) {
    const value = `${count(Number(sheet['samples']), 'sample')} in ${count(Number(sheet['rows']), 'row')}`
    const at = sheet['format'] === null ? 'empty' : String(sheet['format'])
    const from = { file: provenance['sheet']?.file ?? null, at }
    facts.push({ label: 'own sheet', value, from })
  }
  return facts
}

function unknownOf(run: Record<string, Json>): string[] {
  const several = Array.isArray(run['cells']) && run['cells'].length > 1
  const missed = (field: string) =>
    run[field] == null &&
    !NOT_OF[String(run['instrumentMake'])]?.includes(field) &&
    !(several && OF_CELLS.includes(field))
  return LABELS.filter(([field]) => missed(field)).map(([, label]) => label)
}

const sourceText = (from: Fact['from']): string =>
  from === null ? '' : from.file === null ? from.at : `${from.file}  ${from.at}`

/** For a narrow screen: places at its right edge, below the value where both find no room, and the files once, by numbers. */
function byNumber(facts: readonly Fact[], paint: Paint, room: number): string {
  const files = [...new Set(facts.flatMap(({ from }) => from?.file ?? []))]
  const width = Math.max(...facts.map(({ label }) => label.length))
  const lines = facts.flatMap(({ label, value, from }) => {
    const number = from?.file == null ? '' : `[${files.indexOf(from.file) + 1}] `
    const at = plain(from === null ? '' : number + from.at)
    const under = ' '.repeat(width + 2)
    const whole = `${label.padEnd(width)}  ${value}`
    const line =
      whole.length <= room ? whole : label.padEnd(width + 2) + wrapped(value, room, under).trimStart()
    if (at === '') return [line]
    const gap = room - whole.length - at.length
    return gap >= 2
      ? [line + ' '.repeat(gap) + paint('dim', at)]
      : [line, under.padEnd(room - at.length) + paint('dim', at)]
  })
  const list = files.map((file, index) => paint('dim', `[${index + 1}] ${plain(file)}`))
  return [...lines, ...list].join('\n')
}

function shown(value: Json): string {
  if (!isObject(value)) return String(value)
  const { instant, local, zone } = value
  if (zone === 'configured') return `${instant} (${local} by its clock)`
  return instant === null ? `${local} (instrument clock, zone not known)` : String(instant)
}
