/** Revisions that want a job: due or not, at registries that are open, with nothing on the wire. */
import type { Wake } from '../decision.ts'
import type { Row, Store } from './store.ts'

const WAKES = `
  SELECT registration, registrations.registry, revision, decided ->> '$.wake' AS wake, next_try
  FROM revisions JOIN registrations ON id = registration
  WHERE (state IN ('queued', 'unknown') OR (state = 'waiting' AND reason = 'grace')) AND on_wire IS NULL
    AND NOT EXISTS (SELECT 1 FROM registries WHERE name = registrations.registry AND registries.state = 'paused')`

/** As `JournalWriter.due` says. */
export const wakesDue = (store: Store, until: Date, doubtful: Date): Wake[] => [
  ...store.all(`${WAKES} AND (next_try IS NULL OR next_try <= ?)`, until.toISOString()).map(wakeOf),
  ...store
    .all(`${WAKES} AND next_try > ? AND reason IS NOT 'grace'`, doubtful.toISOString())
    .map((row) => ({ ...wakeOf(row), at: null })),
]

export const wakesOf = (store: Store, ids: string[]): Wake[] =>
  ids.flatMap((id) => store.all(`${WAKES} AND registration = ?`, id).map(wakeOf))

const wakeOf = (row: Row): Wake => ({
  id: String(row['registration']),
  registry: String(row['registry']),
  revision: Number(row['revision']),
  wake: Number(row['wake']),
  at: row['next_try'] === null ? null : String(row['next_try']),
})
