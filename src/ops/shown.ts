/** Registrations as programs are shown them, on the command line and over HTTP alike. */
import type { RegistrationRow, RegistrationStory } from '../journal/journal.ts'

/** The subject's key is ours alone. */
export function shownRow(row: RegistrationRow) {
  const { type, name, library, path } = row.subject
  return { ...row, subject: { type, name, library, path } }
}

export function shownStory({ registration, revisions, receipt, ...others }: RegistrationStory) {
  return {
    registration: shownRow(registration),
    revisions: revisions.map(({ submission, ...row }) => ({
      ...shownRow(row),
      submission: { ...submission, subject: shownRow(row).subject },
    })),
    receipt: receipt && { ...receipt, subject: shownRow(registration).subject },
    ...others,
  }
}
