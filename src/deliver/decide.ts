/**
 * The decision core: what becomes of a registration when something happens to it.
 *
 * Pure. The clock and chance come in the event; what must be done beside keeping the new state goes out as effects,
 * which the journal carries out in the same transaction.
 */
import type { Decide, DeliveryEvent, Effect, Registration, Revision } from '../decision.ts'
import { act } from './decide/act.ts'
import { arm } from './decide/arm.ts'
import { restart, settle } from './decide/outcome.ts'
import { plan, withdraw } from './decide/plan.ts'
import { mayStand, type Step, schedule, takeUp, update } from './decide/revisions.ts'

/** The core at a clock of waits `timeScale` times as fast: drills divide every wait but Retry-After. */
export const decideAt =
  (timeScale: number): Decide =>
  (registration, event) => {
    const step = handle(registration, event, timeScale)
    const after = takeUp(step.registration, event.now)
    return {
      registration: after,
      effects: [...step.effects, ...consequences(registration, after, step)],
    }
  }

function handle(registration: Registration, event: DeliveryEvent, timeScale: number): Step {
  switch (event.type) {
    case 'planned':
      return plan(registration, event)
    case 'withdrawn':
      return withdraw(registration, event.now)
    case 'arm':
      return arm(registration, event, timeScale)
    case 'settled':
      return settle(registration, event, timeScale)
    case 'restarted':
      return restart(registration, event, timeScale)
    case 'library-settled':
      return goOn(registration, event.library)
    case 'acted':
      return act(registration, event)
    default:
      return event satisfies never
  }
}

/** The library is there: whoever waited for it may be sent at once. */
function goOn(registration: Registration, library: string): Step {
  const waiting = registration.revisions.filter((one) => one.reason === `library ${library}`)
  const revisions = waiting.map((one) => ({
    ...schedule(one, null),
    reason: null,
    steps: { ...one.steps, prerequisite: 0 },
  }))
  return { registration: revisions.reduce(update, registration), effects: [] }
}

/** What follows from any change, whatever brought it: a line of history each, claims let go, libraries announced. */
function consequences(before: Registration, after: Registration, step: Step): Effect[] {
  const effects: Effect[] = []
  for (const revision of after.revisions) {
    const old = before.revisions.find((one) => one.revision === revision.revision)
    if (old !== undefined && !hasMoved(old, revision)) continue
    effects.push({
      do: 'note',
      event: `registration.${revision.state}`,
      revision: revision.revision,
      who: step.who ?? null,
      detail: { reason: revision.reason, nextTry: revision.nextTry, because: step.because ?? null },
    })
  }
  if (before.revisions.some(mayStand) && !after.revisions.some(mayStand))
    effects.push({ do: 'release-claims' })
  if (before.subject.type === 'library' && hasSettled(before, after))
    effects.push({ do: 'library-settled', library: before.subject.name })
  return effects
}

const hasMoved = (old: Revision, revision: Revision): boolean =>
  old.state !== revision.state ||
  old.reason !== revision.reason ||
  old.nextTry !== revision.nextTry ||
  old.onWire?.attempt !== revision.onWire?.attempt

/**
 * Nothing more is awaited of a library: a revision of it is registered, or it is no longer ours to register. A correction
 * counts anew: what a person called registered may not have been there.
 */
const hasSettled = (before: Registration, after: Registration): boolean =>
  after.revisions.some(
    ({ state, revision }) =>
      state === 'registered' &&
      before.revisions.find((old) => old.revision === revision)?.state !== 'registered',
  ) ||
  (isGivenUp(after) && !isGivenUp(before))

const isGivenUp = (library: Registration): boolean =>
  library.revisions.every(({ state }) => state === 'superseded' || state === 'abandoned')
