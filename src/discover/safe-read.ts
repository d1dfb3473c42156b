/**
 * Bytes of one file out of a folder other people write into: only a regular file, only below a bound, only so large.
 *
 * Synchronous, for reader threads. Never follows a link out of the bound, also not one that is swapped in meanwhile;
 * never waits for a pipe or a device.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'
import type { ReadFault } from '../handovers.ts'
import { err, ok, type Result } from '../result.ts'

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Reads `path` whole. `bound` is a real path (as `realpathSync` gives it) that the file must lie in. */
export function readInside(path: string, bound: string, maxBytes: number): Result<Uint8Array, ReadFault> {
  let file: number | null = null
  try {
    const real = realpathSync.native(path)
    if (!isInside(real, bound)) return outside(path)
    file = openSync(real, FLAGS)
    const opened = openedPath(file)
    if (opened !== null && !isInside(opened, bound)) return outside(path)
    return readOpened(file, maxBytes)
  } catch (thrown) {
    return err(readFault(thrown))
  } finally {
    if (file !== null) closeSync(file)
  }
}

/** Is `path` the folder `bound` itself, or below it? Both real paths. */
export const isInside = (path: string, bound: string): boolean =>
  path === bound || path.startsWith(bound.endsWith(sep) ? bound : bound + sep)

/** Why the file system refused, in words for a person. */
export function readFault(thrown: unknown): ReadFault {
  const { code, errno, message } = thrown as NodeJS.ErrnoException
  // The link itself was swapped in after its path was resolved, or a chain of links ends in itself.
  if (code === 'ELOOP') return { why: 'not-a-file', detail: 'it is a link that leads nowhere' }
  if (code === 'ENOENT' || code === 'ENOTDIR') return { why: 'absent', detail: 'it is not there' }
  if (code === 'ENXIO' || code === 'ENODEV') return { why: 'not-a-file', detail: 'it is a pipe or a device' }
  if (code === undefined) throw thrown
  return { why: 'unreadable', detail: refusal(code, errno) ?? message }
}

function refusal(code: string, errno: number | undefined): string | null {
  // Node has no name for ESTALE: a network drive lost the file while it was open.
  if (errno === -116) return 'the network drive lost hold of it (stale file handle)'
  if (code === 'EACCES' || code === 'EPERM') return 'runherald is not permitted to read it'
  if (code === 'EIO') return 'the disk or the network drive reports a read error'
  if (code === 'ETIMEDOUT' || code === 'EHOSTDOWN') return 'the network drive does not answer'
  if (code === 'EBUSY' || code === 'ETXTBSY') return 'another program holds it open'
  return null
}

function readOpened(file: number, maxBytes: number): Result<Uint8Array, ReadFault> {
  const stats = fstatSync(file)
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? 'a folder' : 'a pipe, a socket or a device'
    return err({ why: 'not-a-file', detail: `it is ${what}` })
  }
  // One byte more than allowed tells a file that grows while it is read.
  const bytes = Buffer.alloc(Math.min(stats.size, maxBytes) + 1)
  let length = 0
  while (length < bytes.length) {
    const got = readSync(file, bytes, length, bytes.length - length, length)
    if (got === 0) break
    length += got
  }
  if (stats.size > maxBytes || length > maxBytes) {
    const size = megabytes(Math.max(stats.size, length))
    return err({
      why: 'too-large',
      detail: `it has ${size}; ${megabytes(maxBytes)} is the most that is read`,
    })
  }
  return ok(bytes.subarray(0, length))
}

const megabytes = (bytes: number): string =>
  bytes < 100_000 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1).replace('.0', '')} MB`

/** Where an open file really lies; null on systems that do not tell. */
function openedPath(file: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${file}`)
  } catch {
    return null
  }
}

const outside = (path: string): Result<never, ReadFault> =>
  err({ why: 'outside-root', detail: `${path} is a link that leads out of the watched folder` })
