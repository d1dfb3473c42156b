/** Looks at one path and says what it is: a run folder, a sheet, or neither. Makes and formats of sheets meet here. */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { openRunFolder, openSheet } from './discover/open-folder.ts'
import type { FolderNames } from './discover/recognise-on-disk.ts'
import { readFault } from './discover/safe-read.ts'
import type { ReadFault, Reading, RunFolder, SheetReading } from './handovers.ts'
import { type Problem, type ProblemCode, problem } from './problems.ts'
import { type RunReading, SIMULATED_MARK } from './record/run.ts'
import { readSheet } from './sample-sheets/index.ts'
import { sequencers } from './sequencers/index.ts'
import type { Sequencer } from './sequencers/sequencer.ts'

export type InspectOptions = {
  /** The watched folder it lies in: nothing outside it is read. */
  root?: string
  /** Of a sheet. */
  maxBytes?: number
}

const SHEET_BYTES = 10_000_000
/** Sheets in one run folder that are tried until one is recognised. */
const MOST_SHEETS = 10

/** Reads a run folder or a sheet whole, whatever state it is in. Synchronous; never fails on what lies on the disk. */
export function inspectPath(path: string, options: InspectOptions = {}): Reading {
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) return inspectFolder(path, options)
    if (stats.isFile()) return inspectFile(path, options)
    return unreadable(path, { why: 'not-a-file', detail: 'it is a pipe, a socket or a device' })
  } catch (thrown) {
    return unreadable(path, readFault(thrown))
  }
}

/** The make a folder's names speak of, and the files in it worth looking at. Makes are asked in the list's order. */
export function recogniseFolder(folder: FolderNames): { make: string; marks: string[] } | null {
  const known = makeOf(folder)
  return known === null ? null : { make: known.make, marks: known.sequencer.marks(folder) }
}

function makeOf(folder: FolderNames): { make: string; sequencer: Sequencer } | null {
  for (const [make, sequencer] of Object.entries<Sequencer>(sequencers))
    if (sequencer.recognise(folder)) return { make, sequencer }
  return null
}

function inspectFolder(path: string, { root, maxBytes = SHEET_BYTES }: InspectOptions): Reading {
  const opened = openRunFolder(path, root === undefined ? {} : { root })
  if (!opened.ok) return unreadable(path, opened.error)
  const folder = opened.value
  const known = makeOf(folder)
  if (known === null) return unrecognised([problem('path.no-run-folder', contentOf(folder))])
  const read = known.sequencer.read(folder)
  const reading: RunReading = folder.names.includes(SIMULATED_MARK) ? { ...read, test: 'simulated' } : read
  const own = readOwnSheet(folder, known.sequencer.sheets(folder), maxBytes)
  return {
    kind: 'run-folder',
    recognisedAs: known.make,
    reading: withSheet(reading, own),
    sheet: own.sheet,
    sheetFile: own.file,
  }
}

function inspectFile(path: string, { root, maxBytes = SHEET_BYTES }: InspectOptions): Reading {
  const opened = openSheet(path, root === undefined ? { maxBytes } : { root, maxBytes })
  if (!opened.ok) return unreadable(path, opened.error)
  const sha256 = createHash('sha256').update(opened.value).digest('hex')
  const { recognised, problems } = readSheet(opened.value, { file: basename(path) })
  if (recognised === null) return { kind: 'unrecognised', problems, sha256 }
  return { kind: 'sample-sheet', recognisedAs: recognised.format, reading: recognised, sha256 }
}

type OwnSheet = { sheet: SheetReading | null; file: string | null; problems: Problem[] }

/** The sheet in a run folder: the first that can be read; where none can, what is wrong with the first. */
function readOwnSheet(folder: RunFolder, files: string[], maxBytes: number): OwnSheet {
  let first: OwnSheet | null = null
  for (const file of files.slice(0, MOST_SHEETS)) {
    const bytes = folder.read(file, { maxBytes })
    if (!bytes.ok && bytes.error.why === 'absent') continue
    const read = bytes.ok
      ? readSheet(bytes.value, { file, inRunFolder: true })
      : { recognised: null, problems: [faultProblem(file, bytes.error)] }
    if (read.recognised !== null) return { sheet: read.recognised, file, problems: read.problems }
    first ??= { sheet: null, file: null, problems: read.problems }
  }
  return first ?? { sheet: null, file: null, problems: [] }
}

/** What an empty sheet amounts to, as instruments leave behind where nobody gave them one. */
const NO_SAMPLES = { format: null, samples: 0, rows: 0 }

/** What is wrong with the sheet does not make the run wrong: it matters only where the sheet supplies the library. */
function withSheet(reading: RunReading, { sheet, file, problems }: OwnSheet): RunReading {
  const warnings = problems.map((one): Problem => ({ ...one, severity: 'warning' }))
  const empty = problems.find(({ code }) => code === 'sample-sheet.empty')
  const from = file ?? empty?.file ?? null
  if (from === null) return { ...reading, problems: [...reading.problems, ...warnings] }
  const { format, samples, rows } = sheet ?? NO_SAMPLES
  return {
    ...reading,
    run: { ...reading.run, sheet: { format, samples, rows } },
    provenance: { ...reading.provenance, sheet: { file: from, at: 'the whole file' } },
    problems: [...reading.problems, ...warnings],
  }
}

const FAULTS = {
  absent: 'path.absent',
  'too-large': 'path.too-large',
  'not-a-file': 'path.not-a-file',
  'outside-root': 'path.outside-root',
  unreadable: 'path.unreadable',
} as const satisfies Record<ReadFault['why'], ProblemCode>

const faultProblem = (file: string, { why, detail }: ReadFault): Problem =>
  problem(FAULTS[why], detail, { file })

const unreadable = (path: string, fault: ReadFault): Reading =>
  unrecognised([faultProblem(basename(path), fault)])

const unrecognised = (problems: Problem[]): Reading => ({ kind: 'unrecognised', problems, sha256: null })

function contentOf({ names }: RunFolder): string {
  if (names.length === 0) return 'the folder is empty'
  const shown = names.slice(0, 5).join(', ')
  const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
  return `in it lie ${shown}${more}; looked for run folders of ${Object.keys(sequencers).join(', ')}`
}
