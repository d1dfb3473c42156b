/**
 * A sequencing run as its run folder tells it: the facts, where each came from, and how far the run is.
 *
 * What nobody can know from the files is null, never a guess.
 */
import * as z from 'zod'
import type { Problem } from '../problems.ts'
import { Stamp } from './time.ts'

/** Every make that a run can be of, as registries call it and as people do; the folders of some are not read yet. */
const MAKES = {
  ILLUMINA: 'Illumina',
  OXFORD_NANOPORE: 'Oxford Nanopore',
  PACIFIC_BIOSCIENCES: 'PacBio',
  ELEMENT: 'Element',
  ULTIMA: 'Ultima',
  ION_TORRENT: 'Ion Torrent',
  MGI: 'MGI',
}
export const InstrumentMake = z.enum(Object.keys(MAKES) as Array<keyof typeof MAKES>)
export type InstrumentMake = z.infer<typeof InstrumentMake>
export const makeWords = (make: string): string => (MAKES as Record<string, string>)[make] ?? make

export const RunStatus = z.enum(['completed', 'failed', 'stopped', 'in_progress', 'stalled', 'unknown'])
export type RunStatus = z.infer<typeof RunStatus>

/** One SMRT Cell of a PacBio run. */
export const Cell = z.strictObject({
  /** Name of the cell's folder, as `1_A01`. */
  folder: z.string(),
  well: z.string().nullable(),
  movie: z.string().nullable(),
  flowcellId: z.string().nullable(),
  flowcellType: z.string().nullable(),
  sampleId: z.string().nullable(),
  start: Stamp.nullable(),
  end: Stamp.nullable(),
  fullyCopied: z.boolean(),
})
export type Cell = z.infer<typeof Cell>

export const RunFacts = z.strictObject({
  /** As the instrument names the run: Illumina's RunInfo @Id verbatim, Ultima's @RunId; else the run folder's name. */
  runId: z.string(),
  folderName: z.string(),
  /** The UUID the instrument itself gave this run, lower case with dashes; null where it gives none. */
  sequencingUuid: z.string().nullable(),
  instrumentMake: InstrumentMake,
  instrumentModel: z.string().nullable(),
  instrumentSerial: z.string().nullable(),
  flowcellId: z.string().nullable(),
  flowcellType: z.string().nullable(),
  /** Side or slot of the instrument, as `A` or `X2`. */
  position: z.string().nullable(),
  start: Stamp.nullable(),
  end: Stamp.nullable(),
  status: RunStatus,
  /** The make's marker for "everything is here" is present. */
  fullyCopied: z.boolean(),
  experimentName: z.string().nullable(),
  sampleId: z.string().nullable(),
  /** T template, B index, in the order sequenced: `151T10B10B151T`. */
  readStructure: z.string().nullable(),
  laneCount: z.int().positive().nullable(),
  kit: z.string().nullable(),
  softwareVersion: z.string().nullable(),
  cells: z.array(Cell),
  /** The sheet in the run folder itself, counted: distinct samples and data rows. An empty one is of no format. */
  sheet: z.strictObject({ format: z.string().nullable(), samples: z.int(), rows: z.int() }).nullable(),
})
export type RunFacts = z.infer<typeof RunFacts>

/** Where a fact stands: the file, and the place in it (XPath, JSON pointer, key, column). */
export type Source = { file: string; at: string }
export type Provenance = Partial<Record<keyof RunFacts, Source>>

/**
 * How far the run is, by the make's own evidence.
 *
 * `because` names the deciding file, or says in words why it is not decided; `missing` the file names still awaited.
 * `ended`: an end marker lies there, so the folder may be taken; with a state of `unknown` a person must look.
 */
export type Completion = {
  state: RunStatus
  because: string
  missing: string[]
  ended: boolean
  /** Not ended in this sense, but what is missing decides nothing: taken without it once its files have long rested. */
  enough?: true
}

/** A file of this name in a run folder says that no instrument made the run. */
export const SIMULATED_MARK = 'runherald-simulated.txt'

/** Everything one look into one run folder gives. */
export type RunReading = {
  run: RunFacts
  provenance: Provenance
  completion: Completion
  problems: Problem[]
  /** Not a run to register: an instrument's own test, or written by `runherald simulate`. */
  test: 'instrument-test' | 'simulated' | null
}

/** A run as registries are told of it: the facts, with the id that stands for it everywhere. */
export type RunRecord = RunFacts & {
  sequencingId: string
  sequencingIdSource: 'instrument' | 'derived'
  bioinfoPipeName: string | null
  bioinfoPipeVersion: string | null
  path: string | null
}
