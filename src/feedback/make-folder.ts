/** What is made in a drop folder is for those who use the folder: as open as the folder itself, whatever the umask. */
import { chmod, chown, lstat, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder in a drop folder; never the drop folder itself, which may just be away.
 * Throws what the disk says, and ENOTDIR where a link or a file stands in its place.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
    await shareAs(dirname(path), path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    if (!(await lstat(path)).isDirectory())
      throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' })
  }
}

/** Lets everybody read who may look into `folder`, and gives a folder all the rights of that one. */
export async function shareAs(folder: string, path: string): Promise<void> {
  const [theirs, ours] = await Promise.all([stat(folder), lstat(path)])
  const mode = ours.isDirectory() ? theirs.mode & 0o3777 : 0o600 | (theirs.mode & 0o044)
  // Network drives may know no rights, and not every group is ours to give: what is told counts for more.
  if (ours.gid !== theirs.gid) await chown(path, ours.uid, theirs.gid).catch(() => {})
  if ((ours.mode & 0o7777) !== mode) await chmod(path, mode).catch(() => {})
}
