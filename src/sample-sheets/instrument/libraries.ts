/** Sheets made for an instrument: the libraries a column Library_Name gives, and how much their errors weigh. */
import type { SequencedSample, SheetReading } from '../../handovers.ts'
import type { Column, Problem } from '../../problems.ts'
import type { Biosample, Library, LibraryRun, RunClaim, RunLink } from '../../record/library.ts'
import { blocking } from '../cells/blocking.ts'
import type { Checked } from '../cells/damage.ts'
import type { Findings } from '../cells/findings.ts'
import { name } from '../cells/values.ts'
import type { SheetOptions } from '../sheet-format.ts'

/** What a row of such a sheet says: the library it names, the sample in it, and the run, where the sheet tells. */
type Supplied<Row> = {
  library(row: Row): string
  sample(row: Row): string
  barcode(row: Row): string | null
  link(row: Row): RunLink | null
}

const libraryName = name(96)

/** One library for each distinct name. In a run folder that folder is the run, whatever the sheet says of others. */
export function suppliedLibraries<Row extends { row: number }>(
  rows: readonly Row[],
  supplied: Supplied<Row>,
  column: Column | null,
  findings: Findings,
  { inRunFolder }: SheetOptions,
): Library[] {
  const libraries = new Map<string, Gathered>()
  const unlinked: number[] = []
  // Most rows are of the library of the row above.
  let above: { library: string; checked: Checked<string>; gathered: Gathered | null } | null = null
  for (const one of rows) {
    const { row } = one
    const library = supplied.library(one)
    if (library === '')
      findings.add({
        code: 'sample-sheet.value-missing',
        found: 'Library_Name is empty',
        rows: [row],
        column,
      })
    if (above === null || library !== above.library) {
      const checked = libraryName(library)
      above = { library, checked, gathered: gatheredAs(checked.value, libraries) }
    }
    const { checked, gathered } = above
    for (const fault of library === '' ? [] : checked.faults) findings.add({ ...fault, rows: [row], column })
    if (gathered === null) continue
    const link = supplied.link(one)
    gathered.rows.push(row)
    addSample(gathered, supplied.sample(one), supplied.barcode(one), row)
    addToRun(gathered, inRunFolder ? null : link, row)
    if (link === null && !inRunFolder) unlinked.push(row)
  }
  if (unlinked.length > 0)
    findings.add({
      code: 'sample-sheet.link-missing',
      found: 'the sheet names no experiment, run or flow cell',
      rows: unlinked,
      column: null,
      fix: 'Fill in the experiment name (Experiment Name, or RunName, under [Header]; experiment_id or flow_cell_id in a MinKNOW sheet), or put the sheet into the run folder.',
    })
  return [...libraries].map(([name, { rows, samples, runs }]) => ({
    ...emptyLibrary(name),
    biosamples: [...samples.values()].filter((one) => one.centralSampleId !== ''),
    runs: [...runs.values()],
    rows,
  }))
}

/** What the rows of one library say. `last`: the run of the last one. */
type Gathered = {
  rows: number[]
  samples: Map<string, Biosample>
  runs: Map<string, LibraryRun>
  last: LibraryRun | null
}

function gatheredAs(name: string | null, libraries: Map<string, Gathered>): Gathered | null {
  if (name === null) return null
  const gathered = libraries.get(name) ?? { rows: [], samples: new Map(), runs: new Map(), last: null }
  libraries.set(name, gathered)
  return gathered
}

/** A sample in several lanes is one; with several indexes it has no single one. */
function addSample({ samples }: Gathered, sample: string, barcode: string | null, row: number): void {
  const biosample = samples.get(sample)
  if (biosample === undefined) {
    samples.set(sample, toBiosample(sample, barcode, row))
    return
  }
  biosample.rows.push(row)
  if (biosample.barcode !== barcode) biosample.barcode = null
}

function addToRun(gathered: Gathered, link: RunLink | null, row: number): void {
  const { last, runs } = gathered
  if (last !== null && last.link?.by === link?.by && last.link?.value === link?.value) {
    last.rows.push(row)
    return
  }
  const key = link === null ? '' : `${link.by}\n${link.value}`
  const run = runs.get(key) ?? { link, claim: toClaim(link), rows: [] }
  run.rows.push(row)
  runs.set(key, run)
  gathered.last = run
}

/**
 * The whole reading. `valid` in `facts` is the verdict by the instrument's own rules; where the sheet supplies no
 * library, nothing depends on it here, and its errors are told as warnings.
 */
export function toReading(
  facts: Pick<SheetReading, 'format' | 'version' | 'valid' | 'experimentName' | 'samples' | 'rows'>,
  libraries: readonly Library[],
  found: Problem[],
  { supplies }: { supplies: boolean },
  sequenced: SequencedSample[],
): SheetReading {
  const problems = supplies ? found : found.map((one) => ({ ...one, severity: 'warning' as const }))
  const stopped = blocking(libraries, problems)
  return {
    ...facts,
    libraries: stopped.subjects,
    batches: [],
    problems,
    blocked: stopped.blocked,
    ...(sequenced.length === 0 ? {} : { sequenced }),
  }
}

const emptyLibrary = (name: string): Library => ({
  name,
  layoutConfig: null,
  seqKit: null,
  seqProtocol: null,
  sopName: null,
  sopVersion: null,
  layoutNominalLength: null,
  layoutReadLength: null,
  layoutInsertLength: null,
  biosamples: [],
  runs: [],
  rows: [],
})

const toBiosample = (centralSampleId: string, barcode: string | null, row: number): Biosample => ({
  centralSampleId,
  librarySource: null,
  librarySelection: null,
  libraryStrategy: null,
  barcode,
  libraryPrimers: null,
  libraryProtocol: null,
  sequencingOrgReceivedDate: null,
  rows: [row],
})

const toClaim = (link: RunLink | null): RunClaim => ({
  instrumentMake: null,
  instrumentModel: null,
  flowcellId: link?.by === 'flowcell_id' ? link.value : null,
  flowcellType: null,
  startTime: null,
  endTime: null,
  bioinfoPipeName: null,
  bioinfoPipeVersion: null,
  runName: link?.by === 'run_name' ? link.value : null,
  sequencingId: link?.by === 'sequencing_id' ? link.value : null,
  experimentName: link?.by === 'experiment_name' ? link.value : null,
})
