/** Oxford Nanopore: run folders as MinKNOW has written them since 2017, on any of its instruments. */
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { RunReading } from '../../record/run.ts'
import { factsOf } from '../facts.ts'
import type { Sequencer } from '../sequencer.ts'
import { completionOf, isFinalSummary } from './completion.ts'
import { accountOfName, isRunFolder, readFolderName, sheetsAmong } from './folder-name.ts'
import { gather, markFiles } from './gather.ts'
import { accountOfReads } from './read-names.ts'
import { timesOf } from './times.ts'
import { weigh } from './weigh.ts'

export const nanopore = {
  recognise: ({ name, names }) => isRunFolder(name, names),
  marks: ({ names }) => [...new Set([...markFiles(names), ...sheetsAmong(names)])],
  sheets: ({ names }) => sheetsAmong(names),
  read,
} satisfies Sequencer

/** The run is the protocol run: its id is MinKNOW's UUID, and a flow cell used again is another run. */
function read(folder: RunFolder): RunReading {
  // The oldest folders are named after their sample alone.
  const named = readFolderName(folder.name) === null ? accountOfReads(folder) : accountOfName(folder.name)
  const { accounts, unfinished, problems } = gather(folder)
  const weighed = weigh(named, accounts)
  // Files of several runs have no common start; a stranger's times are not this run's.
  const timed = weighed.mixed ? [] : weighed.members
  const { start, end, problems: timeProblems } = timesOf(timed, readFolderName(folder.name)?.pressed ?? null)
  const { completion, problems: endProblems } = completionOf(weighed, { names: folder.names, unfinished })

  const { name } = folder
  const byName = { value: name, from: { file: name, at: 'folder name' } }
  const facts = factsOf(
    {
      ...{ runId: name, folderName: name, instrumentMake: 'OXFORD_NANOPORE', status: completion.state },
      fullyCopied: weighed.members.some(isFinalSummary),
    },
    { runId: byName, folderName: byName, ...weighed.told, start, end },
  )
  return {
    ...facts,
    completion,
    problems: [
      ...problems,
      ...weighed.problems,
      ...timeProblems,
      ...endProblems,
      ...elsewhere(weighed.members.filter(({ filesElsewhere }) => filesElsewhere > 0)),
    ],
    test: [...weighed.members, named].some((one) => one.test) ? 'instrument-test' : null,
  }
}

const elsewhere = (accounts: ReadonlyArray<{ file: string; filesElsewhere: number }>): Problem[] =>
  accounts.map(({ file, filesElsewhere }) =>
    problem('run-folder.reads-elsewhere', `${filesElsewhere} files went to the fall-back folder`, { file }),
  )
