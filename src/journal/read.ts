/** The reading side: works beside a running daemon, with it stopped, and without Redis. */
import type { Answer, Json, Receipt } from '../handovers.ts'
import { createArtifactReader } from './artifacts.ts'
import { submissionOf } from './decided.ts'
import type { AttemptRow, EventRow, JournalReader } from './journal.ts'
import { createOverviewReader } from './overview.ts'
import { registryOf } from './registry-rows.ts'
import { REGISTRATIONS, rowOf, STANDS_BEHIND } from './rows.ts'
import type { Row, Store } from './store.ts'

const EVENTS_AT_ONCE = 1000

export function createReader(store: Store): JournalReader {
  return {
    ...createArtifactReader(store),
    ...createOverviewReader(store),
    async registrations({ state, registry, since, everyRevision = false, paths, ids } = {}) {
      const where: string[] = []
      const values: string[] = []
      const add = (condition: string, ...given: string[]) => {
        where.push(condition)
        values.push(...given)
      }
      if (!everyRevision)
        add(`withdrawn = 0 AND (revision = newest ${state === undefined ? '' : STANDS_BEHIND})`)
      if (state !== undefined) add('state = ?', state)
      if (registry !== undefined) add('registry = ?', registry)
      if (since !== undefined) add('since >= ?', since)
      if (ids !== undefined) add('id IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
      if (paths !== undefined) add(`path IN (${paths.map(() => '?').join(', ') || 'NULL'})`, ...paths)
      const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''
      return store.all(`${REGISTRATIONS} ${condition} ORDER BY since, id, revision`, ...values).map(rowOf)
    },
    async story(id) {
      const revisions = store.all(`${REGISTRATIONS} WHERE id = ? ORDER BY revision`, id).map(rowOf)
      const registration = revisions.at(-1)
      if (registration === undefined) return null
      const receipt = store.get('SELECT receipt FROM receipts WHERE registration = ?', id)
      return {
        registration,
        revisions: revisions.map((row) => ({ ...row, submission: submissionOf(store, id, row.revision) })),
        attempts: store
          .all('SELECT * FROM attempts WHERE registration = ? ORDER BY started, revision, attempt', id)
          .map(attemptOf),
        receipt: receipt === undefined ? null : receiptOf(receipt),
        events: store.all('SELECT * FROM events WHERE registration = ? ORDER BY sequence', id).map(eventOf),
      }
    },
    async receipts() {
      return store.all('SELECT receipt FROM receipts ORDER BY rowid').map(receiptOf)
    },
    async claimants(registry, claims) {
      const wanted = JSON.stringify(claims)
      const rows = store.all(
        `SELECT claim, registration, newest FROM claims JOIN registrations ON id = registration
         WHERE claims.registry = ?1 AND claim IN (SELECT value FROM json_each(?2))
         UNION
         SELECT asked.value, registration, newest FROM revisions
           JOIN registrations ON registrations.id = registration AND revision = newest,
           json_each(decided, '$.claims') AS asked
         WHERE state IN ('waiting', 'queued') AND registry = ?1 AND asked.value IN (SELECT value FROM json_each(?2))`,
        ...[registry, wanted],
      )
      return rows.map((row) => ({
        claim: String(row['claim']),
        submission: submissionOf(store, String(row['registration']), Number(row['newest'])),
      }))
    },
    async registries() {
      return store.all('SELECT * FROM registries ORDER BY name').map(registryOf)
    },
    async events(after) {
      return store
        .all('SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?', after, EVENTS_AT_ONCE)
        .map((row) => ({ ...eventOf(row), sequence: Number(row['sequence']) }))
    },
    async lastEvent() {
      return Number(store.get('SELECT max(sequence) AS last FROM events')?.['last'] ?? 0)
    },
    async rootFirstScan(root) {
      const row = store.get('SELECT first_scan FROM roots WHERE root = ?', root)
      return row === undefined ? null : String(row['first_scan'])
    },
  }
}

const text = (value: string | number | null | undefined): string | null =>
  value === null || value === undefined ? null : String(value)

const attemptOf = (row: Row): AttemptRow => ({
  registration: String(row['registration']),
  revision: Number(row['revision']),
  attempt: Number(row['attempt']),
  purpose: row['purpose'] as AttemptRow['purpose'],
  url: String(row['url']),
  bodyHash: String(row['body_hash']),
  started: String(row['started']),
  ended: text(row['ended']),
  outcome: text(row['outcome']),
  answer: row['answer'] === null ? null : (JSON.parse(String(row['answer'])) as Answer),
  detail: text(row['detail']),
})

const eventOf = (row: Row): EventRow => ({
  at: String(row['at']),
  event: String(row['event']),
  registration: text(row['registration']),
  registry: text(row['registry']),
  who: text(row['who']),
  detail: JSON.parse(String(row['detail'])) as Json,
})

const receiptOf = (row: Row): Receipt => JSON.parse(String(row['receipt'])) as Receipt
