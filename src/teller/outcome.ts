/** What became of one library or batch, as its registrations tell. */
import type { Outcome, ReportedSubject } from '../feedback/report.ts'
import type { RegistrationRow, RegistrationStory } from '../journal/journal.ts'
import type { State } from '../record/registration.ts'

/** It goes on by itself. */
export const GOING_ON: readonly State[] = ['waiting', 'queued', 'sending', 'unknown']
const NEEDS_A_PERSON: State[] = ['refused', 'held']

/** `stands`: errors of the sheet stop it, a newer sheet counts for it, or (null) what is registered is what it says. */
export function outcomeOf(rows: RegistrationRow[], stands: 'blocked' | 'replaced' | null): Outcome {
  if (stands !== null) return stands
  const states = rows.map(({ state }) => state)
  if (states.length === 0) return 'unwanted'
  if (states.some((state) => NEEDS_A_PERSON.includes(state))) return 'attention'
  if (states.some((state) => GOING_ON.includes(state))) return 'under-way'
  return states.includes('registered') ? 'registered' : 'ended'
}

/** How much of a subject has left, counted by its registrations. */
export function sentOf(stories: RegistrationStory[]): ReportedSubject['sent'] {
  const left = stories.filter(hasLeft).length
  if (left === 0) return 'none'
  return left === stories.length ? 'all' : 'part'
}

/** Has its newest revision left for the registry? An attempt of which not one byte went has not. */
export const hasLeft = ({ registration, attempts }: RegistrationStory): boolean =>
  registration.state === 'registered' ||
  attempts.some(
    (one) => one.revision === registration.revision && one.purpose === 'send' && one.outcome !== 'not-sent',
  )
