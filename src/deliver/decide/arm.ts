/**
 * The one rule of when a registration may go, and so of why one does not: what must hold, in one transaction with the
 * record of the attempt, before a byte may leave.
 */
import type { DeliveryEvent, Registration, Revision } from '../../decision.ts'
import type { Reason, State } from '../../record/registration.ts'
import { LONGEST_WAIT_MS, prerequisiteWaitMs } from '../backoff.ts'
import { become, rest, type Step, schedule, unchanged, update } from './revisions.ts'

type Arm = Extract<DeliveryEvent, { type: 'arm' }>

export function arm(registration: Registration, event: Arm, timeScale: number): Step {
  const { now, surroundings } = event
  const revision = registration.revisions.find((one) => one.revision === event.revision)
  if (revision === undefined || !isSendable(revision) || !isDue(revision, now)) return unchanged(registration)
  if (!surroundings.registryOpen || !isAlone(registration, revision)) return unchanged(registration)
  if (isAskedAfter(revision)) return begin(registration, revision, 'look-up')
  if (surroundings.claimed.length > 0) {
    const because = surroundings.claimed
      .map(({ claim, by }) => `tube ${claim} was registered with ${by}`)
      .join('; ')
    return {
      registration: update(registration, rest(become(revision, 'refused', 'by-rule', now))),
      effects: [],
      because,
    }
  }
  if (surroundings.restored && isAskedFirst(revision)) {
    const because = 'the journal was restored from a copy, and this may have been sent after that was made'
    return { ...begin(registration, become(revision, 'unknown', null, now), 'look-up'), because }
  }
  const { prerequisite } = revision
  if (prerequisite !== null && surroundings.library === 'pending' && revision.state !== 'unknown')
    return {
      registration: update(registration, behind(revision, `library ${prerequisite}`, now, timeScale)),
      effects: [],
      because: `the library ${prerequisite} is not registered yet`,
    }
  return begin(registration, become(revision, 'sending', null, now), 'send')
}

/** Queued behind what is missing at the registry; tried again by and by, and at once when we register that library. */
export function behind(revision: Revision, reason: Reason | null, now: Date, timeScale: number): Revision {
  const { steps } = revision
  const at = new Date(now.getTime() + prerequisiteWaitMs(steps.prerequisite) / timeScale).toISOString()
  return {
    ...schedule(become(revision, 'queued', reason, now), at),
    steps: { ...steps, prerequisite: steps.prerequisite + 1 },
  }
}

const isSendable = ({ state, reason }: Revision): boolean =>
  state === 'queued' || state === 'unknown' || (state === 'waiting' && reason === 'grace')

/** In doubt, and not to be sent again: since a repeat could double it, or since the registry says that something is there. */
const isAskedAfter = ({ state, traits, heldAs }: Revision): boolean =>
  state === 'unknown' && (!traits.repeatable || heldAs === 'conflict')

/** A repeat could double it, and the registry can tell. */
const isAskedFirst = ({ traits, absent = false }: Revision): boolean =>
  traits.askable && !traits.repeatable && !absent

/** A time further off than any rule waits was written before the clock was set back: it counts as come. */
function isDue({ nextTry, reason }: Revision, now: Date): boolean {
  if (nextTry === null) return true
  const wait = Date.parse(nextTry) - now.getTime()
  return wait <= 0 || (reason !== 'grace' && wait > LONGEST_WAIT_MS)
}

const GIVEN_UP: State[] = ['superseded', 'abandoned']

/** The newest, or one whose fate the newer waits for; and no attempt of this subject on the wire. */
function isAlone(registration: Registration, revision: Revision): boolean {
  const newer = registration.revisions.filter((one) => one.revision > revision.revision)
  return (
    newer.every(({ state, reason }) => reason === 'previous-revision' || GIVEN_UP.includes(state)) &&
    registration.revisions.every((one) => one.onWire === null)
  )
}

function begin(registration: Registration, revision: Revision, purpose: 'send' | 'look-up'): Step {
  const attempt = revision.lastAttempt + 1
  const armed: Revision = {
    ...revision,
    nextTry: null,
    attempts: revision.attempts + (purpose === 'send' ? 1 : 0),
    lastAttempt: attempt,
    onWire: { attempt, purpose },
  }
  return {
    registration: update(registration, armed),
    effects: [
      { do: 'begin-attempt', revision: revision.revision, attempt, purpose },
      ...(revision.claims.length > 0 ? [{ do: 'claim' as const, claims: revision.claims }] : []),
    ],
  }
}
