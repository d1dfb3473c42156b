/** Names that lie among people's and instruments' files but mean nothing: temporaries, locks, leavings of desktops. */
import { basename, matchesGlob, relative } from 'node:path'

const EXACT = new Set(['.ds_store', 'thumbs.db', 'desktop.ini'])
const BEGINNINGS = ['._', '~$', '.~lock.', '.nfs', '.smbdelete', '.fuse_hidden']
const ENDINGS = /(?:~|\.(?:tmp|part|partial|filepart|crdownload|swp))$/i
/** rsync writes `.NAME.XXXXXX` first and renames it. PacBio's hidden `.m….metadata.xml` ends otherwise. */
const RSYNC_TEMPORARY = /^\..+\.[A-Za-z0-9]{6}$/

/** Is this name, of a file or a folder, junk? Folders may end in `/`. */
export function isJunk(entry: string): boolean {
  const name = entry.endsWith('/') ? entry.slice(0, -1) : entry
  return (
    EXACT.has(name.toLowerCase()) ||
    BEGINNINGS.some((beginning) => name.startsWith(beginning)) ||
    ENDINGS.test(name) ||
    RSYNC_TEMPORARY.test(name)
  )
}

/** Could a folder of this name be a run folder, or hold some? Not if it is hidden, the file system's, a copy under way. */
export const mayBeRunFolder = (name: string): boolean =>
  !/^[.@$]/.test(name) &&
  name !== 'lost+found' &&
  name !== 'System Volume Information' &&
  !/[._-]copying$/i.test(name) &&
  !isJunk(name)

/** In a drop folder, also where a file stands in the place of a folder of ours. */
const OURS = new Set(['readme.txt', 'done', 'needs-fixing', '_status'])
/** What Excel writes first and renames, as `3F2A1000`; and what copying programs do, as `plate.csv.AbC123`. */
const SHEET_TEMPORARY = /^[0-9A-F]{8}$|\.[a-z]{3,4}\.[A-Za-z0-9]{6}$/

/**
 * Could a file of this name be a sheet somebody dropped? Its content decides, whatever it is called: who drops a
 * picture is told what to do instead. The name only keeps out what nobody has dropped, and what is ours.
 */
export const mayBeSheet = (name: string): boolean =>
  !name.startsWith('.') && !OURS.has(name.toLowerCase()) && !SHEET_TEMPORARY.test(name) && !isJunk(name)

/** Is this path meant by a pattern to be ignored? One with a `/` is held against the path below the root, else the name. */
export const isMeant = (pattern: string, path: string, root: string): boolean =>
  matchesGlob(pattern.includes('/') ? relative(root, path) : basename(path), pattern)
