/**
 * Bugs put into the decisions, or into what the journal does with them, to see that the simulation finds them.
 * Each is a mistake that somebody could make in good faith.
 */
import type { Arming, Decide, Effect, Registration, Revision, Transition } from '../../../src/decision.ts'
import type { SimulatedJournal } from './journal.ts'

export type Bug = {
  decide(decide: Decide): Decide
  arm(journal: SimulatedJournal, ...given: Parameters<SimulatedJournal['arm']>): Promise<Arming>
  settle(journal: SimulatedJournal, ...given: Parameters<SimulatedJournal['settle']>): Promise<Transition>
}

export const sound: Bug = {
  decide: (decide) => decide,
  arm: (journal, ...given) => journal.arm(...given),
  settle: (journal, ...given) => journal.settle(...given),
}

/** Finds out what to send, and records it together with its end. */
const recordedLater: Bug = {
  ...sound,
  arm: (journal, ...given) => journal.tried(() => journal.arm(...given)),
  async settle(journal, which, outcome, now) {
    await journal.arm({ id: which.id, revision: which.revision, url: '' }, now)
    return journal.settle(which, outcome, now)
  },
}

const deciding = (decide: Bug['decide']): Bug => ({ ...sound, decide })

/** Changes every revision of what was decided. */
const revising = (
  change: (revision: Revision, old: Revision | undefined, event: Parameters<Decide>[1]) => Revision,
): Bug =>
  deciding((decide) => (registration, event) => {
    const decided = decide(registration, event)
    const revisions = decided.registration.revisions.map((one) =>
      change(
        one,
        registration.revisions.find((old) => old.revision === one.revision),
        event,
      ),
    )
    return { ...decided, registration: { ...decided.registration, revisions } }
  })

const without = (dropped: Effect['do']): Bug =>
  deciding((decide) => (registration, event) => {
    const decided = decide(registration, event)
    return { ...decided, effects: decided.effects.filter((one) => one.do !== dropped) }
  })

const queued = (one: Revision): Revision => ({
  ...one,
  state: 'queued',
  reason: null,
  inDoubt: false,
  nextTry: null,
  wake: one.wake + 1,
})

export const bugs: Record<string, Bug> = {
  'a time-out is sent again': revising((one, _, event) =>
    event.type === 'settled' && event.outcome.type === 'lost' && isDoubtful(one) ? queued(one) : one,
  ),
  'an attempt that a crash cut off counts as not sent': revising((one, old, event) =>
    event.type === 'restarted' && old?.onWire != null && one.onWire === null ? queued(one) : one,
  ),
  'a server error counts as not taken': revising((one, _, event) =>
    event.type === 'settled' &&
    event.outcome.type === 'verdict' &&
    event.outcome.verdict.is === 'unknown' &&
    isDoubtful(one)
      ? queued(one)
      : one,
  ),
  'a look-up that finds nothing sends again': revising((one, _, event) =>
    event.type === 'settled' && event.outcome.type === 'look-up' && event.outcome.result.is === 'not-found'
      ? queued(one)
      : one,
  ),
  'a look-up that finds it is not believed': deciding(
    (decide) => (registration, event) =>
      event.type === 'settled' && event.outcome.type === 'look-up' && event.outcome.result.is === 'found'
        ? decide(registration, { ...event, outcome: { type: 'look-up', result: { is: 'not-found' } } })
        : decide(registration, event),
  ),
  'the attempt is recorded after the send': recordedLater,
  'the record of an attempt is left out': without('begin-attempt'),
  'the end of an attempt is left on the wire': revising((one, old, event) =>
    event.type === 'settled' && event.outcome.type === 'not-sent' && old?.onWire != null
      ? { ...one, onWire: old.onWire, state: old.state }
      : one,
  ),
  'a wake-up is forgotten': revising((one, old, event) =>
    event.type === 'settled' && old !== undefined && one.state === 'queued'
      ? { ...one, wake: old.wake }
      : one,
  ),
  'an older revision may still be sent': deciding((decide) => (registration, event) => {
    if (event.type !== 'arm') return keepingOlder(decide, registration, event)
    const newer = registration.revisions.filter((one) => one.revision > event.revision)
    const older = registration.revisions.filter((one) => one.revision <= event.revision)
    const decided = decide({ ...registration, revisions: older }, event)
    const revisions = [...decided.registration.revisions, ...newer]
    return { ...decided, registration: { ...decided.registration, revisions } }
  }),
  'a tube is not claimed': without('claim'),
  'claims are let go at once': deciding((decide) => (registration, event) => {
    const decided = decide(registration, event)
    const isEnded = decided.effects.some((one) => one.do === 'end-attempt')
    return isEnded ? { ...decided, effects: [...decided.effects, { do: 'release-claims' }] } : decided
  }),
  'a pause is not seen': deciding(
    (decide) => (registration, event) =>
      decide(
        registration,
        event.type === 'arm'
          ? { ...event, surroundings: { ...event.surroundings, registryOpen: true } }
          : event,
      ),
  ),
  'an outage pauses nothing': without('pause-registry'),
  'a job that comes twice sends twice': deciding((decide) => (registration, event) => {
    if (event.type !== 'arm') return decide(registration, event)
    const landed = registration.revisions.map(
      (one): Revision => (one.state === 'sending' ? { ...one, state: 'queued', onWire: null } : one),
    )
    return decide({ ...registration, revisions: landed }, event)
  }),
  'what was registered is corrected where it cannot be': deciding((decide) => (registration, event) => {
    if (event.type !== 'planned') return decide(registration, event)
    const traits = { ...event.asked.traits, corrects: true }
    return decide(registration, { ...event, asked: { ...event.asked, traits } })
  }),
  'a refusal is tried again': revising((one, _, event) =>
    event.type === 'settled' && one.state === 'refused' ? queued(one) : one,
  ),
  'part of a batch counts as all of it': revising((one) =>
    one.state === 'held' && one.reason === 'partial' ? { ...one, state: 'registered', reason: null } : one,
  ),
  'a receipt is not kept': without('receipt'),
  'runs are not told that their library is there': without('library-settled'),
  'a correction does not wait for what is in doubt': revising((one, old, event) =>
    event.type === 'planned' &&
    old === undefined &&
    one.reason === 'previous-revision' &&
    one.bodyHash !== null
      ? queued(one)
      : one,
  ),
  'a corrected sheet is forgotten': deciding(
    (decide) => (registration, event) =>
      event.type === 'planned' && registration.revisions.some((one) => one.state === 'registered')
        ? {
            registration,
            effects: [{ do: 'planned', revision: registration.revisions.length, change: 'none' }],
          }
        : decide(registration, event),
  ),
}

const isDoubtful = (one: Revision): boolean => one.inDoubt && !one.traits.repeatable

/** Nothing is superseded: what was queued stays so. */
function keepingOlder(
  decide: Decide,
  registration: Registration,
  event: Parameters<Decide>[1],
): ReturnType<Decide> {
  const decided = decide(registration, event)
  const revisions = decided.registration.revisions.map((one) => {
    const old = registration.revisions.find((other) => other.revision === one.revision)
    return one.state === 'superseded' && old?.state === 'queued' ? old : one
  })
  return { ...decided, registration: { ...decided.registration, revisions } }
}
