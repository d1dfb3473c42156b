/** Moves that every decision is made of: changing one revision, scheduling it, and taking up the one that waits. */
import type { Effect, Registration, Revision } from '../../decision.ts'
import type { Reason, State } from '../../record/registration.ts'

/** What a decision came to, before its consequences: `because` and `who` are for the history. */
export type Step = { registration: Registration; effects: Effect[]; because?: string; who?: string }

export const unchanged = (registration: Registration): Step => ({ registration, effects: [] })

/** The registration with this revision in the place of its older self. */
export const update = (registration: Registration, revision: Revision): Registration => ({
  ...registration,
  revisions: registration.revisions.map((one) => (one.revision === revision.revision ? revision : one)),
})

export const newestOf = (registration: Registration): Revision | undefined => registration.revisions.at(-1)

/** The revision in another state; `since` moves only where state or reason do. */
export function become(revision: Revision, state: State, reason: Reason | null, now: Date): Revision {
  const stays = revision.state === state && revision.reason === reason
  return { ...revision, state, reason, since: stays ? revision.since : now.toISOString() }
}

/** Due at `at`, or as soon as it may; either way it needs a new job. */
export const schedule = (revision: Revision, at: string | null): Revision => ({
  ...revision,
  nextTry: at,
  wake: revision.wake + 1,
})

/** Out of the wire's and the clock's hands. */
export const rest = (revision: Revision): Revision => ({ ...revision, nextTry: null, onWire: null })

export const hasBeenTried = (revision: Revision): boolean => revision.lastAttempt > 0

/** Could the registry have something of this revision, now or once its attempt is answered? */
export function mayStand(revision: Revision): boolean {
  switch (revision.state) {
    case 'registered':
    case 'sending':
    case 'unknown':
      return true
    case 'waiting':
    case 'queued':
    case 'held':
      return hasBeenTried(revision)
    case 'refused':
      return revision.inDoubt
    case 'superseded':
    case 'abandoned':
      // What a person says of an unknown outcome decides about it, and lets nobody else have its tubes.
      return revision.earlierUnknown || revision.inDoubt
    default:
      return revision.state satisfies never
  }
}

/** The first state of a revision that nothing before it stands in the way of. */
function enter(revision: Revision, now: Date): Revision {
  if (revision.stop !== null && !revision.overruled)
    return rest(become(revision, revision.stop.state, revision.stop.reason, now))
  const awaited = revision.waitingFor.find((reason) => !reason.startsWith('library '))
  if (awaited !== undefined) return rest(become(revision, 'waiting', awaited, now))
  if (revision.bodyHash === null) throw new Error('A plan without a request must say what it waits for')
  if (revision.notBefore !== null && Date.parse(revision.notBefore) > now.getTime())
    return schedule(become(revision, 'waiting', 'grace', now), revision.notBefore)
  return schedule(become(revision, 'queued', null, now), null)
}

/**
 * Takes up the newest revision if it waits for an earlier one that no longer holds it back.
 *
 * Earlier ones never sent are superseded; on the wire, in doubt or before a person, they are waited for. What was
 * registered is corrected where the kind can, else a person must see to it.
 */
export function takeUp(registration: Registration, now: Date): Registration {
  const newest = newestOf(registration)
  if (newest === undefined || newest.state !== 'waiting' || newest.reason !== 'previous-revision')
    return registration
  let taken = registration
  let inDoubt = false
  for (const earlier of registration.revisions.slice(0, -1).reverse()) {
    const rule = against(newest, earlier)
    if (rule === 'wait') return taken
    if (rule === 'supersede') taken = update(taken, rest(become(earlier, 'superseded', null, now)))
    if (rule === 'amendment') return update(taken, rest(become(newest, 'held', 'amendment', now)))
    if (rule === 'same' && !inDoubt)
      return update(taken, {
        ...rest(become(newest, 'registered', null, now)),
        remoteIds: earlier.remoteIds,
      })
    if (rule === 'same' || rule === 'correct') break
    inDoubt ||= mayStand(earlier)
  }
  return update(taken, enter(newest, now))
}

type Rule = 'wait' | 'supersede' | 'amendment' | 'same' | 'correct' | 'pass'

function against(newest: Revision, earlier: Revision): Rule {
  switch (earlier.state) {
    case 'sending':
    case 'unknown':
      return 'wait'
    case 'waiting':
    case 'queued':
      // It may be there already, and what is there stays as it is: its next answer tells.
      return mayBeThere(earlier) && !newest.traits.corrects ? 'wait' : 'supersede'
    case 'held':
      return !hasBeenTried(earlier) || newest.traits.corrects ? 'supersede' : 'wait'
    case 'registered':
      if (earlier.bodyHash === newest.bodyHash) return 'same'
      return newest.traits.corrects ? 'correct' : 'amendment'
    case 'abandoned':
      return earlier.inDoubt && !newest.traits.corrects ? 'amendment' : 'pass'
    case 'refused':
    case 'superseded':
      return 'pass'
    default:
      return earlier.state satisfies never
  }
}

/** Some answer was lost or told nothing, and no later one has told that it is not there. */
const mayBeThere = ({ earlierUnknown, traits, reason }: Revision): boolean =>
  earlierUnknown && traits.repeatable && reason === null
