/** What is made in a drop folder is for those who use the folder: as open as the folder itself, whatever the umask. */
import { chmod, lstat, mkdir, stat } from 'node:fs/promises'
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

/** Gives a file to read, and a folder to use, to whoever may use `folder`. */
export async function shareAs(folder: string, path: string): Promise<void> {
  const [theirs, ours] = await Promise.all([stat(folder), lstat(path)])
  const rights = theirs.mode & 0o777
  // Members of another group than its own come as others; and nobody comes past the folder who may not use it.
  const wanted = ours.gid === theirs.gid ? rights : rights | ((rights & 0o070) >> 3)
  const mode = ours.mode | (ours.isDirectory() ? wanted : wanted & 0o044)
  if (mode === ours.mode) return
  // A service may be forbidden to set a group's bit, even one that is there; network drives may know no rights at all.
  await chmod(path, mode & 0o7777).catch(() => chmod(path, mode & 0o777).catch(() => {}))
}
