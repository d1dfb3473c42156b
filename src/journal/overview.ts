/** The present state at a glance: counts, short lists and a timeline, each bounded and found by an index. */
import type { Problem } from '../problems.ts'
import type { Reason, State } from '../record/registration.ts'
import type { Artifact, Count, Grounds, JournalReader, RunSpan } from './journal.ts'
import { REGISTRATIONS, rowOf, STANDS_BEHIND } from './rows.ts'
import { type Row, type Store, versionOf } from './store.ts'

type OverviewReader = Pick<JournalReader, 'counts' | 'standing' | 'grounds' | 'runsSince'>

/** A submission of a long sheet may have thousands of problems; a page shows the first few. */
const PROBLEMS_SHOWN = 3

export function createOverviewReader(store: Store): OverviewReader {
  // A look at every registration, so kept until something is written, by us or by another process.
  let counted: { stamp: string; counts: Count[] } | null = null
  return {
    async counts() {
      const stamp = stampOf(store)
      if (counted?.stamp !== stamp) counted = { stamp, counts: countAll(store) }
      return counted.counts
    },
    async standing({ state, reason, latestFirst = false, limit }) {
      return store
        .all(
          `${REGISTRATIONS} WHERE state = ? ${reason === undefined ? '' : 'AND reason = ?'}
             AND withdrawn = 0 AND (revision = newest ${STANDS_BEHIND})
           ORDER BY since ${latestFirst ? 'DESC' : ''}, registration LIMIT ?`,
          ...[state, ...(reason === undefined ? [] : [reason]), limit],
        )
        .map(rowOf)
    },
    async grounds(ids) {
      return new Map(ids.map((id) => [id, groundsOf(store, id)]))
    },
    async runsSince(since, limit) {
      const rows = store.all(
        `SELECT path, status, first_seen, changed, reading ->> '$.reading.run' AS run,
           reading ->> '$.reading.completion.state' AS state, reading ->> '$.reading.completion.ended' AS ended
         FROM artifacts WHERE type = 'run-folder' AND moment >= ? AND status <> 'gone'
           AND reading ->> '$.kind' = 'run-folder'
         ORDER BY moment DESC LIMIT ?`,
        ...[since, limit],
      )
      return rows.map((row) => spanOf(store, row))
    },
  }
}

/** Changes with every write to the file. */
function stampOf(store: Store): string {
  const ours = store.get('SELECT total_changes() AS changes')?.['changes']
  return `${versionOf(store)} ${ours}`
}

const countAll = (store: Store): Count[] =>
  store
    .all(
      `SELECT registry, state, reason, count(*) AS count, min(since) AS oldest
       FROM revisions JOIN registrations ON registration = id
       WHERE withdrawn = 0 AND (revision = newest ${STANDS_BEHIND})
       GROUP BY registry, state, reason`,
    )
    .map((row) => ({
      registry: String(row['registry']),
      state: row['state'] as State,
      reason: row['reason'] as Reason | null,
      count: Number(row['count']),
      oldest: String(row['oldest']),
    }))

function groundsOf(store: Store, id: string): Grounds {
  const event = store.get(
    `SELECT detail ->> '$.because' AS because FROM events WHERE registration = ?
     ORDER BY sequence DESC LIMIT 1`,
    id,
  )
  const problems = store.all(
    `SELECT problem.value AS problem FROM registrations JOIN submissions ON registration = registrations.id AND revision = newest,
       json_each(submission, '$.problems') AS problem WHERE registrations.id = ? LIMIT ?`,
    ...[id, PROBLEMS_SHOWN],
  )
  const newest = store.get(
    `SELECT submission ->> '$.mapped.request.path' AS path FROM registrations
     JOIN submissions ON registration = id AND revision = newest WHERE id = ?`,
    id,
  )
  return {
    because: event?.['because'] == null ? null : String(event['because']),
    problems: problems.map((row) => JSON.parse(String(row['problem'])) as Problem),
    sendable: newest?.['path'] != null,
  }
}

function spanOf(store: Store, row: Row): RunSpan {
  const path = String(row['path'])
  const registrations = store
    .all(`${REGISTRATIONS} WHERE path = ? AND type = 'run' AND revision = newest AND withdrawn = 0`, path)
    .map(rowOf)
  const libraries = registrations.flatMap(({ subject }) => subject.library ?? [])
  const sheet = store.get(
    `SELECT min(first_seen) AS seen FROM registrations JOIN artifacts USING (path)
     WHERE registrations.type = 'library' AND name IN (SELECT value FROM json_each(?))
       AND registry IN (SELECT registry FROM registrations WHERE path = ?)`,
    ...[JSON.stringify(libraries), path],
  )
  return {
    path,
    status: row['status'] as Artifact['status'],
    state: row['state'] as RunSpan['state'],
    ended: row['ended'] === 1,
    run: JSON.parse(String(row['run'])) as RunSpan['run'],
    firstSeen: String(row['first_seen']),
    changed: String(row['changed']),
    registrations: registrations.map(({ id, registry, state, reason, since }) => ({
      ...{ id, registry, state, reason, since },
    })),
    sheetSeen: sheet?.['seen'] == null ? null : String(sheet['seen']),
  }
}
