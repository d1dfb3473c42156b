/** Which instrument it was: by its files and by the name of the folder, which must not contradict each other. */
import { type Problem, problem } from '../../problems.ts'
import type { Stamp } from '../../record/time.ts'
import type { Account } from './account.ts'
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
  const byType = type.known && (TYPES.get(type.known.value.toLowerCase()) ?? null)
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

/** Run/@InstrumentType, in any case. */
const TYPES = new Map([
  ['sequel', 'Sequel'],
  ['sequel2', 'Sequel II'],
  ['sequel2e', 'Sequel IIe'],
  ['revio', 'Revio'],
  ['vega', 'Vega'],
])

/** `64175e`: the first two digits are the series, an `e` behind makes a Sequel II a IIe. */
function modelOfSerial(serial: string): string | null {
  const [, series, extended] = /^(\d\d)\d{3}(e?)$/i.exec(serial) ?? []
  switch (series) {
    case '54':
      return 'Sequel'
    case '64':
      return extended ? 'Sequel IIe' : 'Sequel II'
    case '84':
      return 'Revio'
    case '21':
      return 'Vega'
    default:
      return null
  }
}

/** No RS names its kind. The RS II came in April 2013, and the RS was turned into one; `start` is an ISO instant. */
const modelOfRs = (start: string | null): string | null =>
  start === null ? null : start < '2013-04' ? 'RS' : 'RS II'
