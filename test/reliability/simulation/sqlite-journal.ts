/** The real journal, in a database that lives in memory: the same histories hold the model of it to the truth. */
import { DatabaseSync } from 'node:sqlite'
import type { Decide } from '../../../src/decision.ts'
import { decidedOf, subjectOf, submissionOf } from '../../../src/journal/decided.ts'
import type { Artifact } from '../../../src/journal/journal.ts'
import { createReader } from '../../../src/journal/read.ts'
import { STEPS } from '../../../src/journal/schema.ts'
import { createStore } from '../../../src/journal/store.ts'
import { createWriter } from '../../../src/journal/write.ts'
import type { RemoteIds } from '../../../src/record/registration.ts'
import { bodyOf, type KeptAttempt, type SimulatedJournal } from './journal.ts'

export function openSqliteJournal(decide: Decide, random: () => number): SimulatedJournal {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true })
  for (const step of STEPS) db.exec(step)
  const store = createStore(db)
  const writer = createWriter(store, db, decide)
  const reader = createReader(store)
  const chance = Math.random
  const drawn = async <T>(work: () => Promise<T>): Promise<T> => {
    Math.random = random
    try {
      return await work()
    } finally {
      Math.random = chance
    }
  }
  let registries = [...store.all('SELECT name FROM registries')]
  return {
    ...reader,
    ...writer,
    rootFirstScan: async () => '2026-11-20T00:00:00.000Z',
    settle: (...given) => drawn(() => writer.settle(...given)),
    recover: (...given) => drawn(() => writer.recover(...given)),
    look() {
      registries = store.all('SELECT name, state, reason, since FROM registries ORDER BY name')
      return {
        registrations: store
          .all('SELECT id, registry, kind, subject FROM registrations ORDER BY rowid')
          .map((row) => ({
            id: String(row['id']),
            registry: String(row['registry']),
            kind: String(row['kind']),
            subject: subjectOf(row),
            revisions: store
              .all('SELECT decided FROM revisions WHERE registration = ? ORDER BY revision', row['id'] ?? '')
              .map(decidedOf),
          })),
        bodies: (registration, revision) => bodyOf(submissionOf(store, registration, revision)),
        attempts: store.all('SELECT registration, revision, attempt, purpose, ended FROM attempts').map(
          (row): KeptAttempt => ({
            registration: String(row['registration']),
            revision: Number(row['revision']),
            attempt: Number(row['attempt']),
            purpose: row['purpose'] as KeptAttempt['purpose'],
            ended: row['ended'] !== null,
          }),
        ),
        claims: new Map(
          store
            .all('SELECT registry, claim, registration FROM claims')
            .map((row) => [`${row['registry']} ${row['claim']}`, String(row['registration'])]),
        ),
        receipts: new Map(
          store.all('SELECT registration, receipt FROM receipts').map((row) => {
            const { remoteIds } = JSON.parse(String(row['receipt'])) as { remoteIds: RemoteIds }
            return [String(row['registration']), remoteIds]
          }),
        ),
        registries: registries.map((row) => ({
          name: String(row['name']),
          state: row['state'] === 'paused' ? ('paused' as const) : ('open' as const),
          reason: row['reason'] as 'away' | null,
          since: String(row['since']),
        })),
        artifacts: store
          .all(
            'SELECT path, root, type, fingerprint, sha256, status, reading, first_seen, changed, arrival FROM artifacts',
          )
          .map(
            (row): Artifact => ({
              path: String(row['path']),
              root: String(row['root']),
              type: row['type'] as Artifact['type'],
              fingerprint: String(row['fingerprint']),
              sha256: row['sha256'] === null ? null : String(row['sha256']),
              status: row['status'] as Artifact['status'],
              reading: JSON.parse(String(row['reading'])) as Artifact['reading'],
              firstSeen: String(row['first_seen']),
              changed: String(row['changed']),
              ...(row['arrival'] === null ? {} : { arrival: Number(row['arrival']) }),
            }),
          ),
      }
    },
    tried: () => {
      throw new Error('Only the model of the journal forgets')
    },
    close: () => db.close(),
  }
}
