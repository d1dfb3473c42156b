/** The journal's transactions: each takes in one thing that happened, and keeps everything that follows from it. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { backup, type DatabaseSync } from 'node:sqlite'
import type { Decide, Registration, Transition, Wake } from '../decision.ts'
import type { Outcome } from '../handovers.ts'
import { armOne } from './arming.ts'
import { isDone, moveArtifact, saveArtifact } from './artifacts.ts'
import type { JournalWriter } from './journal.ts'
import { remember, rememberMoved } from './known.ts'
import { idsBehind, planOne, withdraw } from './plans.ts'
import { openRegistry, pauseRegistry } from './registry-rows.ts'
import { type Row, type Store, versionOf } from './store.ts'
import { apply, load, nothingHappened } from './transitions.ts'

const KEPT_ANSWER_BYTES = 64 * 1024

export function createWriter(store: Store, db: DatabaseSync, decide: Decide): JournalWriter {
  const { transaction } = store
  let seenVersion = versionOf(store)

  /** Applies one event to each of these registrations. */
  function applyTo(
    ids: string[],
    decided: (registration: Registration, into: Transition) => void,
  ): Transition {
    const into = nothingHappened()
    for (const id of ids) {
      const registration = load(store, id)
      if (registration === null) into.declined = 'there is no such registration'
      else decided(registration, into)
    }
    return into
  }

  return {
    async saveArtifact(artifact) {
      if (await transaction(() => saveArtifact(store, artifact))) remember(store, artifact)
    },
    async moveArtifact(move) {
      const moved = await transaction(() => moveArtifact(store, move))
      if (moved) rememberMoved(store, move)
      return moved
    },
    async plan(plans, now, { withdrawn, done, leftAlone } = { withdrawn: [], done: [], leftAlone: [] }) {
      const planned = await transaction(() => {
        const takenUp = idsBehind(
          store,
          leftAlone.filter(({ path }) => isDone(store, path)),
        )
        withdraw(
          store,
          decide,
          withdrawn.filter((id) => !takenUp.has(id)),
          now,
        )
        for (const { path } of done) store.run("UPDATE artifacts SET status = 'done' WHERE path = ?", path)
        return plans.map((plan) => planOne(store, decide, plan, now))
      })
      for (const one of done) remember(store, { ...one, status: 'done' })
      return planned
    },
    withdraw: (ids, now) => transaction(() => withdraw(store, decide, ids, now)),
    arm: (request, now) => transaction(() => armOne(store, decide, request, now)),
    settle: ({ id, revision, attempt }, outcome, now) =>
      transaction(() =>
        applyTo([id], (registration, into) => {
          const event = { type: 'settled' as const, now, random: Math.random(), revision, attempt, outcome }
          apply(store, decide, registration, event, into, { answer: keptAnswer(outcome) })
        }),
      ),
    recover: (now) =>
      transaction(() => {
        // Not DISTINCT: SQLite would look at every revision ever made, in place of the few in its index.
        const cut = store.all('SELECT registration FROM revisions WHERE on_wire IS NOT NULL')
        return applyTo([...new Set(cut.map((row) => String(row['registration'])))], (registration, into) => {
          const event = { type: 'restarted' as const, now, random: Math.random() }
          apply(store, decide, registration, event, into)
        })
      }),
    due: async (until, doubtful) => [
      ...store.all(`${WAKES} AND (next_try IS NULL OR next_try <= ?)`, until.toISOString()).map(wakeOf),
      ...store
        .all(`${WAKES} AND next_try > ? AND reason IS NOT 'grace'`, doubtful.toISOString())
        .map((row) => ({ ...wakeOf(row), at: null })),
    ],
    wakes: async (ids) => ids.flatMap((id) => store.all(`${WAKES} AND registration = ?`, id).map(wakeOf)),
    changedElsewhere: async () => {
      const version = versionOf(store)
      const changed = version !== seenVersion
      seenVersion = version
      return changed
    },
    knowRegistries: (names, now) =>
      transaction(() => {
        for (const name of names)
          store.run(
            "INSERT INTO registries (name, state, since) VALUES (?, 'open', ?) ON CONFLICT DO NOTHING",
            ...[name, now.toISOString()],
          )
      }),
    pauseRegistry: (name, reason, detail, now, who) =>
      transaction(() => pauseRegistry(store, name, reason, detail, now, who)),
    openRegistry: (name, by, now, who) => transaction(() => openRegistry(store, name, by, now, who)),
    act: (id, act, who, now) =>
      transaction(() =>
        applyTo([id], (registration, into) => {
          apply(store, decide, registration, { type: 'acted', now, act, who }, into)
        }),
      ),
    note: ({ event, registration, registry, who, detail }, now) =>
      transaction(() => {
        store.run(
          'INSERT INTO events (at, event, registration, registry, who, detail) VALUES (?, ?, ?, ?, ?, ?)',
          ...[now.toISOString(), event, registration, registry, who, JSON.stringify(detail)],
        )
      }),
    rootScanned: (root, now) =>
      transaction(() => {
        const at = now.toISOString()
        const isFirst = store.get('SELECT 1 FROM roots WHERE root = ?', root) === undefined
        store.run(
          `INSERT INTO roots (root, first_scan, last_scan) VALUES (?, ?, ?)
           ON CONFLICT (root) DO UPDATE SET last_scan = excluded.last_scan`,
          ...[root, at, at],
        )
        return isFirst
      }),
    getMeta: async (key) => {
      const row = store.get('SELECT value FROM meta WHERE key = ?', key)
      return row === undefined ? null : String(row['value'])
    },
    setMeta: (key, value) =>
      transaction(() => {
        store.run(
          'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
          ...[key, value],
        )
      }),
    backup: (file) => copyTo(db, file),
    close: async () => {
      await store.drained()
      db.close()
    },
  }
}

/** Revisions that want a job: due or not, at registries that are open, with nothing on the wire. */
const WAKES = `
  SELECT registration, registrations.registry, revision, decided ->> '$.wake' AS wake, next_try
  FROM revisions JOIN registrations ON id = registration
  WHERE (state IN ('queued', 'unknown') OR (state = 'waiting' AND reason = 'grace')) AND on_wire IS NULL
    AND NOT EXISTS (SELECT 1 FROM registries WHERE name = registrations.registry AND registries.state = 'paused')`

const wakeOf = (row: Row): Wake => ({
  id: String(row['registration']),
  registry: String(row['registry']),
  revision: Number(row['revision']),
  wake: Number(row['wake']),
  at: row['next_try'] === null ? null : String(row['next_try']),
})

function keptAnswer(outcome: Outcome): string | null {
  if (outcome.type !== 'verdict') return null
  const body = Buffer.from(outcome.answer.body)
  return JSON.stringify({ ...outcome.answer, body: body.subarray(0, KEPT_ANSWER_BYTES).toString() })
}

async function copyTo(db: DatabaseSync, file: string): Promise<void> {
  const part = `${file}.part`
  rmSync(part, { force: true })
  closeSync(openSync(part, 'wx', 0o600))
  await backup(db, part)
  const written = openSync(part, 'r+')
  fsyncSync(written)
  closeSync(written)
  renameSync(part, file)
}
