/** Whether each registry may be sent to. A paused registry changes no registration. */
import type { PauseReason, RegistryState } from '../record/registration.ts'
import type { Row, Store } from './store.ts'

export function registryState(store: Store, name: string): RegistryState | null {
  const row = store.get('SELECT * FROM registries WHERE name = ?', name)
  return row === undefined ? null : registryOf(row)
}

export const registryOf = (row: Row): RegistryState => ({
  name: String(row['name']),
  state: row['state'] as RegistryState['state'],
  reason: row['reason'] as PauseReason | null,
  since: String(row['since']),
})

/** Those that are not known yet are open. */
export function knowRegistries(store: Store, names: string[], now: Date): void {
  for (const name of names)
    store.run(
      "INSERT INTO registries (name, state, since) VALUES (?, 'open', ?) ON CONFLICT DO NOTHING",
      ...[name, now.toISOString()],
    )
}

/** True when it was not paused for this reason before. What an operator paused stays his. */
export function pauseRegistry(
  store: Store,
  name: string,
  reason: PauseReason,
  detail: string,
  now: Date,
  who: string = 'operator',
): boolean {
  const state = registryState(store, name)
  if (state?.reason === 'operator' || state?.reason === reason) return false
  // The first word on an outage stands: attempts that end later know less of why it began.
  if (state?.state === 'paused' && reason === 'away') return false
  put(store, name, 'paused', reason, detail, now, reason === 'operator' ? who : null)
  return true
}

/** True when it was paused. Only an operator opens what an operator paused. */
export function openRegistry(
  store: Store,
  name: string,
  by: 'probe' | 'operator',
  now: Date,
  who: string = 'operator',
): boolean {
  const state = registryState(store, name)
  if (state?.state !== 'paused' || (state.reason === 'operator' && by === 'probe')) return false
  put(store, name, 'open', null, by, now, by === 'operator' ? who : null)
  return true
}

function put(
  store: Store,
  name: string,
  state: RegistryState['state'],
  reason: PauseReason | null,
  detail: string,
  now: Date,
  who: string | null,
): void {
  const at = now.toISOString()
  store.run(
    `INSERT INTO registries (name, state, reason, detail, since) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET state = excluded.state, reason = excluded.reason,
       detail = excluded.detail, since = excluded.since`,
    ...[name, state, reason, detail, at],
  )
  store.run(
    'INSERT INTO events (at, event, registry, who, detail) VALUES (?, ?, ?, ?, ?)',
    ...[at, state === 'paused' ? 'registry.paused' : 'registry.opened', name, who],
    JSON.stringify({ reason, detail }),
  )
}
