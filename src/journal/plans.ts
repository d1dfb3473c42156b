/** What planning asks of the journal: revisions made, amended or withdrawn. Called within a transaction. */
import type { Asked, Decide } from '../decision.ts'
import type { Plan } from '../handovers.ts'
import { isDone } from './artifacts.ts'
import { load, submissionOf } from './decided.ts'
import type { Artifact, Planned } from './journal.ts'
import { bodyHash } from './request-hash.ts'
import type { Store } from './store.ts'
import { apply, nothingHappened } from './transitions.ts'

/** One row of the plan: a new revision, an amended one, or nothing, as the core decides. */
export function planOne(store: Store, decide: Decide, plan: Plan, now: Date): Planned {
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
  if (change !== 'new') keepSubmission(store, plan, revision)
  const row = store.get(
    'SELECT state, reason FROM revisions WHERE registration = ? AND revision = ?',
    ...[id, revision],
  )
  const { state, reason } = row as Pick<Planned, 'state' | 'reason'>
  return { id, revision, change, state, reason }
}

/** Facts and warnings may move on while the request stays; one that was or may be sent is never replaced. */
function keepSubmission(store: Store, { submission }: Plan, revision: number): void {
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

export function withdraw(store: Store, decide: Decide, ids: string[], now: Date): void {
  for (const id of ids) {
    const registration = load(store, id)
    if (registration !== null)
      apply(store, decide, registration, { type: 'withdrawn', now }, nothingHappened())
  }
}

/** These but for what is asked for by a run that was to be left alone, and was taken up meanwhile. */
export function withoutTakenUp(store: Store, ids: string[], leftAlone: Artifact[]): string[] {
  const behind = leftAlone
    .filter(({ path }) => isDone(store, path))
    .flatMap(({ path }) => store.all('SELECT id FROM registrations WHERE path = ?', path))
  const takenUp = new Set(behind.map((row) => row['id']))
  return ids.filter((id) => !takenUp.has(id))
}
