/**
 * One SQLite connection: prepared statements kept, and transactions that share commits.
 *
 * A durable commit costs a sync of the disk, so calls that arrive together are one transaction with a savepoint each:
 * one may fail alone, and none is answered before all are on disk.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A row as SQLite gives it; each reader knows its own columns. */
export type Row = Record<string, string | number | null>

export type Store = {
  get(sql: string, ...values: SQLInputValue[]): Row | undefined
  all(sql: string, ...values: SQLInputValue[]): Row[]
  /** Rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** As `all`, for the many: one row at a time. `visit` must ask nothing. */
  each(visit: (row: Row) => void, sql: string, ...values: SQLInputValue[]): void
  /** Runs `work` in a transaction; resolves once it is on disk. `work` must not wait for anything. */
  transaction<T>(work: () => T): Promise<T>
  /** Resolves when nothing is left to commit. */
  drained(): Promise<void>
}

type Call = { work: () => unknown; done: (value: never) => void; failed: (thrown: unknown) => void }

/** Calls that share one commit at most: the loop must turn in between. */
const CALLS_A_COMMIT = 256

/** What SQLite says when the disk is full, cannot be written or read, or gave back something else than was written. */
const DISK = { readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

export type StoreOptions = {
  /** Resolves when what was committed before the call is on disk. Left out where COMMIT sees to that, or no disk is. */
  sync?: () => Promise<void>
  /** Told once, of the first fault of the disk: nothing that follows can be relied on. */
  onBroken?: (thrown: unknown) => void
}

export function createStore(db: DatabaseSync, { sync, onBroken }: StoreOptions = {}): Store {
  let isBroken = false
  /** What the disk said to a sync: the kernel may then have dropped what it did not write, and later syncs succeed. */
  let notSynced: unknown = null
  function broken(thrown: unknown): void {
    if (isBroken || !(notSynced === thrown || isOfTheDisk(thrown))) return
    isBroken = true
    onBroken?.(thrown)
  }
  /** Reads outside a transaction, where nobody else sees what was thrown. */
  function guarded<T>(read: () => T): T {
    try {
      return read()
    } catch (thrown) {
      broken(thrown)
      throw thrown
    }
  }
  const statements = new Map<string, StatementSync>()
  const waiting: Call[] = []
  let isFlushing = false
  let idle = Promise.resolve()

  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, known)
    return known
  }

  /** The sync is waited for, not sat out: answers of registries are taken meanwhile, and share the next commit. */
  async function flush(): Promise<void> {
    isFlushing = true
    while (waiting.length > 0) {
      await new Promise((turned) => setImmediate(turned))
      const calls = waiting.splice(0, CALLS_A_COMMIT)
      try {
        const answers = commit(calls)
        if (sync !== undefined) await synced(sync)
        for (const answer of answers) answer()
      } catch (thrown) {
        broken(thrown)
        for (const call of calls) call.failed(thrown)
      }
    }
    isFlushing = false
  }

  function commit(calls: Call[]): Array<() => void> {
    if (notSynced !== null) throw notSynced
    try {
      prepared('BEGIN IMMEDIATE').run()
      const answers = calls.map(attempt)
      prepared('COMMIT').run()
      return answers
    } catch (thrown) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw thrown
    }
  }

  async function synced(sync: () => Promise<void>): Promise<void> {
    try {
      await sync()
    } catch (thrown) {
      notSynced = thrown
      throw thrown
    }
  }

  /** Does one call, and gives what is to be said to its caller once all are on disk. */
  function attempt(call: Call): () => void {
    prepared('SAVEPOINT one').run()
    try {
      const value = call.work()
      prepared('RELEASE one').run()
      return () => call.done(value as never)
    } catch (thrown) {
      // A full disk or a damaged file may have ended the whole transaction: then no call of it stands.
      if (!db.isTransaction) throw thrown
      broken(thrown)
      db.exec('ROLLBACK TO one')
      prepared('RELEASE one').run()
      return () => call.failed(thrown)
    }
  }

  return {
    get: (sql, ...values) => guarded(() => prepared(sql).get(...values)) as Row | undefined,
    all: (sql, ...values) => guarded(() => prepared(sql).all(...values)) as Row[],
    each: (visit, sql, ...values) =>
      guarded(() => {
        for (const row of prepared(sql).iterate(...values)) visit(row as Row)
      }),
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
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

function isOfTheDisk(thrown: unknown): boolean {
  const code = (thrown as { errcode?: unknown }).errcode
  return typeof code === 'number' && Object.values(DISK).includes(code & 0xff)
}
