/** Puts a sheet away once all is decided: into `done/` or `needs-fixing/`, never over another file, never a changed one. */
import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { type LoggedError, loggedError } from '../events.ts'
import { err, ok, type Result } from '../result.ts'
import { makeFolder } from './make-folder.ts'
import { withEnd } from './write-report.ts'

/** changed: it is to be judged anew. absent: somebody took it. refused: the disk says no for now; try again later. */
type MoveFault = { why: 'changed' | 'absent' | 'refused'; error: LoggedError }

/** What was judged: these bytes, or, where they were not read to their end, a file of which the disk says this. */
type Judged = { sha256: string } | { isStill(stats: Stats): boolean }

/**
 * Moves the sheet at `path` in or below the drop folder `folder`; gives its new path.
 * What is not what was judged stays where it is.
 */
export async function moveAway(
  path: string,
  { folder, to, ...judged }: { folder: string; to: 'done' | 'needs-fixing' } & Judged,
): Promise<Result<string, MoveFault>> {
  const home = join(folder, to)
  try {
    if (!(await liesAt(path, judged))) return changed()
    // Where people mend it, it already lies.
    if (dirname(path) === home) return ok(path)
    await makeFolder(home)
    const target = await freeName(home, path.slice(dirname(path).length + 1))
    await rename(path, target)
    if (await liesAt(target, judged)) return ok(target)
    await putBack(target, path)
    return changed()
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === undefined) throw thrown
    return err({ why: code === 'ENOENT' ? 'absent' : 'refused', error: loggedError(thrown) })
  }
}

const changed = (): Result<never, MoveFault> =>
  err({
    why: 'changed',
    error: { name: 'Error', code: null, message: 'the sheet has changed since it was judged' },
  })

/** The first of `plate.csv`, `plate~2.csv`, `plate~3.csv` … that is free; the ending stays, since people open by it. */
async function freeName(folder: string, name: string): Promise<string> {
  const ending = extname(name)
  const stem = name.slice(0, name.length - ending.length)
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : withEnd(stem, `~${number}${ending}`))
    if (await isFree(path)) return path
  }
}

async function isFree(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return false
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw thrown
  }
}

/** Somebody saved over it in the very moment: it goes back, unless there is a newer one in its place by now. */
async function putBack(from: string, to: string): Promise<void> {
  try {
    // A second name never replaces a file, as a rename would.
    await link(from, to)
    await unlink(from)
  } catch (thrown) {
    // Windows shares know no second names.
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST' && (await isFree(to))) await rename(from, to)
  }
}

/** No sheet that was read is larger. */
const MOST_BYTES = 64 * 1024 * 1024

/** Is what lies there what was judged? Throws where it is no file. */
async function liesAt(path: string, judged: Judged): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw Object.assign(new Error('it is not a file'), { code: 'EINVAL' })
    if ('isStill' in judged) return judged.isStill(stats)
    return stats.size <= MOST_BYTES && (await hashOf(file)) === judged.sha256
  } finally {
    await file.close()
  }
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk)
  return hash.digest('hex')
}
