/** The table of verdicts: what follows from how an attempt ended. Nothing but this table retries. */
import type { DeliveryEvent, Registration, Revision } from '../../decision.ts'
import type { Answer, LookUp, Outcome, Verdict } from '../../handovers.ts'
import {
  absent,
  busy,
  type Fate,
  held,
  lookedUp,
  lost,
  type Moment,
  missing,
  notFound,
  notSent,
  paused,
  race,
  registered,
} from './fates.ts'
import { become, rest, type Step, schedule, unchanged, update } from './revisions.ts'

export function settle(
  registration: Registration,
  event: Extract<DeliveryEvent, { type: 'settled' }>,
  timeScale: number,
): Step {
  const revision = registration.revisions.find((one) => one.revision === event.revision)
  // The daemon was restarted meanwhile and has already counted this attempt as unknown.
  if (revision?.onWire?.attempt !== event.attempt) return unchanged(registration)
  const moment = { now: event.now, random: event.random, timeScale }
  const fate =
    revision.onWire.purpose === 'send'
      ? afterSend(landed(revision), event.outcome, moment)
      : afterLookUp(landed(revision), event.outcome, {
          ...moment,
          isLike: isLikeAnEarlier(registration, revision),
        })
  return ended(registration, revision.onWire.attempt, fate)
}

/** At start: an attempt without an answer may have arrived, and is never simply made again. */
export function restart(
  registration: Registration,
  event: Extract<DeliveryEvent, { type: 'restarted' }>,
  timeScale: number,
): Step {
  const cut = registration.revisions.find((one) => one.onWire !== null)
  if (!cut?.onWire) return unchanged(registration)
  const detail = 'runherald was stopped before the answer came'
  const fate =
    cut.onWire.purpose === 'send'
      ? { ...lost(landed(cut), detail, { ...event, timeScale }), effects: [] }
      : { revision: schedule(landed(cut), null), outcome: 'unknown', detail }
  return ended(registration, cut.onWire.attempt, fate)
}

function ended(registration: Registration, attempt: number, fate: Fate): Step {
  const { revision, outcome, detail, effects = [] } = fate
  return {
    registration: update(registration, revision),
    effects: [{ do: 'end-attempt', revision: revision.revision, attempt, outcome, detail }, ...effects],
    because: detail ?? outcome,
  }
}

const landed = (revision: Revision): Revision => ({ ...revision, onWire: null })

/** A correction bears the name of what was sent before it, and a look-up tells them apart by no more than that. */
const isLikeAnEarlier = ({ revisions }: Registration, { revision, traits }: Revision): boolean =>
  traits.corrects && revisions.some((one) => one.revision < revision && one.attempts > 0)

function afterSend(revision: Revision, outcome: Outcome, moment: Moment): Fate {
  switch (outcome.type) {
    case 'verdict':
      return afterVerdict(revision, outcome.verdict, outcome.answer, moment)
    case 'not-sent':
      return notSent(outcome.pause === 'away' ? revision : uncounted(revision), outcome, moment)
    case 'lost':
      return lost(revision, outcome.detail, moment)
    case 'look-up':
      throw new Error('A look-up cannot answer a send')
    default:
      return outcome satisfies never
  }
}

/** A send that was kept back, or turned away, for the registry's sake alone is no attempt. A look-up never counted. */
const uncounted = (revision: Revision): Revision => ({ ...revision, attempts: revision.attempts - 1 })

function afterVerdict(
  revision: Revision,
  verdict: Verdict,
  answer: Pick<Answer, 'status' | 'headers'>,
  moment: Moment,
): Fate {
  switch (verdict.is) {
    case 'accepted': {
      const detail = verdict.notes.length > 0 ? verdict.notes.join('; ') : null
      return registered(revision, verdict, verdict.adopted ? 'adopted' : 'accepted', detail, moment.now)
    }
    case 'refused':
      return {
        revision: { ...rest(become(revision, 'refused', 'by-registry', moment.now)), inDoubt: false },
        outcome: 'refused',
        detail: verdict.reasons.join('\n'),
      }
    case 'try-later':
      return tryLater(revision, verdict, answer, moment)
    case 'look-up':
      return revision.traits.askable
        ? lookedUp({ ...revision, heldAs: 'conflict' }, verdict.detail, 'look-up', moment)
        : held(revision, 'conflict', verdict.detail, 'look-up', moment.now)
    case 'partial': {
      const detail = `taken: ${verdict.committed.join(', ')}; not taken: ${verdict.missing.join(', ')}`
      const part = { ...revision, inDoubt: true, remoteIds: verdict.remoteIds }
      return held(part, 'partial', detail, 'partial', moment.now)
    }
    case 'conflict':
      return held(revision, 'conflict', verdict.detail, 'conflict', moment.now)
    case 'unknown':
      return lost(revision, verdict.detail, moment, verdict.pause ?? 'away')
    case 'pause':
      return paused(uncounted(revision), verdict.reason, verdict.detail, 'paused', moment.now)
    default:
      return verdict satisfies never
  }
}

function tryLater(
  revision: Revision,
  verdict: Extract<Verdict, { is: 'try-later' }>,
  answer: Pick<Answer, 'status' | 'headers'>,
  moment: Moment,
): Fate {
  const { traits } = revision
  switch (verdict.because) {
    case 'busy':
      return answer.status === 503 && !traits.busyIsSafe
        ? lost(revision, verdict.detail, moment)
        : busy(revision, verdict, answer, moment)
    case 'race':
      return traits.repeatable
        ? race(revision, verdict.detail, moment)
        : lost(revision, verdict.detail, moment)
    case 'prerequisite':
      return missing(revision, verdict, moment)
    default:
      return verdict.because satisfies never
  }
}

function afterLookUp(revision: Revision, outcome: Outcome, moment: Moment & { isLike: boolean }): Fate {
  switch (outcome.type) {
    case 'look-up':
      return afterFinding(revision, outcome.result, moment)
    // Asking changes nothing there, so a question without an answer is simply asked again.
    case 'not-sent':
      return notSent(revision, outcome, moment)
    case 'lost':
      return notSent(revision, { detail: outcome.detail, pause: 'away' }, moment)
    case 'verdict':
      throw new Error('A verdict cannot answer a look-up')
    default:
      return outcome satisfies never
  }
}

function afterFinding(revision: Revision, found: LookUp, moment: Moment & { isLike: boolean }): Fate {
  switch (found.is) {
    case 'found':
      if (moment.isLike) return held(revision, 'conflict', EARLIER_OR_THIS, 'conflict', moment.now)
      return registered(revision, found, 'found', null, moment.now)
    case 'not-found':
      return isAskedFirst(revision)
        ? absent(revision, moment)
        : notFound(revision, 'not found there', 'not-found', moment)
    case 'conflict':
      return held(revision, 'conflict', found.detail, 'conflict', moment.now)
    case 'unclear': {
      const fate = notFound(revision, found.detail, 'unclear', moment)
      // Whoever answers so may not be the registry: it is probed before it is asked again.
      return { ...fate, effects: [{ do: 'pause-registry', reason: 'away', detail: found.detail }] }
    }
    default:
      return found satisfies never
  }
}

const EARLIER_OR_THIS = 'it is there, and nobody can tell whether as it was sent before or as it is now'

/** It was asked for though no attempt of it is in doubt, nor has the registry said that something is there. */
const isAskedFirst = ({ inDoubt, heldAs }: Revision): boolean => !inDoubt && heldAs !== 'conflict'
