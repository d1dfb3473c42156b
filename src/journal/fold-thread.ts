/** What the folding thread runs: SQLite's own checkpoint, by a connection of its own that writes nothing else. */
import { DatabaseSync } from 'node:sqlite'
import type { Folded } from './fold.ts'

let db: DatabaseSync | null = null

/** PASSIVE: whoever writes goes on, and what is still being read stays in the log. */
export default (file: string): Folded => {
  db ??= new DatabaseSync(file)
  const told = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
  return { log: Number(told?.['log']), folded: Number(told?.['checkpointed']) }
}
