/** Carries a decision out: keeps the new state, and does its effects, all in one transaction. */
import type { Decide, DeliveryEvent, Effect, Registration, Revision, Transition } from '../decision.ts'
import type { Submission } from '../handovers.ts'
import { load } from './decided.ts'
import { pauseRegistry } from './registry-rows.ts'
import type { Store } from './store.ts'

/** What the rows need beside the decision: the submission of a new plan or of an attempt, its address, its answer. */
export type Context = { submission?: Submission; url?: string; answer?: string | null }

export const nothingHappened = (): Transition => ({ changes: [], wakes: [], paused: [], declined: null })

/** Decides, keeps, does what follows, and gathers it all in `into`. */
export function apply(
  store: Store,
  decide: Decide,
  registration: Registration,
  event: DeliveryEvent,
  into: Transition,
  context: Context = {},
): Effect[] {
  const { registration: after, effects } = decide(registration, event)
  for (const revision of after.revisions) keep(store, registration, after, revision, context)
  gather(registration, after, effects, into)
  for (const effect of effects) carryOut(store, decide, after, effect, event.now, into, context)
  return effects
}

/** One event, made anew for each, happens to these registrations. */
export function applyToEach(
  store: Store,
  decide: Decide,
  ids: string[],
  event: () => DeliveryEvent,
  context?: Context,
): Transition {
  const into = nothingHappened()
  for (const id of ids) {
    const registration = load(store, id)
    if (registration === null) into.declined = 'there is no such registration'
    else apply(store, decide, registration, event(), into, context)
  }
  return into
}

function keep(
  store: Store,
  before: Registration,
  after: Registration,
  revision: Revision,
  { submission }: Context,
): void {
  const old = before.revisions.find((one) => one.revision === revision.revision)
  const decided = JSON.stringify(revision)
  if (old === undefined) {
    if (submission === undefined) throw new Error('A new revision comes with its submission')
    const { id } = after
    store.run(
      'INSERT INTO revisions (registration, revision, decided) VALUES (?, ?, ?)',
      ...[id, revision.revision, decided],
    )
    store.run(
      'INSERT INTO submissions (registration, revision, submission) VALUES (?, ?, ?)',
      ...[id, revision.revision, JSON.stringify(submission)],
    )
    store.run('UPDATE registrations SET newest = ? WHERE id = ?', revision.revision, id)
    return
  }
  const was = JSON.stringify(old)
  if (was === decided) return
  const kept = store.run(
    'UPDATE revisions SET decided = ? WHERE registration = ? AND revision = ? AND decided = ?',
    ...[decided, after.id, revision.revision, was],
  )
  if (kept !== 1) throw new Error(`Revision ${revision.revision} of ${after.id} is not in state ${old.state}`)
}

function gather(before: Registration, after: Registration, effects: Effect[], into: Transition): void {
  for (const revision of after.revisions) {
    const old = before.revisions.find((one) => one.revision === revision.revision)
    const wake = { id: after.id, registry: after.registry, revision: revision.revision }
    if (revision.wake !== (old?.wake ?? 0))
      into.wakes.push({ ...wake, wake: revision.wake, at: revision.nextTry })
    const note = effects.find((one) => one.do === 'note' && one.revision === revision.revision)
    if (note?.do !== 'note') continue
    const detail = note.detail as { because: string | null }
    const { attempts, state, reason, nextTry, remoteIds } = revision
    into.changes.push({
      ...{ registration: after.id, registry: after.registry, subject: after.subject },
      ...{ revision: revision.revision, attempts, state, reason, nextTry, remoteIds },
      ...{ before: old?.state ?? null, because: detail.because, who: note.who },
    })
  }
}

function carryOut(
  store: Store,
  decide: Decide,
  registration: Registration,
  effect: Effect,
  now: Date,
  into: Transition,
  context: Context,
): void {
  const { id, registry } = registration
  const at = now.toISOString()
  switch (effect.do) {
    case 'planned':
      return
    case 'begin-attempt': {
      const sent = registration.revisions.find((one) => one.revision === effect.revision)
      const path = effect.purpose === 'send' ? (context.submission?.mapped?.request.path ?? '') : ''
      store.run(
        `INSERT INTO attempts (registration, revision, attempt, purpose, url, body_hash, started)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[id, effect.revision, effect.attempt, effect.purpose],
        ...[`${context.url ?? ''}${path}`, sent?.bodyHash ?? '', at],
      )
      return
    }
    case 'end-attempt':
      store.run(
        `UPDATE attempts SET ended = ?, outcome = ?, answer = ?, detail = ?
         WHERE registration = ? AND revision = ? AND attempt = ? AND ended IS NULL`,
        ...[at, effect.outcome, context.answer ?? null, effect.detail, id, effect.revision, effect.attempt],
      )
      return
    case 'claim':
      for (const claim of effect.claims)
        store.run(
          'INSERT INTO claims (registry, claim, registration) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          ...[registry, claim, id],
        )
      return
    case 'release-claims':
      store.run('DELETE FROM claims WHERE registration = ?', id)
      return
    case 'receipt': {
      const { subject } = registration
      const kind = String(store.get('SELECT kind FROM registrations WHERE id = ?', id)?.['kind'])
      const { remoteIds, samples } = effect
      store.run(
        `INSERT INTO receipts (registration, receipt) VALUES (?, ?)
         ON CONFLICT (registration) DO UPDATE SET receipt = excluded.receipt`,
        id,
        JSON.stringify({ registration: id, registry, kind, subject, remoteIds, samples, at }),
      )
      return
    }
    case 'pause-registry':
      if (pauseRegistry(store, registry, effect.reason, effect.detail, now))
        into.paused.push({ registry, reason: effect.reason, detail: effect.detail })
      return
    case 'library-settled':
      for (const run of waitingFor(store, registry, effect.library))
        apply(store, decide, run, { type: 'library-settled', now, library: effect.library }, into)
      return
    case 'decline':
      into.declined = effect.why
      return
    case 'note':
      store.run(
        `INSERT INTO events (at, event, registration, revision, registry, who, detail)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[at, effect.event, id, effect.revision, registry, effect.who, JSON.stringify(effect.detail)],
      )
      return
    default:
      effect satisfies never
  }
}

const waitingFor = (store: Store, registry: string, library: string): Registration[] =>
  store
    .all(
      `SELECT DISTINCT registration FROM revisions JOIN registrations ON id = registration
       WHERE state = 'queued' AND reason = ? AND registry = ?`,
      `library ${library}`,
      registry,
    )
    .flatMap((row) => load(store, String(row['registration'])) ?? [])
