/** Do the files speak of this run, and of one run? What they agree on is taken, what they do not is a problem. */
import { type Problem, problem } from '../../problems.ts'
import type { Stamp } from '../../record/time.ts'
import type { Sourced } from '../facts.ts'
import type { Account, Told } from './account.ts'
import { movieOf, RUN_FOLDER } from './names.ts'

export type Known<T> = Sourced<T> | null

/** The files of this run, and problems with those that are not. */
export function ownAccounts(
  folderName: string,
  accounts: readonly Account[],
): { own: Account[]; problems: Problem[] } {
  const named = RUN_FOLDER.test(folderName)
  const problems: Problem[] = []
  const own = accounts.filter(({ file, runFolder, collections }) => {
    if (named && runFolder !== null && !folderName.toLowerCase().startsWith(runFolder.toLowerCase())) {
      const found = `it is of the run ${runFolder}, and this folder is ${folderName}`
      problems.push(problem('run-folder.ids-disagree', found, { file }))
      return false
    }
    const movie = movieOf(file)
    const told = collections.map((one) => one.movie).filter((one) => one !== null)
    if (movie !== null && told.length > 0 && !told.includes(movie)) {
      problems.push(
        problem('run-folder.ids-disagree', `it is of the movie ${told[0]}, not ${movie}`, { file }),
      )
      return false
    }
    return true
  })
  const [first] = own
  const given = agreedOn(own, (one) =>
    one.runFolder === null ? null : { value: one.runFolder, at: 'TimeStampedName' },
  )
  if (given.is === 'disagreed') problems.push(disagreement('the run', given.told))
  else if (first && given.is === 'agreed' && given.known.value !== folderName) {
    const found = `the instrument named it ${given.known.value}`
    problems.push(problem('run-folder.renamed', found, { file: given.known.from.file }))
  }
  return { own, problems }
}

/** One fact over all files. Two values for it are a problem, and then nothing else may stand in for it. */
export function agreed<T extends string | Stamp>(
  what: string,
  accounts: readonly Account[],
  pick: (account: Account) => Told<T>,
  problems: Problem[],
): { known: Known<T>; disagreed: boolean } {
  const verdict = agreedOn(accounts, pick)
  if (verdict.is === 'disagreed') problems.push(disagreement(what, verdict.told))
  return { known: verdict.is === 'agreed' ? verdict.known : null, disagreed: verdict.is === 'disagreed' }
}

/** The one value all that tell one tell; null where they differ, which for this fact is no fault. */
export function shared<T>(values: ReadonlyArray<T | null>): T | null {
  const told = [...new Set(values.filter((one) => one !== null))]
  return told.length === 1 ? (told[0] ?? null) : null
}

type Verdict<T> =
  | { is: 'silent' }
  | { is: 'agreed'; known: NonNullable<Known<T>> }
  | { is: 'disagreed'; told: Array<{ file: string; text: string }> }

function agreedOn<T extends string | Stamp>(
  accounts: readonly Account[],
  pick: (account: Account) => Told<T>,
): Verdict<T> {
  const told = accounts.flatMap((account) => {
    const one = pick(account)
    return one === null ? [] : [{ value: one.value, from: { file: account.file, at: one.at } }]
  })
  const [first] = told
  if (first === undefined) return { is: 'silent' }
  if (told.every((one) => textOf(one.value) === textOf(first.value))) return { is: 'agreed', known: first }
  return { is: 'disagreed', told: told.map((one) => ({ file: one.from.file, text: textOf(one.value) })) }
}

function disagreement(what: string, told: ReadonlyArray<{ file: string; text: string }>): Problem {
  const [first] = told
  const other = told.find((one) => one.text !== first?.text)
  const found = `${what} is ${other?.text} here, and ${first?.text} in ${first?.file}`
  return problem('run-folder.ids-disagree', found, { file: other?.file ?? null })
}

const textOf = (value: string | Stamp): string =>
  typeof value === 'string' ? value : (value.instant ?? value.local ?? '')
