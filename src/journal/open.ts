/** Opens the journal's file, brings it to this version's shape, or says why it cannot be used. */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Decide } from '../decision.ts'
import { err, ok, type Result } from '../result.ts'
import { foldInThread, TOO_LONG_PAGES } from './fold.ts'
import type { Journal } from './journal.ts'
import { isForbidden } from './lock.ts'
import { createReader } from './read.ts'
import { APPLICATION_ID, STEPS } from './schema.ts'
import { createStore } from './store.ts'
import { createWriter } from './write.ts'

/**
 * Why a journal cannot be used. `absent`: there is none, and never was one here. `missing`: there was one.
 * `older`: written by an earlier version of this program, and not to be changed by this opening. `newer`: by a later one.
 * `forbidden`: this user may not. The rest is the disk's or the file system's.
 */
export type JournalFault = {
  why: 'absent' | 'missing' | 'damaged' | 'older' | 'newer' | 'busy' | 'forbidden' | 'unusable'
  file: string
  detail: string
}

/** Checking every page of a larger file would hold up each start; damage then shows where it is met. */
const CHECKED_WHOLE_BYTES = 32 * 1024 * 1024
const BUSY_MS = 5000
const SQLITE = { busy: 5, corrupt: 11, notADatabase: 26 }

/**
 * Opens the journal at `file`, which is made where none was before.
 *
 * A marker beside it remembers that there was one, so that a vanished journal is a fault and never an empty one in
 * silence. `readOnly` changes nothing and works beside a running daemon. `expectExisting` never makes one, nor brings
 * one of an earlier version forward.
 */
export async function openJournal(
  file: string,
  options: {
    decide: Decide
    readOnly?: boolean
    expectExisting?: boolean
    /** The disk no longer takes or gives what is in it: called once. */
    onBroken?: (thrown: unknown) => void
  },
): Promise<Result<Journal, JournalFault>> {
  const { decide, readOnly = false, expectExisting = false, onBroken } = options
  const fault = (why: JournalFault['why'], detail: string) => err({ why, file, detail })
  const size = sizeOf(file)
  if (size === 'forbidden') return fault('forbidden', 'this user may not look into its folder')
  const marked = existsSync(markerOf(file)) || existsSync(firstMarkerOf(file))
  if (size === null && marked)
    return fault('missing', `the file is gone (${basename(markerOf(file))} remembers it)`)
  if (size === 0 && marked) return fault('damaged', 'the file is empty')
  if (size === null && (readOnly || expectExisting)) return fault('absent', 'there is no journal here yet')
  let db: DatabaseSync | null = null
  try {
    db = connect(file, readOnly)
    const unusable = inspect(db, file, { size: size ?? 0, mayBeOlder: !readOnly && !expectExisting })
    if (unusable !== null) {
      db.close()
      return err(unusable)
    }
    if (!readOnly) {
      migrate(db, file, STEPS)
      mark(file)
      // From here on, syncing what was committed is the store's.
      db.exec('PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY')
      db.exec(`PRAGMA wal_autocheckpoint = ${TOO_LONG_PAGES}`)
    }
  } catch (thrown) {
    if (db?.isOpen) db.close()
    return err(faultOf(thrown, file))
  }
  const log = logBeside(file)
  const folding = foldInThread(file)
  const store = createStore(db, {
    ...{ sync: log.sync, committed: folding.committed },
    ...(onBroken && { onBroken }),
  })
  const writer = createWriter(store, db, decide)
  const close = async () => {
    await store.drained()
    // Whoever closes last puts the log away: that is the connection that writes.
    await folding.close()
    await writer.close().finally(log.close)
  }
  return ok({ ...createReader(store), ...writer, close })
}

/**
 * The file into which SQLite writes what is committed. Its own sync would hold up the whole program, so it is left to
 * sync no more than the order of its files asks for, and this puts each commit on disk, in a thread of its own.
 */
function logBeside(file: string): { sync(): Promise<void>; close(): Promise<void> } {
  let log: Promise<FileHandle> | null = null
  return {
    async sync() {
      log ??= open(`${file}-wal`)
      await (await log).datasync()
    },
    close: async () => (await log?.catch(() => null))?.close(),
  }
}

/** Beside the journal from its first day on; hidden, so that `rm journal.sqlite*` and `rm *` leave it. */
export const markerOf = (file: string): string => join(dirname(file), `.${basename(file)}-was-here`)

/** Where version 0.1.0 before its release had the marker, in the way of `rm journal.sqlite*`. */
const firstMarkerOf = (file: string): string => `${file}.exists`

function connect(file: string, readOnly: boolean): DatabaseSync {
  if (readOnly) return new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS })
  // Made by us first, so that nobody else may ever read it, whatever the umask.
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return db
}

/** What forbids using it, as far as a look at it tells. */
function inspect(
  db: DatabaseSync,
  file: string,
  { size, mayBeOlder }: { size: number; mayBeOlder: boolean },
): JournalFault | null {
  const version = numberOf(db, 'user_version')
  const application = numberOf(db, 'application_id')
  if (version > STEPS.length)
    return {
      why: 'newer',
      file,
      detail: `it has version ${version}, and this runherald knows versions up to ${STEPS.length}`,
    }
  if (version > 0 && application !== APPLICATION_ID)
    return { why: 'unusable', file, detail: 'it belongs to another program' }
  // A daemon of that version may be at work on it.
  if (version < STEPS.length && !mayBeOlder)
    return { why: 'older', file, detail: 'the daemon brings it forward at its next start' }
  if (size === 0 || size > CHECKED_WHOLE_BYTES) return null
  const checked = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  return checked === 'ok' ? null : { why: 'damaged', file, detail: String(checked).split('\n')[0] ?? '' }
}

/** Takes the missing steps in one transaction, after a copy of what was there was put beside it. */
export function migrate(db: DatabaseSync, file: string, steps: readonly string[]): void {
  const version = numberOf(db, 'user_version')
  if (version >= steps.length) return
  const copy = `${file}.version-${version}`
  if (version > 0 && !existsSync(copy)) {
    db.prepare('VACUUM INTO ?').run(copy)
    // As the journal itself, it is for nobody else to read.
    chmodSync(copy, 0o600)
  }
  db.exec('BEGIN EXCLUSIVE')
  try {
    // Another process may have taken them while this one waited.
    for (const step of steps.slice(numberOf(db, 'user_version'))) db.exec(step)
    db.exec(`PRAGMA user_version = ${steps.length}; PRAGMA application_id = ${APPLICATION_ID}`)
    db.exec('COMMIT')
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}

const numberOf = (db: DatabaseSync, pragma: 'user_version' | 'application_id'): number =>
  Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0)

function mark(file: string): void {
  if (existsSync(markerOf(file))) return
  for (const [path, flags] of [
    [markerOf(file), 'w'],
    [dirname(file), 'r'],
  ] as const) {
    const opened = openSync(path, flags, 0o600)
    fsyncSync(opened)
    closeSync(opened)
  }
  rmSync(firstMarkerOf(file), { force: true })
}

/** Null where there is none. */
function sizeOf(file: string): number | null | 'forbidden' {
  try {
    return statSync(file).size
  } catch (thrown) {
    return isForbidden((thrown as NodeJS.ErrnoException).code) ? 'forbidden' : null
  }
}

function faultOf(thrown: unknown, file: string): JournalFault {
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  const { errcode, code } = thrown as { errcode?: unknown; code?: unknown }
  const primary = typeof errcode === 'number' ? errcode & 0xff : null
  if (primary === SQLITE.busy) return { why: 'busy', file, detail }
  if (primary === SQLITE.corrupt || primary === SQLITE.notADatabase) return { why: 'damaged', file, detail }
  // SQLite only says that it cannot open the file.
  if (isForbidden(code) || mayNotRead(file)) return { why: 'forbidden', file, detail }
  return { why: 'unusable', file, detail }
}

function mayNotRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return false
  } catch (thrown) {
    return isForbidden((thrown as NodeJS.ErrnoException).code)
  }
}
