/** What the names of PacBio folders and files say: run, cell, movie, and which files are worth opening. */
import { basename } from 'node:path'
import type { RunFolder } from '../../handovers.ts'

/** `r64175e_20201211_163702`: serial, then when the run was set up, in UTC. A site may add to it. */
export const RUN_FOLDER = /^r(\d{5}e?)_(\d{8})_(\d{6})(?![0-9])/i

/** `1_A01`: collection number or tray, and well. */
const CELL_FOLDER = /^\d{1,2}_([A-H](?:0[1-9]|1[0-2]))\/$/
/** `A01_1`, of an RS: well, and which cell it was of those of the well. */
const RS_CELL_FOLDER = /^([A-H](?:0[1-9]|1[0-2]))_\d{1,3}\/$/

/** `m84140_231018_155043_s3`; the `_s3` of a Revio is the stage, not the well, and a Vega has none. */
const MOVIE = /^m\d{5}e?_\d{6}_\d{6}(?:_s\d)?(?=\.)/i
/** `m140912_020930_00114_c100702482550000001823141103261590_s1_p0`: the 33 digits name the cell. */
const RS_MOVIE = /^m\d{6}_\d{6}_\w+?_c(\d{33})_s\d+_[pX]\d+(?=\.)/

export type Generation = 'rs' | 'sequel'

/** A cell's folder and the files in it that tell something. Paths are relative to the run folder. */
export type CellFiles = {
  folder: string
  well: string
  /** Everything about the run as it was then; a hidden file on a Sequel. Better ones first. */
  metadata: string[]
  /** Data set descriptions, which know the cell and, of its run, the name. */
  readSets: string[]
  /** Written when all of a movie has been sent. */
  transferDone: string[]
  /** Written when the run is set up. */
  transferTests: string[]
}

type Listing = Pick<RunFolder, 'name' | 'names' | 'list'>

/** By the run folder's name, or by a cell with a movie in it where somebody has renamed the folder. */
export function generationOf(folder: Listing): Generation | null {
  if (RUN_FOLDER.test(folder.name)) return 'sequel'
  const withMovie = (cell: RegExp, movie: RegExp, below: readonly string[]) =>
    folder.names
      .filter((name) => cell.test(name))
      .slice(0, 4)
      .some((name) =>
        below.some((sub) => folder.list(name.slice(0, -1) + sub).some((one) => movie.test(bare(one)))),
      )
  if (withMovie(CELL_FOLDER, MOVIE, ['', '/metadata'])) return 'sequel'
  return withMovie(RS_CELL_FOLDER, RS_MOVIE, ['', '/Analysis_Results']) ? 'rs' : null
}

export function cellsOf(folder: Listing, generation: Generation): CellFiles[] {
  const pattern = generation === 'rs' ? RS_CELL_FOLDER : CELL_FOLDER
  return folder.names.flatMap((name) => {
    const well = pattern.exec(name)?.[1]
    if (well === undefined) return []
    const cell = name.slice(0, -1)
    const files = [cell, `${cell}/metadata`, `${cell}/pb_formats`].flatMap((below) =>
      folder.list(below).map((file) => ({ file, path: `${below}/${file}` })),
    )
    const those = (wanted: RegExp) =>
      files.filter(({ file }) => wanted.test(file) && !/_preview_/.test(file)).map(({ path }) => path)
    return [
      {
        folder: cell,
        well,
        metadata: [...those(/\.run\.metadata\.xml$/i), ...those(/(?<!\.run)\.metadata\.xml$/i)],
        readSets: readSetsAmong(those(/^m\w+[\w.]*\.(?:subreadset|consensusreadset)\.xml$/i)),
        transferDone: those(/\.transferdone$/i),
        transferTests: those(/^Transfer_Test_\w+\.txt$/i),
      },
    ]
  })
}

/** Those of all reads of the cell; else a few of those that hold one barcode's each, of which there can be hundreds. */
function readSetsAmong(paths: string[]): string[] {
  const whole = paths.filter((path) =>
    /\/m\w+(?:\.hifi_reads)?\.(?:subreadset|consensusreadset)\.xml$/i.test(path),
  )
  return whole.length > 0 ? whole : paths.slice(0, 2)
}

/** The movie a file belongs to, by its name; null where the name tells none. */
export const movieOf = (path: string): string | null => {
  const file = bare(basename(path))
  return (MOVIE.exec(file) ?? RS_MOVIE.exec(file))?.[0] ?? null
}

/** The 33 digits of an RS cell. */
export const rsCellId = (movie: string): string | null => RS_MOVIE.exec(`${movie}.`)?.[1] ?? null

/** `20201211`, `163702` as `2020-12-11T16:37:02Z`. */
export function utcOf(date: string, time: string): string {
  const century = date.length === 6 ? '20' : ''
  const [, year, month, day] = /^(\d+)(\d\d)(\d\d)$/.exec(century + date) ?? []
  return `${year}-${month}-${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`
}

/** Sequel instruments hide the metadata file behind a dot. */
const bare = (file: string): string => (file.startsWith('.') ? file.slice(1) : file)
