/** Registrations as programs are shown them, on the command line and over HTTP alike. */
import type { RegistrationStory } from '../journal/journal.ts'
import type { SubjectRef } from '../record/registration.ts'

/** The subject's key is ours alone. */
export function shownRow<Row extends { subject: SubjectRef }>(
  row: Row,
): Omit<Row, 'subject'> & { subject: Omit<SubjectRef, 'key'> } {
  const { key: _, ...subject } = row.subject
  return { ...row, subject }
}

export const shownStory = ({ registration, revisions, receipt, ...others }: RegistrationStory) => ({
  registration: shownRow(registration),
  revisions: revisions.map(({ submission, ...row }) => ({
    ...shownRow(row),
    submission: shownRow(submission),
  })),
  receipt: receipt && shownRow(receipt),
  ...others,
})
