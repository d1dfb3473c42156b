/** The reads a sheet plans, and whether each sample's OverrideCycles fit them. */
import type { Severity } from '../../problems.ts'
import { type Findings, shown } from '../cells/findings.ts'
import { folded } from '../cells/likeness.ts'
import type { SampleTable } from './samples.ts'
import { keyValues, type Sections } from './sections.ts'

type ReadName = 'read1' | 'index1' | 'index2' | 'read2'
const ORDER: readonly ReadName[] = ['read1', 'index1', 'index2', 'read2']

/** Cycles of each read that a sheet of version 2 names. A sheet of version 1 lists template reads only: none are known. */
export function cyclesOf(sections: Sections): Map<ReadName, number> {
  const lines = keyValues(sections.byName.get('reads')?.rows ?? [])
  const cycles = new Map<ReadName, number>()
  for (const read of ORDER) {
    const value = lines.get(`${read}cycles`)?.value
    if (value !== undefined && /^\d{1,4}$/.test(value)) cycles.set(read, Number(value))
  }
  return cycles
}

export function tellCycles(sections: Sections, samples: SampleTable, findings: Findings): void {
  for (const { row, cells } of sections.byName.get('reads')?.rows ?? []) {
    const number = cells[1] || cells[0] || ''
    if (!/^\d{1,4}$/.test(number) || (cells[1] && !/^(?:read|index)[12]cycles$/.test(folded(cells[0] ?? ''))))
      findings.add({
        code: 'sample-sheet.reads-line',
        found: shown(cells.join(',')),
        rows: [row],
        column: null,
      })
  }
  const planned = ORDER.flatMap((read) => cyclesOf(sections).get(read) ?? []).filter((one) => one > 0)
  if (!cyclesOf(sections).has('read1')) return
  const settings = sections.byName.get('bclconvert_settings')?.rows ?? []
  const general = keyValues(settings).get('overridecycles')
  const column = samples.column('overrideCycles')
  const all = [
    ...(general === undefined
      ? []
      : [{ text: general.value, row: general.row, column: { letter: 'B', name: '' } }]),
    ...(column === null
      ? []
      : samples.rows.map((one) => ({ text: one.overrideCycles, row: one.row, column }))),
  ]
  const misfits = new Map<string, Misfit | null>()
  for (const { text, row, column } of all) {
    // Most samples of a sheet have the same, or one of a few.
    if (!misfits.has(text)) misfits.set(text, misfitOf(text, planned))
    const misfit = misfits.get(text)
    if (misfit)
      findings.add({
        code: 'sample-sheet.override-cycles',
        found: `${shown(text)}: ${misfit.found}`,
        rows: [row],
        column,
        severity: misfit.severity,
      })
  }
}

type Misfit = { found: string; severity: Severity }

/**
 * `Y151;I8N2;N2I8;Y151`, of the MiSeq i100 with the reads' names before: `R1:Y301;I1:I8;…`.
 * The software holds it against the run as sequenced, so a sheet that plans other lengths is only suspicious.
 */
function misfitOf(text: string, planned: number[]): Misfit | null {
  if (text === '' || /^n\/?a$/i.test(text)) return null
  const segments = text.split(';').map((one) => one.replace(/^[RI][12]:/i, '').trim())
  if (segments.some((one) => !/^(?:[YINU](?:\d{1,4}|\*))+$/i.test(one)))
    return { found: 'not of the form Y151;I8;I8;Y151', severity: 'error' }
  if (segments.length !== planned.length)
    return { found: `${segments.length} reads, but [Reads] plans ${planned.length}`, severity: 'warning' }
  const sums = segments.map((one) =>
    one.includes('*') ? null : [...one.matchAll(/\d+/g)].reduce((sum, [cycles]) => sum + Number(cycles), 0),
  )
  const at = sums.findIndex((sum, read) => sum !== null && sum !== planned[read])
  if (at === -1) return null
  return {
    found: `${segments[at]} has ${sums[at]} cycles, but [Reads] plans ${planned[at]}`,
    severity: 'warning',
  }
}
