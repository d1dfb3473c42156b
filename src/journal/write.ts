/** The journal's transactions: each takes in one thing that happened, and keeps everything that follows from it. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { backup, type DatabaseSync } from 'node:sqlite'
import type { Arming, Asked, Decide, Registration, Transition, Wake } from '../decision.ts'
import type { Outcome, Plan } from '../handovers.ts'
import { isDone, moveArtifact, saveArtifact } from './artifacts.ts'
import type { Artifact, JournalWriter, Planned } from './journal.ts'
import { remember, rememberMoved } from './known.ts'
import { openRegistry, pauseRegistry } from './registry-rows.ts'
import { bodyHash } from './request-hash.ts'
import { type Row, type Store, versionOf } from './store.ts'
import { apply, load, nothingHappened, submissionOf, surroundingsOf } from './transitions.ts'

const KEPT_ANSWER_BYTES = 64 * 1024

export function createWriter(store: Store, db: DatabaseSync, decide: Decide): JournalWriter {
  const { transaction } = store
  let seenVersion = versionOf(store)

  function planOne(plan: Plan, now: Date): Planned {
    const { submission, traits, notBefore } = plan
    const { id, registry, kind, subject, mapped, waitingFor, stop } = submission
    store.run(
      `INSERT INTO registrations (id, registry, kind, subject, newest) VALUES (?, ?, ?, ?, 0)
       ON CONFLICT (id) DO UPDATE SET subject = excluded.subject WHERE subject <> excluded.subject`,
      ...[id, registry, kind, JSON.stringify(subject)],
    )
    const registration = load(store, id) ?? { id, registry, subject, revisions: [] }
    const { claims, prerequisite } = mapped ?? { claims: [], prerequisite: null }
    const asked: Asked = {
      bodyHash: bodyHash(submission),
      ...{ traits, waitingFor, stop, notBefore, claims, prerequisite },
    }
    const event = { type: 'planned' as const, now, asked }
    const effects = apply(store, decide, registration, event, nothingHappened(), { submission })
    const planned = effects.find((one) => one.do === 'planned')
    if (planned?.do !== 'planned') throw new Error('A plan was not decided')
    const { revision, change } = planned
    if (change !== 'new') keepSubmission(plan, revision)
    const row = store.get(
      'SELECT state, reason FROM revisions WHERE registration = ? AND revision = ?',
      ...[id, revision],
    )
    const { state, reason } = row as Pick<Planned, 'state' | 'reason'>
    return { id, revision, change, state, reason }
  }

  function withdraw(ids: string[], now: Date): void {
    for (const id of ids) {
      const registration = load(store, id)
      if (registration !== null)
        apply(store, decide, registration, { type: 'withdrawn', now }, nothingHappened())
    }
  }

  function idsBehind(artifacts: Artifact[]): Set<unknown> {
    const rows = artifacts.flatMap(({ path }) =>
      store.all('SELECT id FROM registrations WHERE path = ?', path),
    )
    return new Set(rows.map((row) => row['id']))
  }

  /** Facts and warnings may move on while the request stays; one that was or may be sent is never replaced. */
  function keepSubmission({ submission }: Plan, revision: number): void {
    const kept = submissionOf(store, submission.id, revision)
    const json = JSON.stringify(submission)
    const row = store.get(
      "SELECT decided ->> '$.bodyHash' AS hash FROM revisions WHERE registration = ? AND revision = ?",
      ...[submission.id, revision],
    )
    if (JSON.stringify(kept) === json || row?.['hash'] !== bodyHash(submission)) return
    store.run(
      'UPDATE submissions SET submission = ? WHERE registration = ? AND revision = ?',
      ...[json, submission.id, revision],
    )
  }

  function armOne({ id, revision, url }: { id: string; revision: number; url: string }, now: Date): Arming {
    const transition = nothingHappened()
    const registration = load(store, id)
    const wanted = registration?.revisions.find((one) => one.revision === revision)
    if (registration === null || wanted === undefined) return { may: 'no', transition }
    const surroundings = surroundingsOf(store, registration, wanted)
    const event = { type: 'arm' as const, now, revision, surroundings }
    const submission = submissionOf(store, id, revision)
    const effects = apply(store, decide, registration, event, transition, { url, submission })
    const begun = effects.find((one) => one.do === 'begin-attempt')
    if (begun?.do !== 'begin-attempt') {
      const isPending = wanted.state === 'queued' || wanted.state === 'unknown' || wanted.reason === 'grace'
      if (!isPending || transition.changes.length > 0) return { may: 'no', transition }
      if (wanted.nextTry !== null && Date.parse(wanted.nextTry) > now.getTime())
        return { may: 'later', at: wanted.nextTry, transition }
      return { may: surroundings.registryOpen ? 'no' : 'paused', transition }
    }
    const { attempt, purpose } = begun
    const { traits, earlierUnknown } = wanted
    return {
      may: 'begin',
      armed: { submission, traits, revision, attempt, purpose, earlierUnknown },
      transition,
    }
  }

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
        const takenUp = idsBehind(leftAlone.filter(({ path }) => isDone(store, path)))
        withdraw(
          withdrawn.filter((id) => !takenUp.has(id)),
          now,
        )
        for (const { path } of done) store.run("UPDATE artifacts SET status = 'done' WHERE path = ?", path)
        return plans.map((plan) => planOne(plan, now))
      })
      for (const one of done) remember(store, { ...one, status: 'done' })
      return planned
    },
    withdraw: (ids, now) => transaction(() => withdraw(ids, now)),
    arm: (request, now) => transaction(() => armOne(request, now)),
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
