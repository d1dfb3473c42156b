/** Does a daemon run on a state folder? Asked of the kernel's list of locks, so that nobody is kept waiting by the question. */
import { readFileSync, statSync } from 'node:fs'
import { lockFile } from '../journal/lock.ts'

/** Null where the system does not tell. */
export function daemonRuns(state: string): boolean | null {
  try {
    const locks = readFileSync('/proc/locks', 'utf8').split('\n')
    const inode = inodeOf(lockFile(state))
    return inode !== null && locks.some((line) => line.includes(' WRITE ') && line.includes(`:${inode} `))
  } catch {
    return null
  }
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null
}
