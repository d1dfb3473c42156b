/** A few words for who opens an empty drop folder for the first time. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LoggedError, loggedError } from '../events.ts'
import { err, ok, type Result } from '../result.ts'
import { shareAs } from './make-folder.ts'

const WORDS = `Put your sample sheets here, as CSV files.

runherald reads each sheet and registers what it names. A few seconds after you have copied a sheet here,
open the file of the same name in

  _status        what became of your sheet: was anything sent, and what must you do?

When everything is decided, the sheet itself goes to

  done           all of it is registered; you need not do anything
  needs-fixing   something has to be corrected: mend the file right there and save it, and it is read again

Your sheets are never changed and never deleted.
`

/** Writes README.txt where nothing lies yet; true when it was written. */
export async function writeReadme(folder: string): Promise<Result<boolean, LoggedError>> {
  try {
    if ((await readdir(folder)).length > 0) return ok(false)
    const readme = join(folder, 'README.txt')
    await writeFile(readme, WORDS.replaceAll('\n', '\r\n'), { flag: 'wx' })
    await shareAs(folder, readme)
    return ok(true)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === undefined) throw thrown
    return err(loggedError(thrown))
  }
}
