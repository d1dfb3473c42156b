/** What keeps a state folder or its journal from being used, in a sentence, and the exit code it means. */
import type { LockFault } from './lock.ts'
import type { JournalFault } from './open.ts'

/** 74: it cannot be read or written. 75: another process has it. 77: rights are missing. */
type Said = { exit: 74 | 75 | 77; sentence: string }

export function sayJournalFault({ why, file, detail }: JournalFault): Said {
  const mend = 'put a copy of it back with: runherald restore FILE'
  switch (why) {
    case 'missing':
      return { exit: 74, sentence: `there was a journal at ${file}, and ${detail}; ${mend}` }
    case 'damaged':
      return { exit: 74, sentence: `the journal ${file} is damaged (${detail}); ${mend}` }
    case 'newer':
      return { exit: 74, sentence: `the journal ${file} was written by a later version: ${detail}` }
    case 'older':
      return { exit: 74, sentence: `the journal ${file} was written by an earlier version: ${detail}` }
    case 'busy':
      return { exit: 74, sentence: `the journal ${file} is held by another program: ${detail}` }
    case 'forbidden':
      return {
        exit: 77,
        sentence: `this user may not use ${file}; act as the user whose journal it is`,
      }
    default:
      return { exit: 74, sentence: `the journal ${file} cannot be used: ${detail}` }
  }
}

export function sayLockFault({ why, detail }: LockFault, state: string): Said {
  if (why === 'held') return { exit: 75, sentence: `another runherald runs on ${state}` }
  return {
    exit: why === 'forbidden' ? 77 : 74,
    sentence: `the state folder ${state} cannot be used: ${detail}`,
  }
}
