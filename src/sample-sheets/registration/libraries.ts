/** Rows of a registration sheet as libraries: their facts, their biosamples, and the runs they are linked to. */
import type { Library, LibraryRun, RunLink } from '../../record/library.ts'
import { agreed } from '../cells/agreement.ts'
import { asNumber, asText, type ReadRow } from '../cells/columns.ts'
import { type Findings, shown } from '../cells/findings.ts'
import type { Header } from '../cells/header.ts'
import { toBiosamples } from './biosamples.ts'
import { LIBRARY_COLUMNS, LINK_COLUMNS, type RegistrationColumn, RUN_COLUMNS } from './columns.ts'

type Row = ReadRow<RegistrationColumn>
type Sheet = { header: Header<RegistrationColumn>; findings: Findings }

/** The libraries of a sheet, with everything that is wrong among the rows of each added to `findings`. */
export function toLibraries(
  byName: ReadonlyMap<string, Row[]>,
  header: Header<RegistrationColumn>,
  findings: Findings,
  { inRunFolder }: { inRunFolder: boolean },
): Library[] {
  const sheet = { header, findings }
  const linkable = LINK_COLUMNS.some((column) => header.at.has(column))
  if (!linkable && !inRunFolder)
    findings.add({
      code: 'sample-sheet.link-missing',
      found: `none of the columns ${LINK_COLUMNS.join(', ')} is there`,
      rows: [header.row],
      column: null,
      fix: `Add one of the columns ${LINK_COLUMNS.join(', ')} and fill it in.`,
    })
  return [...byName].map(([name, rows]) => {
    const facts = agreed(rows, LIBRARY_COLUMNS, `library ${shown(name)}`, header, findings)
    const byRun = linked(rows, name, sheet, { required: linkable && !inRunFolder })
    return {
      name,
      layoutConfig: asText(facts.library_layout_config),
      seqKit: asText(facts.library_seq_kit),
      seqProtocol: asText(facts.library_seq_protocol),
      sopName: asText(facts.library_sop_name),
      sopVersion: asText(facts.library_sop_version),
      layoutNominalLength: asNumber(facts.library_layout_nominal_length),
      layoutReadLength: asNumber(facts.library_layout_read_length),
      layoutInsertLength: asNumber(facts.library_layout_insert_length),
      biosamples: toBiosamples(
        name,
        byRun.map((one) => one.rows),
        facts,
        sheet,
      ),
      runs: byRun.map((one) => toRun(one, sheet)),
      rows: rows.map((one) => one.row),
    }
  })
}

type LinkedRows = { link: RunLink | null; rows: Row[] }

/** Rows of a library by the run they are linked to. A row that names none belongs to the one run the others name. */
function linked(
  rows: Row[],
  library: string,
  sheet: Sheet,
  { required }: { required: boolean },
): LinkedRows[] {
  const runs = new Map<string, LinkedRows & { link: RunLink }>()
  const unlinked: Row[] = []
  let last: (LinkedRows & { link: RunLink }) | undefined
  for (const row of rows) {
    // Most rows name the run of the row above.
    if (last !== undefined && isLinkOf(row, last.link)) {
      last.rows.push(row)
      continue
    }
    const link = linkOf(row)
    if (link === null) {
      unlinked.push(row)
      continue
    }
    const key = `${link.by}\n${link.value}`
    last = runs.get(key) ?? { link, rows: [] }
    runs.set(key, last)
    last.rows.push(row)
  }
  const [only, ...others] = runs.values()
  if (only !== undefined && others.length === 0) return [{ link: only.link, rows }]
  if (unlinked.length === 0) return [...runs.values()]
  if (required || others.length > 0) tellUnlinked(unlinked, library, sheet)
  return [...runs.values(), { link: null, rows: unlinked }]
}

/** As {@link linkOf} would say. */
function isLinkOf({ values }: Row, { by, value }: RunLink): boolean {
  for (const column of LINK_COLUMNS)
    if (values[column] !== undefined) return column === by && values[column] === value
  return false
}

function linkOf({ values }: Row): RunLink | null {
  for (const by of LINK_COLUMNS) {
    const value = values[by]
    if (typeof value === 'string') return { by, value }
  }
  return null
}

/** A link that is there and wrong has been told already. */
function tellUnlinked(rows: Row[], library: string, { header, findings }: Sheet): void {
  const column = LINK_COLUMNS.find((one) => header.at.has(one))
  const blank = rows.filter((row) => !LINK_COLUMNS.some((one) => row.faulty.has(one)))
  if (blank.length === 0 || column === undefined) return
  findings.add({
    code: 'sample-sheet.link-missing',
    found: `library ${shown(library)}: ${LINK_COLUMNS.filter((one) => header.at.has(one)).join(', ')} empty`,
    rows: blank.map((one) => one.row),
    column: header.column(column),
  })
}

function toRun({ link, rows }: LinkedRows, { header, findings }: Sheet): LibraryRun {
  const of = link === null ? 'the run' : `run ${shown(link.value)}`
  const facts = agreed(rows, [...LINK_COLUMNS, ...RUN_COLUMNS], of, header, findings)
  const startTime = asText(facts.start_time)
  const endTime = asText(facts.end_time)
  if (startTime !== null && endTime !== null && comparable(startTime, endTime) && endTime < startTime)
    findings.add({
      code: 'sample-sheet.ends-before-start',
      found: `${of} starts at ${startTime} and ends at ${endTime}`,
      rows: rows.map((one) => one.row),
      column: header.column('end_time'),
    })
  return {
    link,
    claim: {
      instrumentMake: asText(facts.instrument_make),
      instrumentModel: asText(facts.instrument_model),
      flowcellId: asText(facts.flowcell_id),
      flowcellType: asText(facts.flowcell_type),
      startTime,
      endTime,
      bioinfoPipeName: asText(facts.bioinfo_pipe_name),
      bioinfoPipeVersion: asText(facts.bioinfo_pipe_version),
      runName: asText(facts.run_name),
      sequencingId: asText(facts.sequencing_id),
      experimentName: asText(facts.experiment_name),
    },
    rows: rows.map((one) => one.row),
  }
}

/** Both are wall clocks, or both UTC, in the one form whose order in the alphabet is that of time. */
const comparable = (a: string, b: string): boolean =>
  [a, b].every((one) => /^[\d-]{10}[T ][\d:]{5,8}$/.test(one)) ||
  [a, b].every((one) => /^[\d-]{10}T[\d:]{8}Z$/.test(one))
