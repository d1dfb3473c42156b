/** Libraries and batches as sheets name them, and the run each belongs to. */

/** A biosample in a library. Options are written as Majora spells them (`VIRAL_RNA`), whatever the sheet wrote. */
export type Biosample = {
  centralSampleId: string
  librarySource: string | null
  librarySelection: string | null
  libraryStrategy: string | null
  barcode: string | null
  libraryPrimers: string | null
  libraryProtocol: string | null
  /** `YYYY-MM-DD` */
  sequencingOrgReceivedDate: string | null
  /** Rows of the sheet it stands in, as Excel counts them. */
  rows: number[]
}

/** How a sheet names the run of a library: by the first filled of the four columns, in this order. */
export type RunLink = { by: 'run_name' | 'sequencing_id' | 'flowcell_id' | 'experiment_name'; value: string }

/** What a sheet itself says of a run; the run folder's facts win where both speak. Null: not said. */
export type RunClaim = {
  instrumentMake: string | null
  instrumentModel: string | null
  flowcellId: string | null
  flowcellType: string | null
  /** As written; read by `record/time`. */
  startTime: string | null
  endTime: string | null
  bioinfoPipeName: string | null
  bioinfoPipeVersion: string | null
  runName: string | null
  sequencingId: string | null
  experimentName: string | null
}

/** One run of a library: how the sheet names it (null: the run folder that holds the sheet), and what it claims of it. */
export type LibraryRun = { link: RunLink | null; claim: RunClaim; rows: number[] }

export type Library = {
  name: string
  layoutConfig: string | null
  seqKit: string | null
  seqProtocol: string | null
  sopName: string | null
  sopVersion: string | null
  /** Bases. */
  layoutNominalLength: number | null
  layoutReadLength: number | null
  layoutInsertLength: number | null
  biosamples: Biosample[]
  runs: LibraryRun[]
  /** Rows of the sheet it stands in. */
  rows: number[]
}

export type Tube = {
  tubeBarcode: string
  specimenType: string | null
  sequencingDepth: string | null
  rows: number[]
}

/** Tubes shipped to a laboratory of One Codex under one name. */
export type Batch = { name: string; returnTrackingNumbers: string[]; tubes: Tube[]; rows: number[] }
