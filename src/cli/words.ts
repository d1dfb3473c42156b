/** The words of the command line for subjects, sheets and times; those of states and reasons are the status page's. */
import { count } from '../feedback/numbers.ts'
import type { State } from '../record/registration.ts'

export const stateColour = (state: State): 'green' | 'red' | 'yellow' | 'dim' | 'cyan' => {
  if (state === 'registered') return 'green'
  if (state === 'refused' || state === 'held') return 'red'
  if (state === 'unknown') return 'yellow'
  return state === 'superseded' || state === 'abandoned' ? 'dim' : 'cyan'
}

/** What a registration is called: the run, library or batch. */
export const subjectWords = (subject: { type: string; name: string; library: string | null }): string =>
  subject.type === 'run' && subject.library !== null
    ? `run ${subject.name} in library ${subject.library}`
    : `${subject.type} ${subject.name}`

/** `a sheet (registration) of 96 samples, with errors`; where its errors kept every sample from being read, of none. */
export const sheetWords = (format: string, samples: number, valid: boolean): string =>
  `a sheet (${format})${samples === 0 ? '' : ` of ${count(samples, 'sample')}`}${valid ? '' : ', with errors'}`

/** What begins a sentence, as it stands in the middle of one. */
export const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** `2026-03-03 16:41`, local to whoever reads it: as Swedes write it. */
export const shortTime = (instant: string | null): string =>
  instant === null ? '' : new Date(instant).toLocaleString('sv').slice(0, 16)
