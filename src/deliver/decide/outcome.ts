/** The table of verdicts: what follows from how an attempt ended. Nothing but this table retries. */
import type { DeliveryEvent, Effect, Registration, Revision } from '../../decision.ts'
import type { LookUp, Outcome, Verdict } from '../../handovers.ts'
import type { HeldReason, PauseReason, RemoteIds, SampleReceipt } from '../../record/registration.ts'
import { backOffMs, lookUpWaitMs, raceWaitMs, retryAfterMs } from '../backoff.ts'
import { behind } from './arm.ts'
import { become, rest, type Step, schedule, unchanged, update } from './revisions.ts'

/** What one outcome comes to: the revision's new self, in how many words, and what else follows. */
type Fate = { revision: Revision; outcome: string; detail: string | null; effects?: Effect[] }
type Moment = { now: Date; random: number; timeScale: number }

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
      return notSent(revision, outcome, moment)
    case 'lost':
      return lost(revision, outcome.detail, moment)
    case 'look-up':
      throw new Error('A look-up cannot answer a send')
    default:
      return outcome satisfies never
  }
}

function afterVerdict(
  revision: Revision,
  verdict: Verdict,
  answer: { status: number; headers: Record<string, string> },
  moment: Moment,
): Fate {
  const { traits } = revision
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
      switch (verdict.because) {
        case 'busy': {
          if (answer.status === 503 && !traits.busyIsSafe) return lost(revision, verdict.detail, moment)
          const asked = verdict.afterSeconds === undefined ? null : String(Math.ceil(verdict.afterSeconds))
          const afterMs = retryAfterMs(asked ?? answer.headers['retry-after'], moment.now)
          // A proxy says 503 even after the registry has taken it.
          const tried = { ...revision, earlierUnknown: revision.earlierUnknown || answer.status === 503 }
          return {
            revision: backOff(tried, moment, afterMs),
            outcome: 'try-later',
            detail: verdict.detail,
          }
        }
        case 'race':
          return traits.repeatable
            ? race(revision, verdict.detail, moment)
            : lost(revision, verdict.detail, moment)
        case 'prerequisite':
          return missing(revision, verdict, moment)
        default:
          return verdict.because satisfies never
      }
    case 'look-up':
      if (!traits.askable) return held(revision, 'conflict', verdict.detail, 'look-up', moment.now)
      return {
        revision: lookUpNext({ ...revision, heldAs: 'conflict' }, moment),
        outcome: 'look-up',
        detail: verdict.detail,
      }
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
      return {
        revision: schedule(uncounted(pending(revision, moment.now)), null),
        outcome: 'paused',
        detail: verdict.detail,
        effects: [{ do: 'pause-registry', reason: verdict.reason, detail: verdict.detail }],
      }
    default:
      return verdict satisfies never
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

function absent(revision: Revision, { now }: Moment): Fate {
  const sendable = schedule(become({ ...revision, absent: true }, 'queued', null, now), null)
  return { revision: sendable, outcome: 'not-found', detail: 'not found there, and so it is sent' }
}

function notFound(revision: Revision, detail: string, outcome: string, moment: Moment): Fate {
  if (lookUpWaitMs(revision.steps.lookUp) === null)
    return held(revision, revision.heldAs, detail, outcome, moment.now)
  return { revision: lookUpNext(revision, moment), outcome, detail }
}

function registered(
  revision: Revision,
  { remoteIds, samples }: { remoteIds: RemoteIds; samples: SampleReceipt[] },
  outcome: string,
  detail: string | null,
  now: Date,
): Fate {
  return {
    revision: { ...rest(become(revision, 'registered', null, now)), inDoubt: false, remoteIds },
    outcome,
    detail,
    effects: [{ do: 'receipt', revision: revision.revision, remoteIds, samples }],
  }
}

function held(revision: Revision, reason: HeldReason, detail: string, outcome: string, now: Date): Fate {
  return { revision: rest(become(revision, 'held', reason, now)), outcome, detail }
}

function notSent(
  revision: Revision,
  { detail, pause }: { detail: string; pause: PauseReason },
  moment: Moment,
): Fate {
  const effects: Effect[] = [{ do: 'pause-registry', reason: pause, detail }]
  const later =
    pause === 'away' ? backOff(revision, moment, null) : schedule(pending(revision, moment.now), null)
  return { revision: pause === 'away' ? later : uncounted(later), outcome: 'not-sent', detail, effects }
}

/** It may have arrived. Resent where that is harmless, looked up where that can be asked, else a person decides. */
function lost(revision: Revision, detail: string, moment: Moment, pause: PauseReason = 'away'): Fate {
  const doubtful = { ...revision, earlierUnknown: true, inDoubt: true, heldAs: 'unknown-outcome' as const }
  const effects: Effect[] = [{ do: 'pause-registry', reason: pause, detail }]
  if (revision.traits.repeatable)
    return { revision: backOff(doubtful, moment, null), outcome: 'unknown', detail, effects }
  if (revision.traits.askable)
    return {
      revision: lookUpNext({ ...doubtful, steps: { ...revision.steps, lookUp: 0 } }, moment),
      outcome: 'unknown',
      detail,
      effects,
    }
  return { ...held(doubtful, 'unknown-outcome', detail, 'unknown', moment.now), effects }
}

function race(revision: Revision, detail: string, moment: Moment): Fate {
  const waitMs = raceWaitMs(revision.steps.race)
  if (waitMs === null) return held(revision, 'registry-fault', detail, 'race', moment.now)
  const next = schedule(pending(revision, moment.now), later(moment, waitMs / moment.timeScale))
  const steps = { ...revision.steps, race: revision.steps.race + 1, backOff: 0 }
  // Its words tell of an error, not of what was taken before it.
  return { revision: { ...next, steps, earlierUnknown: true }, outcome: 'race', detail }
}

function missing(revision: Revision, verdict: { detail: string; library?: string }, moment: Moment): Fate {
  const reason = verdict.library === undefined ? null : (`library ${verdict.library}` as const)
  const next = behind(revision, reason, moment.now, moment.timeScale)
  return { revision: { ...next, inDoubt: false }, outcome: 'prerequisite', detail: verdict.detail }
}

/** Waiting to be tried again: `unknown` as long as an earlier attempt may have been taken, or is being asked after. */
const pending = (revision: Revision, now: Date): Revision =>
  become(revision, revision.inDoubt || revision.state === 'unknown' ? 'unknown' : 'queued', null, now)

const uncounted = (revision: Revision): Revision => ({
  ...revision,
  attempts: Math.max(0, revision.attempts - 1),
})

function backOff(revision: Revision, moment: Moment, afterMs: number | null): Revision {
  const { steps } = revision
  const waitMs = afterMs ?? backOffMs(steps.backOff, moment.random) / moment.timeScale
  return {
    ...schedule(pending(revision, moment.now), later(moment, waitMs)),
    steps: { ...steps, backOff: steps.backOff + 1 },
  }
}

function lookUpNext(revision: Revision, moment: Moment): Revision {
  const { steps } = revision
  const waitMs = (lookUpWaitMs(steps.lookUp) ?? 0) / moment.timeScale
  return {
    ...schedule(become(revision, 'unknown', null, moment.now), later(moment, waitMs)),
    steps: { ...steps, lookUp: steps.lookUp + 1 },
  }
}

const later = ({ now }: Moment, waitMs: number): string => new Date(now.getTime() + waitMs).toISOString()
