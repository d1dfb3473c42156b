/**
 * Transactions that share commits. A durable commit costs a sync of the disk, so calls that arrive together are one
 * transaction: one may fail alone, and none is answered before all are on disk.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type Commits = {
  /**
   * Runs `work` in a transaction; resolves once it is on disk. `work` must not wait for anything, and does nothing that
   * could not be done again: it is, when another call of the same transaction fails.
   */
  transaction<T>(work: () => T): Promise<T>
  /** Resolves when nothing is left to commit. */
  drained(): Promise<void>
}

export type CommitOptions = {
  /** Resolves when what was committed before the call is on disk. Left out where COMMIT sees to that, or no disk is. */
  sync?: () => Promise<void>
  /** Told after each commit; what it gives is waited for before the next. */
  committed?: () => Promise<void> | null
}

type Call = { work: () => unknown; done: (value: never) => void; failed: (thrown: unknown) => void }

/** Calls that share one commit at most: the loop must turn in between. */
const CALLS_A_COMMIT = 64

/** What SQLite says when the disk is full, cannot be written or read, or gave back something else than was written. */
const DISK = { readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

/** `broken` is told of every fault of the disk. */
export function createCommits(
  db: DatabaseSync,
  prepared: (sql: string) => StatementSync,
  { sync, committed, broken }: CommitOptions & { broken(thrown: unknown): void },
): Commits {
  const waiting: Call[] = []
  /** What the disk said to a sync: the kernel may then have dropped what it did not write, and later syncs succeed. */
  let notSynced: unknown = null
  let isFlushing = false
  let idle = Promise.resolve()

  /** The sync is waited for, not sat out: answers of registries are taken meanwhile, and share the next commit. */
  async function flush(): Promise<void> {
    isFlushing = true
    while (waiting.length > 0) {
      await new Promise((turned) => setImmediate(turned))
      const calls = waiting.splice(0, CALLS_A_COMMIT)
      try {
        if (notSynced !== null) throw notSynced
        const answers = commit(db, prepared, calls)
        await sync?.().catch((thrown: unknown) => {
          notSynced = thrown
          throw thrown
        })
        for (const answer of answers) answer()
        await committed?.()
      } catch (thrown) {
        if (thrown === notSynced || isOfTheDisk(thrown)) broken(thrown)
        for (const call of calls) call.failed(thrown)
      }
    }
    isFlushing = false
  }

  return {
    transaction: (work) =>
      new Promise((done, failed) => {
        waiting.push({ work, done, failed })
        if (!isFlushing) idle = flush()
      }),
    drained: async () => {
      while (isFlushing) await idle
    },
  }
}

/**
 * Does all of them in one transaction, and gives what is to be said to each once that is on disk. Where one throws,
 * nothing of it stands, and the others are done anew without it: a savepoint for each would keep a copy of every page
 * that any of them touches.
 */
function commit(
  db: DatabaseSync,
  prepared: (sql: string) => StatementSync,
  calls: Call[],
): Array<() => void> {
  const answers: Array<() => void> = []
  let working: Call | null = null
  try {
    prepared('BEGIN IMMEDIATE').run()
    for (const call of calls) {
      working = call
      const value = call.work() as never
      answers.push(() => call.done(value))
    }
    working = null
    prepared('COMMIT').run()
    return answers
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK')
    const failed = working
    if (failed === null || isOfTheDisk(thrown)) throw thrown
    const others = calls.filter((call) => call !== failed)
    return [() => failed.failed(thrown), ...(others.length > 0 ? commit(db, prepared, others) : [])]
  }
}

export function isOfTheDisk(thrown: unknown): boolean {
  const code = (thrown as { errcode?: unknown }).errcode
  return typeof code === 'number' && Object.values(DISK).includes(code & 0xff)
}
