/** Tells a person which sources of one folder disagree, and on what. */
import { type Problem, problem } from '../../problems.ts'
import type { Account, ContestedFact } from './account.ts'

const WORDS: Record<ContestedFact, string> = {
  sequencingUuid: 'protocol run id',
  flowcellId: 'flow cell',
  flowcellType: 'flow cell product',
  kit: 'kit',
  instrumentSerial: 'instrument',
  position: 'position',
  experimentName: 'experiment',
  sampleId: 'sample',
}

/** Enough to see what is wrong; a folder can hold hundreds of files. */
const MOST_NAMED = 6

/** A file that fits neither flow cell nor run of the folder's name. */
export function ofAnotherRun(stranger: Account, named: Account): Problem {
  const { file } = stranger
  const found = `${file} is of ${identityOf(stranger)}, this folder's name of ${identityOf(named)}`
  return problem('run-folder.ids-disagree', found, { file })
}

/** Files of several runs among those that fit. */
export function ofSeveralRuns(members: readonly Account[]): Problem {
  const told = members.filter((one) => one.shortId !== null)
  const list = [...new Set(told.map(identityOf))].slice(0, MOST_NAMED).map((identity) => {
    const [first, ...more] = told.filter((one) => identityOf(one) === identity)
    return `${first?.file}${more.length === 0 ? ' is' : ` and ${more.length} more are`} of ${identity}`
  })
  return problem('run-folder.ids-disagree', list.join(', '))
}

/** Sources that agree on the run, but not on one fact of it. */
export function onOneFact(fact: ContestedFact, sources: readonly Account[]): Problem {
  const told = sources.flatMap((one) => {
    const value = one.facts[fact]?.value
    const where = one.kind === 'folder-name' ? "this folder's name" : one.file
    return value === undefined ? [] : [`${where} says ${WORDS[fact]} ${value}`]
  })
  return problem('run-folder.ids-disagree', told.slice(0, MOST_NAMED).join(', '))
}

/** A protocol run id that does not begin with the eight digits in the folder's name. */
export function onTheRunId(file: string, uuid: string, named: Account): Problem {
  const found = `${file} is of run ${uuid}, this folder's name of run ${named.shortId}`
  return problem('run-folder.ids-disagree', found, { file })
}

const identityOf = (account: Account): string =>
  [
    ...(account.shortId === null ? [] : [`run ${account.shortId}`]),
    ...(account.flowcellIds[0] === undefined ? [] : [`flow cell ${account.flowcellIds[0]}`]),
  ].join(' on ')
