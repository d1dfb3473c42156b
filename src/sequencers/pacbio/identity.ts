/** Which instrument it was: by its files and by the name of the folder, which must not contradict each other. */
import { type Problem, problem } from '../../problems.ts'
import type { Stamp } from '../../record/time.ts'
import type { Account } from './account.ts'
import { modelOfRs, modelOfSerial, modelOfType } from './models.ts'
import { type Generation, RUN_FOLDER } from './names.ts'
import { agreed, type Known } from './weigh.ts'

export function identityOf(
  folderName: string,
  generation: Generation,
  accounts: readonly Account[],
  start: Stamp | null,
  problems: Problem[],
): { serial: Known<string>; model: Known<string> } {
  const serial = serialOf(folderName, accounts, problems)
  if (generation === 'rs') {
    const model = modelOfRs(start?.instant ?? null)
    const from = accounts[0] && { file: accounts[0].file, at: '/Metadata/Run/WhenStarted' }
    return { serial, model: model && from ? { value: model, from } : null }
  }
  const type = agreed('the instrument type', accounts, (one) => one.instrumentType, problems)
  const byType = type.known && modelOfType(type.known.value)
  const bySerial = serial && modelOfSerial(serial.value)
  if (type.disagreed) return { serial, model: null }
  if (type.known && byType) {
    if (!bySerial || bySerial === byType) return { serial, model: { value: byType, from: type.known.from } }
    const found = `the instrument calls itself ${type.known.value}, and its serial number ${serial.value} is of a ${bySerial}`
    problems.push(problem('run-folder.ids-disagree', found, { file: type.known.from.file }))
    return { serial, model: null }
  }
  return { serial, model: serial && bySerial ? { value: bySerial, from: serial.from } : null }
}

/** In a test of itself the instrument has a serial number that is not its own; then the folder's counts. */
function serialOf(folderName: string, accounts: readonly Account[], problems: Problem[]): Known<string> {
  const inName = RUN_FOLDER.exec(folderName)?.[1] ?? null
  const named = inName === null ? null : { value: inName, from: { file: folderName, at: 'folder name' } }
  const others = accounts.filter((one) => !one.instrumentTest)
  const { known: told, disagreed } = agreed('the instrument', others, (one) => one.serial, problems)
  if (disagreed) return null
  if (named === null || told === null) return told ?? named
  if (told.value.toLowerCase() === named.value.toLowerCase()) return told
  const found = `the instrument is ${told.value} here, and ${named.value} by the name of the folder`
  problems.push(problem('run-folder.ids-disagree', found, { file: told.from.file }))
  return null
}
