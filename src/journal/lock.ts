/**
 * One daemon on one state folder, or one that watches beside one that sends: a lock for each part, that the kernel lets
 * go of whichever way its holder ends.
 */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '../result.ts'

export type Part = 'work' | 'watch'
type StateLock = { release(): void }
export type LockFault = { why: 'held' | 'forbidden' | 'unusable'; file: string; detail: string }

const SQLITE_BUSY = 5
const NAMES: Record<Part, string> = { work: 'runherald.lock', watch: 'runherald-watch.lock' }

export const PARTS: readonly Part[] = ['work', 'watch']
export const LOCK_NAMES: readonly string[] = Object.values(NAMES)
export const lockFile = (folder: string, part: Part): string => join(folder, NAMES[part])

/** Does this code of the operating system say that the user may not? */
export const isForbidden = (code: unknown): boolean => code === 'EACCES' || code === 'EPERM'

/** Takes the locks of these parts of a state folder, which must exist, or none. `held`: another process has one of them. */
export function lockState(folder: string, parts: readonly Part[] = PARTS): Result<StateLock, LockFault> {
  const taken: StateLock[] = []
  const release = () => {
    for (const one of taken) one.release()
  }
  for (const part of parts) {
    const lock = take(lockFile(folder, part))
    if (!lock.ok) {
      release()
      return lock
    }
    taken.push(lock.value)
  }
  return ok({ release })
}

function take(file: string): Result<StateLock, LockFault> {
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
    const { errcode, code } = thrown as { errcode?: unknown; code?: unknown }
    const why = errcode === SQLITE_BUSY ? 'held' : isForbidden(code) ? 'forbidden' : 'unusable'
    return err({ why, file, detail })
  }
}
