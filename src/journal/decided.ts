/** What a decision is made of, as the journal has it: the registration with its revisions, and what holds beside it. */
import { basename } from 'node:path'
import type { Registration, Revision, Surroundings } from '../decision.ts'
import type { Submission } from '../handovers.ts'
import type { SubjectRef } from '../record/registration.ts'
import { registryState } from './registry-rows.ts'
import type { Row, Store } from './store.ts'

/** In `meta`: when the journal was last put back from a copy. */
export const RESTORED = 'restored'

/** Everything of one registration that decides; null when there is no such registration. */
export function load(store: Store, id: string): Registration | null {
  const rows = store.all(
    `SELECT registry, subject, decided FROM registrations LEFT JOIN revisions ON registration = id
     WHERE id = ? ORDER BY revision`,
    id,
  )
  const [row] = rows
  if (row === undefined) return null
  const revisions = rows.filter((one) => one['decided'] !== null).map(decidedOf)
  return { id, registry: String(row['registry']), subject: subjectOf(row), revisions }
}

export const decidedOf = (row: Row): Revision => JSON.parse(String(row['decided'])) as Revision
export const subjectOf = (row: Row): SubjectRef => JSON.parse(String(row['subject'])) as SubjectRef

/** What must hold beside the registration, as of this transaction. */
export function surroundingsOf(store: Store, registration: Registration, revision: Revision): Surroundings {
  const { id, registry } = registration
  const claimed = revision.claims.flatMap((claim) => {
    const row = store.get(
      `SELECT subject FROM claims JOIN registrations ON id = registration
       WHERE claims.registry = ? AND claim = ? AND registration <> ?`,
      ...[registry, claim, id],
    )
    return row === undefined ? [] : [{ claim, by: whereabouts(subjectOf(row)) }]
  })
  return {
    registryOpen: registryState(store, registry)?.state !== 'paused',
    claimed,
    library:
      revision.prerequisite === null ? 'elsewhere' : libraryState(store, registry, revision.prerequisite),
    restored: store.get('SELECT 1 FROM meta WHERE key = ?', RESTORED) !== undefined,
  }
}

/** What people call it, and the sheet it stands in. */
const whereabouts = ({ name, path }: SubjectRef): string =>
  path === null ? name : `${name} (${basename(path)})`

function libraryState(store: Store, registry: string, library: string): Surroundings['library'] {
  const states = store
    .all(
      `SELECT state FROM registrations JOIN revisions ON registration = id
       WHERE registry = ? AND type = 'library' AND name = ?`,
      registry,
      library,
    )
    .map((row) => row['state'])
  if (states.includes('registered')) return 'registered'
  return states.some((state) => state !== 'superseded' && state !== 'abandoned') ? 'pending' : 'elsewhere'
}

export const submissionOf = (store: Store, id: string, revision: number): Submission => {
  const row = store.get(
    'SELECT submission FROM submissions WHERE registration = ? AND revision = ?',
    id,
    revision,
  )
  return JSON.parse(String(row?.['submission'])) as Submission
}
