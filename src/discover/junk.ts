/** Names that lie among people's and instruments' files but mean nothing: temporaries, locks, leavings of desktops. */

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

/** Folders of a root that never are run folders, beside junk: hidden ones, the file system's own, copies under way. */
export const isNeverRunFolder = (name: string): boolean =>
  name.startsWith('.') ||
  name.startsWith('@') ||
  name.startsWith('$') ||
  name === 'lost+found' ||
  name === 'System Volume Information' ||
  /[._-]copying$/i.test(name)

/**
 * Could a file of this name be a sheet somebody dropped? Its content decides; the name only keeps out what is plainly
 * something else. Office files and archives count, so that the person is told what to do instead.
 */
export const mayBeSheet = (name: string): boolean =>
  /\.(?:csv|tsv|txt|tab|xls|xlsx|xlsm|xlsb|ods|numbers|zip|gz)$/i.test(name) &&
  !name.startsWith('.') &&
  !/^readme\.txt$/i.test(name) &&
  !isJunk(name)
