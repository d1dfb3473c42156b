/**
 * One SQLite connection: prepared statements kept, and transactions that share commits.
 *
 * A durable commit costs a sync of the disk, so calls that arrive together are one transaction: one may fail alone, and
 * none is answered before all are on disk.
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
  /**
   * Runs `work` in a transaction; resolves once it is on disk. `work` must not wait for anything, and does nothing that
   * could not be done again: it is, when another call of the same transaction fails.
   */
  transaction<T>(work: () => T): Promise<T>
  /** Resolves when nothing is left to commit. */
  drained(): Promise<void>
}

/** Another one when another process has written. */
export const versionOf = (store: Pick<Store, 'get'>): number =>
  Number(store.get('PRAGMA data_version')?.['data_version'])

type Call = { work: () => unknown; done: (value: never) => void; failed: (thrown: unknown) => void }

/** Calls that share one commit at most: the loop must turn in between. */
const CALLS_A_COMMIT = 64

/** What SQLite says when the disk is full, cannot be written or read, or gave back something else than was written. */
const DISK = { readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 }

type StoreOptions = {
  /** Resolves when what was committed before the call is on disk. Left out where COMMIT sees to that, or no disk is. */
  sync?: () => Promise<void>
  /** Told after each commit; what it gives is waited for before the next. */
  committed?: () => Promise<void> | null
  /** Told once, of the first fault of the disk: nothing that follows can be relied on. */
  onBroken?: (thrown: unknown) => void
}

export function createStore(db: DatabaseSync, { sync, committed, onBroken }: StoreOptions = {}): Store {
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
        await committed?.()
      } catch (thrown) {
        broken(thrown)
        for (const call of calls) call.failed(thrown)
      }
    }
    isFlushing = false
  }

  /**
   * Does all of them in one transaction, and gives what is to be said to each once that is on disk. Where one throws,
   * nothing of it stands, and the others are done anew without it: a savepoint for each would keep a copy of every page
   * that any of them touches.
   */
  function commit(calls: Call[]): Array<() => void> {
    if (notSynced !== null) throw notSynced
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
      return [() => failed.failed(thrown), ...(others.length > 0 ? commit(others) : [])]
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
