/** What planning asks for: a first revision, a newer one in its place, or nothing, since the same was asked before. */
import type { Asked, DeliveryEvent, Registration, Revision } from '../../decision.ts'
import { become, hasBeenTried, newestOf, rest, type Step, takeUp, unchanged, update } from './revisions.ts'

type Change = 'none' | 'new' | 'revised' | 'updated'

export function plan(
  registration: Registration,
  { asked, now }: Extract<DeliveryEvent, { type: 'planned' }>,
): Step {
  const newest = newestOf(registration)
  if (newest === undefined) return append(registration, asked, 'new', now)
  if (!isUntouched(newest)) {
    // Without a request there is nothing to correct with: what was sent stays as it is.
    const isSame = asked.bodyHash === null || asked.bodyHash === newest.bodyHash
    return isSame ? told(registration, newest, 'none') : append(registration, asked, 'revised', now)
  }
  if (newest.bodyHash === asked.bodyHash) return refresh(registration, newest, asked, now)
  const isPlaceholder = newest.bodyHash === null && (newest.state === 'waiting' || newest.withdrawn)
  return isPlaceholder
    ? replan(registration, newest, asked, now)
    : append(registration, asked, 'revised', now)
}

/** Planning no longer asks for it. Only what was never sent can vanish. */
export function withdraw(registration: Registration, now: Date): Step {
  const newest = newestOf(registration)
  if (newest === undefined || newest.withdrawn || !isUntouched(newest)) return unchanged(registration)
  const gone = { ...rest(become(newest, 'superseded', null, now)), withdrawn: true }
  return { registration: update(registration, gone), effects: [] }
}

/** Never tried, and no person has ended it: planning may still change it in place. */
const isUntouched = (revision: Revision): boolean =>
  !hasBeenTried(revision) && revision.state !== 'abandoned' && revision.state !== 'registered'

/** The same request again: only what it waits for, or what stops it, may have changed. */
function refresh(registration: Registration, newest: Revision, asked: Asked, now: Date): Step {
  const movable = ({ waitingFor, stop, claims, prerequisite }: Asked) =>
    JSON.stringify([waitingFor, stop, claims, prerequisite])
  if (!newest.withdrawn && movable(newest) === movable(asked)) return told(registration, newest, 'none')
  const step = replan(registration, newest, { ...asked, notBefore: earlier(newest, asked) }, now)
  const taken = newestOf(step.registration)
  const stays = taken?.state === newest.state && taken.reason === newest.reason
  if (!stays) return step
  const { state, reason, since, nextTry, wake } = newest
  return told(update(step.registration, { ...taken, state, reason, since, nextTry, wake }), newest, 'none')
}

function replan(registration: Registration, newest: Revision, asked: Asked, now: Date): Step {
  const waiting = rest(become(newest, 'waiting', 'previous-revision', now))
  const replanned: Revision = { ...waiting, ...asked, withdrawn: false }
  return told(takeUp(update(registration, replanned), now), newest, 'updated')
}

/** The grace of one content begins when it is first seen, however often it is seen again. */
function earlier(newest: Revision, asked: Asked): string | null {
  if (newest.notBefore === null || asked.notBefore === null) return null
  return newest.notBefore < asked.notBefore ? newest.notBefore : asked.notBefore
}

function append(registration: Registration, asked: Asked, change: Change, now: Date): Step {
  const revision: Revision = {
    revision: (newestOf(registration)?.revision ?? 0) + 1,
    state: 'waiting',
    reason: 'previous-revision',
    since: now.toISOString(),
    nextTry: null,
    wake: 0,
    ...asked,
    attempts: 0,
    lastAttempt: 0,
    onWire: null,
    earlierUnknown: false,
    inDoubt: false,
    heldAs: 'unknown-outcome',
    steps: { backOff: 0, race: 0, prerequisite: 0, lookUp: 0 },
    overruled: false,
    withdrawn: false,
    remoteIds: {},
  }
  const longer = { ...registration, revisions: [...registration.revisions, revision] }
  return told(longer, revision, change)
}

const told = (registration: Registration, { revision }: Revision, change: Change): Step => ({
  registration,
  effects: [{ do: 'planned', revision, change }],
})
