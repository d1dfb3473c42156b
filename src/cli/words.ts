/** The words of the command line for reasons, subjects, makes and times; those of states are the status page's. */
import { count } from '../feedback/numbers.ts'
import type { RegistrationRow } from '../journal/journal.ts'
import type { Reason, State } from '../record/registration.ts'

const WAITING: Record<string, string> = {
  'run-completion': 'the run to finish',
  sheet: 'a sample sheet',
  run: 'the run folder',
  grace: 'the time in which the sheet may still be corrected',
  'previous-revision': 'the revision before it',
}

/** What a submission waits for, as in "waits for …". */
export const reasonWords = (reason: Reason): string => {
  if (reason.startsWith('library ')) return `${reason} to be registered there first`
  return WAITING[reason] ?? HELD[reason] ?? REFUSED[reason] ?? reason
}

const HELD: Record<string, string> = {
  'unknown-outcome': 'it may or may not have arrived, please look in the registry',
  conflict: 'two sources disagree about it',
  amendment: 'it was registered before, and the sheet has changed since',
  partial: 'only a part of it was registered',
  'run-failed': 'the run failed, or its end cannot be told',
  'registry-fault': 'the registry has a fault of its own',
}

const REFUSED: Record<string, string> = {
  'by-registry': 'the registry will not take it as it is',
  'by-rule': "it does not meet the registry's rules",
}

export const stateColour = (state: State): 'green' | 'red' | 'yellow' | 'dim' | 'cyan' => {
  if (state === 'registered') return 'green'
  if (state === 'refused' || state === 'held') return 'red'
  if (state === 'unknown') return 'yellow'
  return state === 'superseded' || state === 'abandoned' ? 'dim' : 'cyan'
}

/** What a registration is called: the run, library or batch. */
export const subjectWords = ({ subject }: Pick<RegistrationRow, 'subject'>): string =>
  subject.type === 'run' && subject.library !== null
    ? `run ${subject.name} in library ${subject.library}`
    : `${subject.type} ${subject.name}`

/** `a sheet (registration) of 96 samples, with errors`; where its errors kept every sample from being read, of none. */
export const sheetWords = (format: string, samples: number, valid: boolean): string =>
  `a sheet (${format})${samples === 0 ? '' : ` of ${count(samples, 'sample')}`}${valid ? '' : ', with errors'}`

/** `2026-03-03 16:41`, local to whoever reads it. */
export function shortTime(instant: string | null): string {
  if (instant === null) return ''
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return instant
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`
}
