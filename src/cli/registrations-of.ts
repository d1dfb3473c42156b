/** The registrations that a run folder or a sheet stands behind. */
import type { Reading } from '../handovers.ts'
import type { JournalReader, RegistrationRow } from '../journal/journal.ts'

/** Those made from this path; of a sheet also those of its libraries and batches that a run folder gave. */
export async function registrationsOf(
  journal: JournalReader | null,
  path: string,
  reading: Reading,
): Promise<RegistrationRow[]> {
  if (journal === null) return []
  if (reading.kind !== 'sample-sheet') return journal.registrations({ paths: [path] })
  const libraries = reading.reading.libraries.map((one) => one.name)
  const batches = reading.reading.batches.map((one) => one.name)
  return (await journal.registrations()).filter(
    ({ subject }) =>
      subject.path === path ||
      (subject.library !== null && libraries.includes(subject.library)) ||
      (subject.type === 'batch' && batches.includes(subject.name)),
  )
}
