/** Does a daemon run on a state folder? Asked of the kernel's list of locks, so that nobody is kept waiting by the question. */
import { readFileSync, statSync } from 'node:fs'
import { lockFile, PARTS, type Part } from '../journal/lock.ts'

/** The parts of a daemon that run, in one process or two; null where the system does not tell. */
export function daemonParts(state: string): Part[] | null {
  try {
    const locks = readFileSync('/proc/locks', 'utf8').split('\n')
    return PARTS.filter((part) => {
      const inode = statSync(lockFile(state, part), { throwIfNoEntry: false })?.ino
      return (
        inode !== undefined && locks.some((line) => line.includes(' WRITE ') && line.includes(`:${inode} `))
      )
    })
  } catch {
    return null
  }
}
