/** What Illumina's own software refuses in a sample sheet (bcl2fastq, bcl-convert, BaseSpace), one rule after the other. */
import type { Column } from '../../problems.ts'
import { type Findings, NO_ROWS, shown, visible } from '../cells/findings.ts'
import { tellIndexes } from './indexes.ts'
import { tellCycles } from './reads.ts'
import type { SampleRow, SampleTable } from './samples.ts'
import type { Sections } from './sections.ts'

/** Adds everything that is wrong with the frame and the samples to `findings`. */
export function tellIllumina(sections: Sections, samples: SampleTable, findings: Findings): void {
  tellSections(sections, findings)
  if (
    samples.column('sampleId') === null &&
    samples.column('sampleName') === null &&
    samples.rows.length === 0
  ) {
    findings.add({ ...NO_ROWS, found: 'no sample in the data section' })
    return
  }
  tellColumns(samples, findings)
  if (samples.rows.length === 0) findings.add(NO_ROWS)
  tellSampleIds(samples, findings)
  tellProjects(samples, findings)
  tellLanes(samples, findings)
  tellIndexes(sections, samples, findings)
  tellCycles(sections, samples, findings)
}

/** Lanes that were merged stand together in some centres' sheets, as 3+4. */
const LANES = /^[1-8](?:\+[1-8])*$/

function tellSections(sections: Sections, findings: Findings): void {
  for (const { name, row } of sections.repeated)
    findings.add({
      code: 'sample-sheet.section-twice',
      found: `[${visible(name)}]`,
      rows: [row],
      column: null,
      severity: /^data$|_data$|settings$/i.test(name) ? 'error' : 'warning',
    })
  for (const [name, section] of sections.byName) {
    if (!name.endsWith('settings')) continue
    for (const { row, cells } of section.rows)
      if (cells[1]?.includes('*'))
        findings.add({
          code: 'sample-sheet.setting',
          found: shown(cells[0] ?? ''),
          rows: [row],
          column: { letter: 'B', name: '' },
        })
  }
}

function tellColumns(samples: SampleTable, findings: Findings): void {
  if (samples.column('sampleId') === null)
    findings.add({
      code: 'sample-sheet.column-missing',
      found: 'no column Sample_ID in the data section',
      rows: [samples.headerRow],
      column: null,
      suggestion: 'Sample_ID',
    })
  for (const column of samples.twice)
    findings.add({
      code: 'sample-sheet.column-twice',
      found: `${shown(column.name)} stands among the column names more than once`,
      rows: [samples.headerRow],
      column,
    })
  for (const { row, cell } of samples.tooWide)
    findings.add({
      code: 'sample-sheet.row-too-wide',
      found: `${shown(cell)} stands behind the last column`,
      rows: [row],
      column: null,
    })
}

function tellLanes(samples: SampleTable, findings: Findings): void {
  const column = samples.column('lane')
  for (const { row, lane } of samples.rows.filter(({ lane }) => lane !== null && !LANES.test(lane)))
    findings.add({ code: 'sample-sheet.lane', found: shown(lane ?? ''), rows: [row], column })
}

const SMALL_LETTER = /\p{Ll}/u
const ODD = /[^A-Za-z0-9_-]/u
const RESERVED = /^(?:all|default|none|unknown|undetermined|stats|reports)$/i

function tellSampleIds(samples: SampleTable, findings: Findings): void {
  const column = samples.column('sampleId')
  if (column === null) return
  for (const { row, sampleId } of samples.rows.filter((one) => one.nameOnly))
    findings.add({
      code: 'sample-sheet.sample-id-missing',
      found:
        sampleId === ''
          ? 'Sample_ID is empty'
          : `Sample_ID is empty; Sample_Name ${shown(sampleId)} was taken`,
      rows: [row],
      column,
      severity: sampleId === '' ? 'error' : 'warning',
    })
  for (const { row, sampleId } of samples.rows.filter(isWrong))
    findings.add({ code: 'sample-sheet.sample-id', rows: [row], column, ...whyWrong(sampleId) })
  tellCaseTwins(samples.rows, column, findings)
}

const isWrong = ({ sampleId, nameOnly }: SampleRow): boolean =>
  !nameOnly && (ODD.test(sampleId) || sampleId.length > 100 || RESERVED.test(sampleId))

function whyWrong(id: string): { found: string; suggestion?: string } {
  const odd = ODD.exec(id)?.[0]
  if (odd !== undefined)
    return { found: `${shown(id)} holds ${shown(odd)}`, suggestion: id.replace(/[^A-Za-z0-9_-]+/g, '-') }
  if (id.length > 100) return { found: `${shown(id)} has ${id.length} characters` }
  return { found: `${shown(id)} is a word the software uses itself` }
}

function tellCaseTwins(samples: SampleRow[], column: Column, findings: Findings): void {
  // Ids without small letters cannot differ in case.
  if (!samples.some(({ sampleId }) => SMALL_LETTER.test(sampleId))) return
  const spellings = new Map<string, SampleRow>()
  for (const sample of samples) {
    const { row, sampleId, nameOnly } = sample
    if (nameOnly) continue
    const lower = sampleId.toLowerCase()
    const twin = spellings.get(lower)
    if (twin === undefined) spellings.set(lower, sample)
    else if (twin.sampleId !== sampleId)
      findings.add({
        code: 'sample-sheet.names-differ-in-case',
        found: `${shown(twin.sampleId)} in row ${twin.row} and ${shown(sampleId)} in row ${row}`,
        rows: [twin.row, row],
        column,
      })
  }
}

function tellProjects(samples: SampleTable, findings: Findings): void {
  if (samples.rows.every(({ project }) => project === samples.rows[0]?.project)) return
  const projects = new Map<string, SampleRow>()
  for (const sample of samples.rows) {
    const known = projects.get(sample.sampleId)
    if (known === undefined) projects.set(sample.sampleId, sample)
    else if (known.project !== sample.project)
      findings.add({
        code: 'sample-sheet.sample-in-two-projects',
        found: `${shown(sample.sampleId)} is in project ${shown(known.project)} in row ${known.row} and in ${shown(sample.project)} in row ${sample.row}`,
        rows: [known.row, sample.row],
        column: samples.column('project'),
      })
  }
}
