/** Registrations as they are listed: the rows, and which revision of each stands for it. */
import type { Reason, State } from '../record/registration.ts'
import { decidedOf, subjectOf } from './decided.ts'
import type { RegistrationRow } from './journal.ts'
import type { Row } from './store.ts'

export const REGISTRATIONS = `
  SELECT id, registry, kind, subject, decided FROM registrations JOIN revisions ON registration = id`

/** An older revision that the newest waits for is what a person must look at. */
export const STANDS_BEHIND = `
  OR (state IN ('sending', 'unknown', 'held') AND EXISTS (
    SELECT 1 FROM revisions AS newer
    WHERE newer.registration = id AND newer.revision = newest AND newer.reason = 'previous-revision'))`

export function rowOf(row: Row): RegistrationRow {
  const { revision, state, reason, since, nextTry, attempts, remoteIds } = decidedOf(row)
  return {
    id: String(row['id']),
    registry: String(row['registry']),
    kind: String(row['kind']),
    subject: subjectOf(row),
    ...{ revision, state: state satisfies State, reason: reason satisfies Reason | null, since },
    ...{ nextTry, attempts, remoteIds },
  }
}
