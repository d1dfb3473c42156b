/**
 * Bugs put into the decisions, or between the daemon and its journal, to see that the simulation finds them.
 * Each is a mistake that somebody could make in good faith.
 */
import type { Decide, Effect, Registration, Revision } from '../../../src/decision.ts'
import type { Plan, Traits } from '../../../src/handovers.ts'
import type { Fault } from './faults.ts'
import type { SimulatedJournal } from './journal.ts'

export type Bug = {
  decide(decide: Decide): Decide
  /** The journal as the daemon sees it. */
  journal(journal: SimulatedJournal): SimulatedJournal
}
type Event = Parameters<Decide>[1]

export const sound: Bug = { decide: (decide) => decide, journal: (journal) => journal }

const deciding = (decide: Bug['decide']): Bug => ({ ...sound, decide })

const keeping = (change: (journal: SimulatedJournal) => Partial<SimulatedJournal>): Bug => ({
  ...sound,
  journal: (journal) => ({ ...journal, ...change(journal) }),
})

/** Changes every revision of what was decided. */
const revising = (change: (revision: Revision, event: Event, old: Revision | undefined) => Revision): Bug =>
  deciding((decide) => (registration, event) => {
    const decided = decide(registration, event)
    const revisions = decided.registration.revisions.map((one) =>
      change(
        one,
        event,
        registration.revisions.find((old) => old.revision === one.revision),
      ),
    )
    return { ...decided, registration: { ...decided.registration, revisions } }
  })

/** Decides as if the kind were another one. */
const mistaking = (traits: Partial<Traits>, when: (event: Event) => boolean = () => true): Bug =>
  deciding((decide) => (registration, event) => {
    if (!when(event)) return decide(registration, event)
    const mistaken = registration.revisions.map((one) => ({ ...one, traits: { ...one.traits, ...traits } }))
    const decided = decide({ ...registration, revisions: mistaken }, event)
    const revisions = decided.registration.revisions.map((one) => ({
      ...one,
      traits: registration.revisions.find((old) => old.revision === one.revision)?.traits ?? one.traits,
    }))
    return { ...decided, registration: { ...decided.registration, revisions } }
  })

const without = (dropped: Effect['do']): Bug =>
  deciding((decide) => (registration, event) => {
    const decided = decide(registration, event)
    return { ...decided, effects: decided.effects.filter((one) => one.do !== dropped) }
  })

const planningNo = (type: Plan['submission']['subject']['type']): Bug =>
  keeping((journal) => ({
    plan: (plans, ...more) =>
      journal.plan(
        plans.filter((one) => one.submission.subject.type !== type),
        ...more,
      ),
  }))

const queued = (one: Revision): Revision => ({
  ...one,
  state: 'queued',
  reason: null,
  inDoubt: false,
  nextTry: null,
  wake: one.wake + 1,
})

const isLost = (event: Event): boolean => event.type === 'settled' && event.outcome.type === 'lost'
const isLookedUp = (event: Event, result: 'found' | 'not-found'): boolean =>
  event.type === 'settled' && event.outcome.type === 'look-up' && event.outcome.result.is === result
const isServerError = (event: Event): boolean =>
  event.type === 'settled' && event.outcome.type === 'verdict' && event.outcome.verdict.is === 'unknown'
const isDoubtful = (one: Revision): boolean => one.inDoubt && !one.traits.repeatable

/** What somebody did, and the faults that it must be found by; where those are rare, from which seed on. */
export const bugs: Array<[what: string, found: Fault[], bug: Bug, from?: number]> = [
  [
    'a time-out is sent again',
    ['something was registered twice'],
    revising((one, event) => (isLost(event) && isDoubtful(one) ? queued(one) : one)),
  ],
  [
    'a time-out is sent again at a kind that is taken for another',
    ['what may have arrived was sent again where a repeat doubles'],
    mistaking({ repeatable: true }),
  ],
  [
    'a time-out is queued, and its doubt kept',
    ['queued while in doubt'],
    revising((one, event) => (isLost(event) && isDoubtful(one) ? { ...queued(one), inDoubt: true } : one)),
  ],
  [
    'a time-out counts as taken',
    ['registered, and the registry has nothing of it'],
    revising((one, event) =>
      isLost(event) && one.inDoubt ? { ...one, state: 'registered', reason: null, inDoubt: false } : one,
    ),
  ],
  [
    'an attempt that a crash cut off counts as not sent',
    ['something was registered twice'],
    revising((one, event, old) =>
      event.type === 'restarted' && old?.onWire != null && one.onWire === null ? queued(one) : one,
    ),
  ],
  [
    'a server error counts as not taken',
    ['something was registered twice'],
    revising((one, event) => (isServerError(event) && isDoubtful(one) ? queued(one) : one)),
  ],
  [
    'a server error counts as a refusal',
    ['refused, and the registry has it'],
    revising((one, event) =>
      isServerError(event) && one.inDoubt ? { ...one, state: 'refused', reason: 'by-registry' } : one,
    ),
  ],
  [
    'a look-up that finds nothing sends again',
    ['something was registered twice'],
    revising((one, event) => (isLookedUp(event, 'not-found') ? queued(one) : one)),
  ],
  [
    'a look-up that finds it is not believed',
    ['what was found there is not registered'],
    deciding(
      (decide) => (registration, event) =>
        event.type === 'settled' && isLookedUp(event, 'found')
          ? decide(registration, { ...event, outcome: { type: 'look-up', result: { is: 'not-found' } } })
          : decide(registration, event),
    ),
  ],
  [
    'a correction that is found by its name counts as made',
    ['what was there before counts as corrected'],
    mistaking({ corrects: false }, (event) => isLookedUp(event, 'found')),
    80_016_163,
  ],
  [
    'a lost answer is asked after where nobody can be asked',
    ['a registry was asked that cannot be'],
    mistaking({ askable: true }),
  ],
  [
    'the attempt is recorded after the send',
    ['a byte left before it was recorded', 'a commit that no recorded attempt explains'],
    keeping((journal) => ({
      arm: (...given) => journal.tried(() => journal.arm(...given)),
      async settle(which, outcome, now) {
        await journal.arm({ ...which, url: '' }, now)
        return journal.settle(which, outcome, now)
      },
    })),
  ],
  ['the record of an attempt is left out', ['an outcome stays unknown'], without('begin-attempt')],
  [
    'an attempt on the wire is shown as queued',
    ['the state and the wire say different things'],
    revising((one) => (one.state === 'sending' ? { ...one, state: 'queued' } : one)),
  ],
  [
    'the end of an attempt is left on the wire',
    ['an outcome stays unknown'],
    revising((one, event, old) =>
      event.type === 'settled' && event.outcome.type === 'not-sent' && old?.onWire != null
        ? { ...one, onWire: old.onWire, state: old.state }
        : one,
    ),
  ],
  [
    'a wake-up is forgotten',
    ['a wake-up was forgotten, and only a sweep found it'],
    revising((one, event, old) =>
      event.type === 'settled' && old !== undefined && one.state === 'queued'
        ? { ...one, wake: old.wake }
        : one,
    ),
  ],
  [
    'a grace has no end',
    ['a grace without an end'],
    revising((one) => (one.reason === 'grace' ? { ...one, nextTry: null } : one)),
  ],
  [
    'an older revision may still be sent',
    ['an older revision came after a newer one', 'two revisions of one subject were on the wire'],
    deciding((decide) => (registration, event) => {
      if (event.type !== 'arm') return keepingOlder(decide, registration, event)
      const newer = registration.revisions.filter((one) => one.revision > event.revision)
      const older = registration.revisions.filter((one) => one.revision <= event.revision)
      const decided = decide({ ...registration, revisions: older }, event)
      const revisions = [...decided.registration.revisions, ...newer]
      return { ...decided, registration: { ...decided.registration, revisions } }
    }),
  ],
  ['a tube is not claimed', ['a tube was registered in two batches'], without('claim')],
  [
    'claims are let go at once',
    ['a tube was registered in two batches'],
    deciding((decide) => (registration, event) => {
      const decided = decide(registration, event)
      const isEnded = decided.effects.some((one) => one.do === 'end-attempt')
      return isEnded ? { ...decided, effects: [...decided.effects, { do: 'release-claims' }] } : decided
    }),
  ],
  [
    'a pause is not seen',
    ['a paused registry was sent to'],
    deciding(
      (decide) => (registration, event) =>
        decide(
          registration,
          event.type === 'arm'
            ? { ...event, surroundings: { ...event.surroundings, registryOpen: true } }
            : event,
        ),
    ),
  ],
  ['an outage pauses nothing', ['an outage did not pause its registry'], without('pause-registry')],
  [
    'a job that comes twice sends twice',
    ['two attempts of one subject were on the wire'],
    deciding((decide) => (registration, event) => {
      if (event.type !== 'arm') return decide(registration, event)
      const landed = registration.revisions.map(
        (one): Revision => (one.state === 'sending' ? { ...one, state: 'queued', onWire: null } : one),
      )
      return decide({ ...registration, revisions: landed }, event)
    }),
  ],
  [
    'what was registered is corrected where it cannot be',
    ['something was registered twice', 'registered, and the registry has something else'],
    mistaking({ corrects: true }),
  ],
  [
    'a refusal is tried again',
    ['a job is forgotten'],
    revising((one, event) => (event.type === 'settled' && one.state === 'refused' ? queued(one) : one)),
  ],
  [
    'a person is asked without a reason',
    ['a person is not told why'],
    revising((one) => (one.state === 'held' ? { ...one, reason: null } : one)),
  ],
  [
    'part of a batch counts as all of it',
    ['registered, and the registry has something else'],
    revising((one) =>
      one.state === 'held' && one.reason === 'partial' ? { ...one, state: 'registered', reason: null } : one,
    ),
  ],
  ['a receipt is not kept', ['registered without a receipt'], without('receipt')],
  [
    'runs are not told that their library is there',
    ['a run still waits for a library that is there'],
    without('library-settled'),
  ],
  [
    'a correction does not wait for what is in doubt',
    ['something was registered twice'],
    revising((one, event, old) =>
      event.type === 'planned' &&
      old === undefined &&
      one.reason === 'previous-revision' &&
      one.bodyHash !== null
        ? queued(one)
        : one,
    ),
  ],
  [
    'a correction is not taken up when what it waited for has ended',
    ['something is waited for that has come'],
    revising((one, event, old) =>
      event.type === 'settled' && old?.reason === 'previous-revision' ? old : one,
    ),
  ],
  [
    'a corrected sheet is forgotten',
    ['what was wanted last was forgotten', 'a correction never arrived'],
    deciding(
      (decide) => (registration, event) =>
        event.type === 'planned' && registration.revisions.some((one) => one.state === 'registered')
          ? {
              registration,
              effects: [{ do: 'planned', revision: registration.revisions.length, change: 'none' }],
            }
          : decide(registration, event),
    ),
  ],
  [
    'what is no longer asked for is not marked so',
    ['superseded, and nothing has taken its place'],
    revising((one) => ({ ...one, withdrawn: false })),
  ],
  ['libraries are not planned', ['a library was lost'], planningNo('library')],
  ['batches are not planned', ['a batch was lost'], planningNo('batch')],
  ['runs are not planned', ['a run was lost'], planningNo('run')],
  [
    'a sheet is not called done when it is planned',
    ['a sheet was never planned'],
    keeping((journal) => ({
      plan: (plans, now, along) => journal.plan(plans, now, along && { ...along, done: [] }),
    })),
  ],
  [
    'what is kept of a file stays as it was first seen',
    ['what lies on the disk was overlooked'],
    keeping((journal) => ({
      async saveArtifact(artifact) {
        const first = await journal.artifact(artifact.path)
        await journal.saveArtifact({ ...artifact, fingerprint: first?.fingerprint ?? artifact.fingerprint })
      },
    })),
  ],
  [
    'sheets are not kept',
    ['what lies on the disk was never seen'],
    keeping((journal) => ({
      saveArtifact: async (artifact) => {
        if (artifact.type !== 'sheet') await journal.saveArtifact(artifact)
      },
    })),
  ],
]

/** Nothing is superseded: what was queued stays so. */
function keepingOlder(decide: Decide, registration: Registration, event: Event): ReturnType<Decide> {
  const decided = decide(registration, event)
  const revisions = decided.registration.revisions.map((one) => {
    const old = registration.revisions.find((other) => other.revision === one.revision)
    return one.state === 'superseded' && old?.state === 'queued' ? old : one
  })
  return { ...decided, registration: { ...decided.registration, revisions } }
}
