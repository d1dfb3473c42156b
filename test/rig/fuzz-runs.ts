/** What is parsed in run folders, and what the answer of every reader must be, whatever lies in the folder. */
import { RunFacts, type RunReading } from '../../src/record/run.ts'
import { sequencers } from '../../src/sequencers/index.ts'
import { memoryFolder } from './folders.ts'
import type { Parser, Target } from './fuzz.ts'
import { allFilesIn, runFixtures } from './run-fixtures.ts'

/** What is parsed, and the files it is, by their path in the run folder; of a make without a line here, all its marks. */
const FILES: Array<[name: string, make: keyof typeof sequencers, files: RegExp]> = [
  ['RunInfo.xml', 'illumina', /^RunInfo\.xml$/i],
  ['RunParameters.xml', 'illumina', /^RunParameters\.xml$/i],
  ['RunCompletionStatus.xml', 'illumina', /^RunCompletionStatus\.xml$/i],
  ['Illumina marker texts', 'illumina', /complete(?:_Read\d)?\.txt$/i],
  ['final_summary', 'nanopore', /^final_summary.*\.txt$/],
  ['MinKNOW report JSON', 'nanopore', /^report_.*\.json$/],
  ['MinKNOW report Markdown', 'nanopore', /^report.*\.md$/],
  ['sample sheet of MinKNOW in its run folder', 'nanopore', /^sample_sheet_.*\.csv$/],
  ['PacBio run metadata', 'pacbio', /^\d_\w+\/(?:metadata\/)?\.?m.*\.metadata\.xml$/],
  ['PacBio data sets', 'pacbio', /(?:subreadset|consensusreadset)\.xml$/],
  ['PacBio RS metadata', 'pacbio', /^[A-H]\d\d_\d\/.*\.metadata\.xml$/],
  ['Element RunParameters.json', 'element', /^RunParameters\.json$/],
  ['Element RunUploaded.json', 'element', /^RunUploaded\.json$/],
  ['Ultima LibraryInfo.xml', 'ultima', /_LibraryInfo\.xml$/],
  ['Ultima UploadCompleted.json', 'ultima', /^UploadCompleted\.json$/],
]

const makes = Object.keys(sequencers) as Array<keyof typeof sequencers>

export const runParsers: Parser[] = [
  ...FILES.map(([name, make, files]) => parser(name, make, (file) => files.test(file))),
  ...makes
    .filter((make) => !FILES.some(([, of]) => of === make))
    .map((make) =>
      parser(`the marks of ${make}`, make, (file, files) =>
        sequencers[make].marks(memoryFolder('', files)).includes(file),
      ),
    ),
]

type Wanted = (file: string, files: Record<string, Uint8Array>) => boolean

function parser(name: string, make: keyof typeof sequencers, wanted: Wanted): Parser {
  return { name, of: make, targets: () => targetsOf(make, wanted) }
}

/** Half of the changed files stand alone in their folder, half among the files that belong to them. */
function targetsOf(make: keyof typeof sequencers, wanted: Wanted): Target[] {
  return runFixtures(make).flatMap(({ name: folder, path }) => {
    const files = allFilesIn(path)
    return Object.entries(files)
      .filter(([file, content]) => wanted(file, files) && content.length > 0)
      .map(
        ([file, content]): Target => ({
          from: `${folder}/${file}`,
          content,
          faultIn(input, random) {
            const given = random() < 0.5 ? { [file]: input } : { ...files, [file]: input }
            return faultInRun(sequencers[make].read(memoryFolder(folder, given)))
          },
        }),
      )
  })
}

function faultInRun({ run, completion, problems }: RunReading): string | null {
  const { state, ended, enough, missing } = completion
  const record = RunFacts.safeParse(run)
  if (!record.success) return `its record is not valid: ${record.error.message}`
  if (run.status !== state) return `the run is ${run.status}, its completion ${state}`
  if (ended && (missing.length > 0 || enough)) return `it has ended, and still awaits ${missing}`
  if (enough && missing.length === 0) return 'something is missing, but nothing is named'
  if ((ended || enough) && state === 'in_progress') return 'it may be taken, and is still in progress'
  if (problems.some(({ found }) => found.length > LONGEST)) return 'a problem is a page long'
  const long = Object.entries(run).find(([, value]) => typeof value === 'string' && value.length > LONGEST)
  return long === undefined ? null : `${long[0]} has ${String(long[1]).length} characters`
}

/** Characters that a person can be shown at once. */
const LONGEST = 4000
