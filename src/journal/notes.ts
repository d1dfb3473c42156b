/** What is kept beside registrations: events nobody decided, when each root was scanned, single values by name. */
import type { EventRow } from './journal.ts'
import type { Store } from './store.ts'

export function note(
  store: Store,
  { event, registration, registry, who, detail }: Omit<EventRow, 'at'>,
  now: Date,
): void {
  store.run(
    'INSERT INTO events (at, event, registration, registry, who, detail) VALUES (?, ?, ?, ?, ?, ?)',
    ...[now.toISOString(), event, registration, registry, who, JSON.stringify(detail)],
  )
}

/** True the first time. */
export function rootScanned(store: Store, root: string, now: Date): boolean {
  const at = now.toISOString()
  const isFirst = store.get('SELECT 1 FROM roots WHERE root = ?', root) === undefined
  store.run(
    `INSERT INTO roots (root, first_scan, last_scan) VALUES (?, ?, ?)
     ON CONFLICT (root) DO UPDATE SET last_scan = excluded.last_scan`,
    ...[root, at, at],
  )
  return isFirst
}

export function getMeta(store: Store, key: string): string | null {
  const row = store.get('SELECT value FROM meta WHERE key = ?', key)
  return row === undefined ? null : String(row['value'])
}

export function setMeta(store: Store, key: string, value: string): void {
  store.run(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ...[key, value],
  )
}
