/** Opens what was found: a run folder as its reader sees it, or a sheet's bytes. Synchronous, for reader threads. */
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { ReadFault, RunFolder } from '../handovers.ts'
import { err, ok, type Result } from '../result.ts'
import { listAtOnce, namesOf } from './file-system.ts'
import { isInside, readFault, readInside } from './safe-read.ts'

/** Names of one folder that are listed at most: read folders of a run hold hundreds of thousands. */
export const MOST_NAMES = 10_000

/**
 * Opens a run folder. `root` is the watched folder it was found in, which it must not lead out of.
 * Fails with absent, not-a-file, outside-root or unreadable.
 */
export function openRunFolder(path: string, options: { root?: string } = {}): Result<RunFolder, ReadFault> {
  try {
    const real = realpathSync.native(path)
    if (options.root !== undefined && !isInside(real, realpathSync.native(options.root)))
      return err({ why: 'outside-root', detail: `${path} leads out of the watched folder` })
    if (!statSync(real).isDirectory()) return err({ why: 'not-a-file', detail: 'it is not a folder' })
    return ok(folderAt(real, basename(resolve(path))))
  } catch (thrown) {
    return err(readFault(thrown))
  }
}

/** A sheet's bytes. `root` is the drop folder it was found in; without one, the folder it lies in bounds it. */
export function openSheet(
  path: string,
  options: { root?: string; maxBytes: number },
): Result<Uint8Array, ReadFault> {
  try {
    return readInside(path, realpathSync.native(options.root ?? dirname(path)), options.maxBytes)
  } catch (thrown) {
    return err(readFault(thrown))
  }
}

function folderAt(real: string, name: string): RunFolder {
  const at = (below: string) => join(real, ...below.split('/').filter((part) => part !== ''))
  return {
    name,
    names: listNames(real),
    list(below, most) {
      try {
        const folder = realpathSync.native(at(below))
        return isInside(folder, real) ? listNames(folder, most) : []
      } catch (thrown) {
        readFault(thrown)
        return []
      }
    },
    read: (below, { maxBytes }) => readInside(at(below), real, maxBytes),
    modified(below) {
      try {
        const file = realpathSync.native(at(below))
        return isInside(file, real) ? statSync(file).mtime : null
      } catch (thrown) {
        readFault(thrown)
        return null
      }
    },
  }
}

/** Of many names, those that the disk tells first. */
const listNames = (folder: string, most = MOST_NAMES): string[] => namesOf(listAtOnce(folder, most))
