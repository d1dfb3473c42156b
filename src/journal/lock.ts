/** One daemon on one state folder: a lock that the kernel lets go of, whichever way its holder ends. */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../result.ts'

export type StateLock = { release(): void }
export type LockFault = { why: 'held' | 'unusable'; file: string; detail: string }

const SQLITE_BUSY = 5

export const lockFile = (folder: string): string => join(folder, 'runherald.lock')

/** Takes the lock of a state folder, which must exist. `held`: another process has it. */
export function lockState(folder: string): Result<StateLock, LockFault> {
  const file = lockFile(folder)
  try {
    closeSync(openSync(file, 'a', 0o600))
    // SQLite is the only program here that can ask the kernel for a lock; the file itself stays empty.
    const db = new DatabaseSync(file, { timeout: 0 })
    try {
      db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE')
    } catch (thrown) {
      db.close()
      throw thrown
    }
    return ok({ release: () => db.close() })
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown)
    const isHeld = (thrown as { errcode?: unknown }).errcode === SQLITE_BUSY
    return err({ why: isHeld ? 'held' : 'unusable', file, detail })
  }
}
