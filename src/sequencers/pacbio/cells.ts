/** The SMRT Cells of a run, one per cell folder: what is known of each, and whether all of it has arrived. */
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Cell } from '../../record/run.ts'
import { instantStamp, mtimeStamp, type Stamp } from '../../record/time.ts'
import type { Account, Collection } from './account.ts'
import { type CellFiles, movieOf, utcOf } from './names.ts'

/** A cell as it is recorded, with what else the files say of it. */
export type KnownCell = {
  cell: Cell
  kit: string | null
  /** The instrument's word for how the cell came out, where it is one for a bad end. */
  failure: string | null
  /** When the last file of it had been sent. */
  transferred: Stamp | null
  /** A file that tells about it has come, whole. */
  described: boolean
}

export function knownCells(
  folder: Pick<RunFolder, 'modified'>,
  files: readonly CellFiles[],
  accounts: readonly Account[],
  problems: Problem[],
): KnownCell[] {
  return files.map((own) => {
    const told = accounts.filter((account) => account.cell === own.folder)
    const collections = told.flatMap((account) => collectionFor(account, own.well))
    // A movie begun anew leaves two of everything: the later one counts, and both must be transferred.
    const last = collections.at(-1) ?? null
    const misplaced = told.find((account) =>
      account.collections.some((one) => isElsewhere(one, account, own.well)),
    )
    if (misplaced) {
      const wells = misplaced.collections.map((one) => one.well).join(', ')
      const found = `it is of the well ${wells}, and lies in ${own.folder}`
      problems.push(problem('run-folder.ids-disagree', found, { file: misplaced.file }))
    }
    const movie = last?.movie ?? shared(own.transferDone.map(movieOf))
    const movies = collections.flatMap((one) => one.movie ?? [])
    const transferred = transferOf(folder, own, movies)
    return {
      cell: {
        folder: own.folder,
        well: own.well,
        movie,
        flowcellId: last?.flowcellId ?? null,
        flowcellType: last?.partNumber ?? null,
        sampleId: last?.sample ?? null,
        start: last?.start ?? (movie === null ? null : movieStart(movie)),
        end: last?.end ?? transferred,
        fullyCopied: transferred !== null,
      },
      kit: last?.kit ?? null,
      failure: last?.status && FAILED.test(last.status) ? last.status : null,
      transferred,
      described: told.length > 0,
    }
  })
}

/** Wells that were planned and have no folder yet. Sequels list them; a Revio makes every folder when the run begins. */
export function plannedWells(files: readonly CellFiles[], accounts: readonly Account[]): string[] {
  const collections = accounts.flatMap((account) => account.collections)
  const started = new Set(collections.filter(({ movie }) => movie !== null).map(({ id }) => id))
  const planned = new Map<string, string>()
  for (const { id, well } of collections)
    if (id !== null && well !== null && !started.has(id)) planned.set(id, well)
  // Of one well several cells may be loaded, each in a folder of its own; a folder with nothing in it is of one to come.
  const open = files.filter((own) => !accounts.some((account) => isBegun(account, own)))
  return [...planned.values()].filter((well) => {
    const at = open.findIndex((one) => one.well === well)
    if (at >= 0) open.splice(at, 1)
    return at < 0
  })
}

const isBegun = ({ cell, collections }: Account, { folder, well }: CellFiles): boolean =>
  cell === folder && collections.some((one) => one.movie !== null && (one.well ?? well) === well)

/** Words of PacBioBaseDataModel.xsd for an acquisition that came to nothing. */
const FAILED = /^(?:Aborted|Failed|Error|Stopped|TransferFailed)$/

/** The collection a file is named after, else the only one it tells of. */
function collectionFor(account: Account, well: string): Collection[] {
  const movie = movieOf(account.file)
  const found =
    account.collections.find((one) => one.movie !== null && one.movie === movie) ??
    account.collections.find((one) => one.well === well) ??
    (account.collections.length === 1 ? account.collections[0] : undefined)
  return found === undefined ? [] : [found]
}

const isElsewhere = (one: Collection, account: Account, well: string): boolean =>
  one.well !== null &&
  one.well !== well &&
  (account.collections.length === 1 || one.movie === movieOf(account.file))

/** Null until every movie of the cell is transferred. The marker may be empty. */
function transferOf(
  folder: Pick<RunFolder, 'modified'>,
  own: CellFiles,
  movies: readonly string[],
): Stamp | null {
  const done = own.transferDone.map(movieOf)
  if (done.length === 0 || !movies.every((movie) => done.includes(movie) || done.includes(null))) return null
  const times = own.transferDone.flatMap((file) => folder.modified(file) ?? [])
  const latest = times.sort((a, b) => a.getTime() - b.getTime()).at(-1)
  return latest === undefined ? null : mtimeStamp(latest)
}

/** A movie is named after its start, in UTC as the run folder is; an RS names it in local time, which tells nothing. */
function movieStart(movie: string): Stamp | null {
  const [, date, time] = /^m\d{5}e?_(\d{6})_(\d{6})/i.exec(movie) ?? []
  const stamp = date === undefined || time === undefined ? null : instantStamp(utcOf(date, time))
  return stamp && { ...stamp, text: `${date}_${time}` }
}

const shared = (movies: Array<string | null>): string | null =>
  movies.length === 1 ? (movies[0] ?? null) : null
