/** The journal's transactions: each takes in one thing that happened, and keeps everything that follows from it. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { backup, type DatabaseSync } from 'node:sqlite'
import type { Decide, DeliveryEvent, Transition } from '../decision.ts'
import type { Outcome } from '../handovers.ts'
import { armOne } from './arming.ts'
import { moveArtifact, saveArtifact } from './artifacts.ts'
import type { JournalWriter } from './journal.ts'
import { remember, rememberMoved } from './known.ts'
import { getMeta, note, rootScanned, setMeta } from './notes.ts'
import { planOne, withdraw, withoutTakenUp } from './plans.ts'
import { knowRegistries, openRegistry, pauseRegistry } from './registry-rows.ts'
import { type Store, versionOf } from './store.ts'
import { applyToEach, type Context } from './transitions.ts'
import { wakesDue, wakesOf } from './wakes.ts'

const KEPT_ANSWER_BYTES = 64 * 1024

export function createWriter(store: Store, db: DatabaseSync, decide: Decide): JournalWriter {
  const { transaction } = store
  let seenVersion = versionOf(store)

  const applyTo = (ids: string[], event: () => DeliveryEvent, context?: Context): Transition =>
    applyToEach(store, decide, ids, event, context)

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
        withdraw(store, decide, withoutTakenUp(store, withdrawn, leftAlone), now)
        for (const { path } of done) store.run("UPDATE artifacts SET status = 'done' WHERE path = ?", path)
        return plans.map((plan) => planOne(store, decide, plan, now))
      })
      for (const one of done) remember(store, { ...one, status: 'done' })
      return planned
    },
    withdraw: (ids, now) => transaction(() => withdraw(store, decide, ids, now)),
    arm: (request, now) => transaction(() => armOne(store, decide, request, now)),
    settle: ({ id, revision, attempt }, outcome, now) =>
      transaction(() => {
        const event = { type: 'settled' as const, now, revision, attempt, outcome }
        return applyTo([id], () => ({ ...event, random: Math.random() }), { answer: keptAnswer(outcome) })
      }),
    recover: (now) =>
      transaction(() => applyTo(idsOnWire(store), () => ({ type: 'restarted', now, random: Math.random() }))),
    due: async (until, doubtful) => wakesDue(store, until, doubtful),
    wakes: async (ids) => wakesOf(store, ids),
    changedElsewhere: async () => {
      const version = versionOf(store)
      const changed = version !== seenVersion
      seenVersion = version
      return changed
    },
    knowRegistries: (names, now) => transaction(() => knowRegistries(store, names, now)),
    pauseRegistry: (name, reason, detail, now, who) =>
      transaction(() => pauseRegistry(store, name, reason, detail, now, who)),
    openRegistry: (name, by, now, who) => transaction(() => openRegistry(store, name, by, now, who)),
    act: (id, act, who, now) => transaction(() => applyTo([id], () => ({ type: 'acted', now, act, who }))),
    note: (event, now) => transaction(() => note(store, event, now)),
    rootScanned: (root, now) => transaction(() => rootScanned(store, root, now)),
    getMeta: async (key) => getMeta(store, key),
    setMeta: (key, value) => transaction(() => setMeta(store, key, value)),
    backup: (file) => copyTo(db, file),
    close: async () => {
      await store.drained()
      db.close()
    },
  }
}

/**
 * Registrations whose attempt was cut off. Not DISTINCT: SQLite would look at every revision ever made, in place of the
 * few in its index.
 */
function idsOnWire(store: Store): string[] {
  const cut = store.all('SELECT registration FROM revisions WHERE on_wire IS NOT NULL')
  return [...new Set(cut.map((row) => String(row['registration'])))]
}

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
