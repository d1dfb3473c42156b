/** One SQLite connection: prepared statements kept, and what the disk says noticed wherever it says it. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type CommitOptions, type Commits, createCommits, isOfTheDisk } from './commits.ts'

/** A row as SQLite gives it; each reader knows its own columns. */
export type Row = Record<string, string | number | null>

export type Store = Commits & {
  get(sql: string, ...values: SQLInputValue[]): Row | undefined
  all(sql: string, ...values: SQLInputValue[]): Row[]
  /** Rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** As `all`, for the many: one row at a time. `visit` must ask nothing. */
  each(visit: (row: Row) => void, sql: string, ...values: SQLInputValue[]): void
}

/** Another one when another process has written. */
export const versionOf = (store: Pick<Store, 'get'>): number =>
  Number(store.get('PRAGMA data_version')?.['data_version'])

type StoreOptions = CommitOptions & {
  /** Told once, of the first fault of the disk: nothing that follows can be relied on. */
  onBroken?: (thrown: unknown) => void
}

export function createStore(db: DatabaseSync, { onBroken, ...options }: StoreOptions = {}): Store {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, known)
    return known
  }

  let isBroken = false
  function broken(thrown: unknown): void {
    if (isBroken) return
    isBroken = true
    onBroken?.(thrown)
  }
  /** Reads outside a transaction, where nobody else sees what was thrown. */
  function guarded<T>(read: () => T): T {
    try {
      return read()
    } catch (thrown) {
      if (isOfTheDisk(thrown)) broken(thrown)
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
    ...createCommits(db, prepared, { ...options, broken }),
  }
}
