/** What the folding thread runs: SQLite's own checkpoint, by a connection of its own that writes nothing else. */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Folded } from './fold.ts'

let db: DatabaseSync | null = null

/** PASSIVE: whoever writes goes on, and what is still being read stays in the log. */
export default (file: string): Folded => {
  db ??= connect(file)
  const told = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
  return { log: Number(told?.['log']), folded: Number(told?.['checkpointed']) }
}

/** To a file that is there: an empty one in place of one taken away would hide that it is gone. */
function connect(file: string): DatabaseSync {
  const existing = pathToFileURL(file)
  existing.searchParams.set('mode', 'rw')
  return new DatabaseSync(existing)
}
