/** Feeds changed files to the reader of one make, and holds every answer to what all answers have in common. */
import type { RunFolder } from '../../src/handovers.ts'
import { RunFacts, type RunReading } from '../../src/record/run.ts'
import { sequencers } from '../../src/sequencers/index.ts'
import { memoryFolder } from './folders.ts'
import { below, mutate, oneOf, type Random, randomFrom } from './mutate.ts'
import { allFilesIn, runFixtures } from './run-fixtures.ts'

export type Parser = {
  /** What is parsed, as people call it. */
  name: string
  make: keyof typeof sequencers
  /** The files it parses, by their path in the run folder. */
  files: RegExp
  /** In place of the reader of that make. */
  read?: (folder: RunFolder) => RunReading
}

/** Everything in a run folder that a reader parses. */
export const parsers: Parser[] = [
  { name: 'RunInfo.xml', make: 'illumina', files: /^RunInfo\.xml$/i },
  { name: 'RunParameters.xml', make: 'illumina', files: /^RunParameters\.xml$/i },
  { name: 'RunCompletionStatus.xml', make: 'illumina', files: /^RunCompletionStatus\.xml$/i },
  { name: 'Illumina marker texts', make: 'illumina', files: /complete(?:_Read\d)?\.txt$/i },
  { name: 'final_summary', make: 'nanopore', files: /^final_summary.*\.txt$/ },
  { name: 'MinKNOW report JSON', make: 'nanopore', files: /^report_.*\.json$/ },
  { name: 'MinKNOW report Markdown', make: 'nanopore', files: /^report.*\.md$/ },
  { name: 'MinKNOW sample sheet', make: 'nanopore', files: /^sample_sheet_.*\.csv$/ },
  { name: 'PacBio run metadata', make: 'pacbio', files: /^\d_\w+\/(?:metadata\/)?\.?m.*\.metadata\.xml$/ },
  { name: 'PacBio data sets', make: 'pacbio', files: /(?:subreadset|consensusreadset)\.xml$/ },
  { name: 'PacBio RS metadata', make: 'pacbio', files: /^[A-H]\d\d_\d\/.*\.metadata\.xml$/ },
  { name: 'Element RunParameters.json', make: 'element', files: /^RunParameters\.json$/ },
  { name: 'Element RunUploaded.json', make: 'element', files: /^RunUploaded\.json$/ },
  { name: 'Ultima LibraryInfo.xml', make: 'ultima', files: /_LibraryInfo\.xml$/ },
  { name: 'Ultima UploadCompleted.json', make: 'ultima', files: /^UploadCompleted\.json$/ },
]

/** A fault found; `input` is the file that led to it. */
export type Found = { index: number; folder: string; file: string; what: string; input: Uint8Array }

/**
 * Reads `inputs` changed files, or as many as `until` allows, and stops at the first fault. Half of them stand alone in
 * their folder, half among the files that belong to them. The same seed gives the same inputs.
 */
export function fuzz(
  parser: Parser,
  { inputs, seed, until = Number.POSITIVE_INFINITY }: { inputs: number; seed: number; until?: number },
): { read: number; found: Found | null } {
  const read = parser.read ?? sequencers[parser.make].read
  const targets = targetsOf(parser)
  const kind = targets.map(({ content }) => content)
  const random = randomFrom(seed)
  for (let index = 0; index < inputs; index++) {
    if (index % 256 === 0 && Date.now() > until) return { read: index, found: null }
    const { folder, files, file, content } = oneOf(targets, random)
    const input = mutate(content, kind, random)
    const given = random() < 0.5 ? { [file]: input } : { ...files, [file]: input }
    const what = faultIn(() => read(memoryFolder(folder, given)))
    if (what !== null) return { read: index + 1, found: { index, folder, file, what, input } }
  }
  return { read: inputs, found: null }
}

type Target = { folder: string; files: Record<string, Uint8Array>; file: string; content: Uint8Array }

function targetsOf({ name, make, files: wanted }: Parser): [Target, ...Target[]] {
  const targets = runFixtures(make).flatMap(({ name: folder, path }) => {
    const files = allFilesIn(path)
    return Object.entries(files)
      .filter(([file, content]) => wanted.test(file) && content.length > 0)
      .map(([file, content]): Target => ({ folder, files, file, content }))
  })
  const [first, ...others] = targets
  if (first === undefined) throw new Error(`no fixture has a file for ${name}`)
  return [first, ...others]
}

/** What is wrong with an answer, whatever was asked; null where nothing is. */
function faultIn(read: () => RunReading): string | null {
  let reading: RunReading
  try {
    reading = read()
  } catch (thrown) {
    return `it threw ${thrown instanceof Error ? thrown.stack : thrown}`
  }
  const { run, completion, problems } = reading
  const { state, ended, enough, missing } = completion
  const record = RunFacts.safeParse(run)
  if (!record.success) return `its record is not valid: ${record.error.message}`
  if (run.status !== state) return `the run is ${run.status}, its completion ${state}`
  if (ended && (missing.length > 0 || enough)) return `it has ended, and still awaits ${missing}`
  if (enough && missing.length === 0) return 'something is missing, but nothing is named'
  if ((ended || enough) && state === 'in_progress') return 'it may be taken, and is still in progress'
  if (problems.some(({ found }) => found.length > LONGEST)) return 'a problem is a page long'
  const long = Object.entries(run).find(([, value]) => typeof value === 'string' && value.length > LONGEST)
  if (long !== undefined) return `${long[0]} has ${String(long[1]).length} characters`
  if (Object.keys({}.constructor.prototype).length > 0 || 'a' in {}) return 'every object has a new member'
  return null
}

/** Characters that a person can be shown at once. */
const LONGEST = 4000

/** A seed nobody chose. */
export const anySeed = (random: Random = Math.random): number => below(2 ** 31, random)
