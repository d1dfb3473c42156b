/** Makes a folder of ours in a drop folder; never the drop folder itself, which may just be away. */
import { lstat, mkdir } from 'node:fs/promises'

/** Throws what the disk says, and ENOTDIR where a link or a file stands in its place. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    if (!(await lstat(path)).isDirectory())
      throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' })
  }
}
