/** Puts what a registry finds wrong with a value where the value stands: a cell of the sheet, or a file of the run folder. */
import { basename } from 'node:path'
import type { Column, Problem } from '../problems.ts'
import type { Provenance } from '../record/run.ts'

/** A sheet as far as places go. `runRows` are the rows that speak of the run at hand. */
export type SheetPlaces = { file: string; columns: Record<string, Column>; runRows: number[] }

/** `folder` is the run folder's name; null where no folder has come. */
export type Places = { sheet: SheetPlaces | null; run: { folder: string; provenance: Provenance } | null }

export const sheetPlaces = (
  path: string,
  columns: Record<string, Column> | undefined,
  runRows: number[] = [],
): SheetPlaces => ({ file: basename(path), columns: columns ?? {}, runRows })

/** `plate7.csv, rows 2, 3` */
export const fileAndRows = (file: string | null, rows: number[]): string =>
  [
    ...(file === null ? [] : [file]),
    ...(rows.length === 0 ? [] : [`row${rows.length > 1 ? 's' : ''} ${rows.join(', ')}`]),
  ].join(', ')

/** What the run folder tells goes before what a sheet claims, so its file is named where it tells anything. */
export function located(problems: readonly Problem[], { sheet, run }: Places): Problem[] {
  return problems.map((one) => {
    if (one.column === null || one.column.letter !== '') return one
    const { name } = one.column
    const fact = RUN_FACTS.get(name)
    const source = fact === undefined ? undefined : run?.provenance[fact]
    if (source !== undefined) return { ...one, file: source.file, column: null }
    const cell = sheet !== null && Object.hasOwn(sheet.columns, name) ? sheet.columns[name] : undefined
    if (sheet !== null && cell !== undefined) {
      const rows = fact === undefined ? one.rows : sheet.runRows
      return { ...one, file: sheet.file, rows, column: cell }
    }
    const file = fact !== undefined && run !== null ? run.folder : (sheet?.file ?? null)
    return { ...one, file, column: null }
  })
}

/** What is wrong with a library, whatever becomes of its run: the sheet alone tells it. */
export const ofLibrary = (problems: readonly Problem[]): Problem[] =>
  problems.filter(({ column }) => column === null || !RUN_FACTS.has(column.name))

/** Columns that feed a run, and the fact of a run folder that stands for each. */
const RUN_FACTS: ReadonlyMap<string, keyof Provenance> = new Map([
  ['run_name', 'runId'],
  ['sequencing_id', 'sequencingUuid'],
  ['instrument_make', 'instrumentMake'],
  ['instrument_model', 'instrumentModel'],
  ['flowcell_id', 'flowcellId'],
  ['flowcell_type', 'flowcellType'],
  ['start_time', 'start'],
  ['end_time', 'end'],
])
