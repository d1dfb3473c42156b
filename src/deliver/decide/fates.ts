/** What can become of a revision once its attempt has ended: each a fate that the table of verdicts chooses from. */
import type { Effect, Revision } from '../../decision.ts'
import type { Answer } from '../../handovers.ts'
import type { HeldReason, PauseReason, RemoteIds, SampleReceipt } from '../../record/registration.ts'
import { backOffMs, lookUpWaitMs, raceWaitMs, retryAfterMs } from '../backoff.ts'
import { behind } from './arm.ts'
import { become, rest, schedule } from './revisions.ts'

/** What one outcome comes to: the revision's new self, in how many words, and what else follows. */
export type Fate = { revision: Revision; outcome: string; detail: string | null; effects?: Effect[] }
export type Moment = { now: Date; random: number; timeScale: number }

export function absent(revision: Revision, { now }: Moment): Fate {
  const sendable = schedule(become({ ...revision, absent: true }, 'queued', null, now), null)
  return { revision: sendable, outcome: 'not-found', detail: 'not found there, and so it is sent' }
}

export function notFound(revision: Revision, detail: string, outcome: string, moment: Moment): Fate {
  if (lookUpWaitMs(revision.steps.lookUp) === null)
    return held(revision, revision.heldAs, detail, outcome, moment.now)
  return lookedUp(revision, detail, outcome, moment)
}

/** To be asked after, a little later each time. */
export function lookedUp(revision: Revision, detail: string, outcome: string, moment: Moment): Fate {
  const { steps } = revision
  const waitMs = (lookUpWaitMs(steps.lookUp) ?? 0) / moment.timeScale
  const next = schedule(become(revision, 'unknown', null, moment.now), later(moment, waitMs))
  return { revision: { ...next, steps: { ...steps, lookUp: steps.lookUp + 1 } }, outcome, detail }
}

export function registered(
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

export function held(
  revision: Revision,
  reason: HeldReason,
  detail: string,
  outcome: string,
  now: Date,
): Fate {
  return { revision: rest(become(revision, 'held', reason, now)), outcome, detail }
}

export function notSent(
  revision: Revision,
  { detail, pause }: { detail: string; pause: PauseReason },
  moment: Moment,
): Fate {
  if (pause !== 'away') return paused(revision, pause, detail, 'not-sent', moment.now)
  const effects: Effect[] = [{ do: 'pause-registry', reason: pause, detail }]
  return { revision: backOff(revision, moment, null), outcome: 'not-sent', detail, effects }
}

/** For no fault of its own: it goes as soon as the registry is open again. */
export function paused(
  revision: Revision,
  reason: PauseReason,
  detail: string,
  outcome: string,
  now: Date,
): Fate {
  return {
    revision: schedule(pending(revision, now), null),
    outcome,
    detail,
    effects: [{ do: 'pause-registry', reason, detail }],
  }
}

/** It may have arrived. Resent where that is harmless, looked up where that can be asked, else a person decides. */
export function lost(revision: Revision, detail: string, moment: Moment, pause: PauseReason = 'away'): Fate {
  const doubtful = { ...revision, earlierUnknown: true, inDoubt: true, heldAs: 'unknown-outcome' as const }
  const effects: Effect[] = [{ do: 'pause-registry', reason: pause, detail }]
  if (revision.traits.repeatable)
    return { revision: backOff(doubtful, moment, null), outcome: 'unknown', detail, effects }
  if (revision.traits.askable) {
    const unasked = { ...doubtful, steps: { ...revision.steps, lookUp: 0 } }
    return { ...lookedUp(unasked, detail, 'unknown', moment), effects }
  }
  return { ...held(doubtful, 'unknown-outcome', detail, 'unknown', moment.now), effects }
}

export function busy(
  revision: Revision,
  { afterSeconds, detail }: { afterSeconds?: number; detail: string },
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  moment: Moment,
): Fate {
  const asked = afterSeconds === undefined ? headers['retry-after'] : String(Math.ceil(afterSeconds))
  // A proxy says 503 even after the registry has taken it.
  const tried = { ...revision, earlierUnknown: revision.earlierUnknown || status === 503 }
  return { revision: backOff(tried, moment, retryAfterMs(asked, moment.now)), outcome: 'try-later', detail }
}

export function race(revision: Revision, detail: string, moment: Moment): Fate {
  const waitMs = raceWaitMs(revision.steps.race)
  if (waitMs === null) return held(revision, 'registry-fault', detail, 'race', moment.now)
  const next = schedule(pending(revision, moment.now), later(moment, waitMs / moment.timeScale))
  const steps = { ...revision.steps, race: revision.steps.race + 1, backOff: 0 }
  // Its words tell of an error, not of what was taken before it.
  return { revision: { ...next, steps, earlierUnknown: true }, outcome: 'race', detail }
}

export function missing(
  revision: Revision,
  verdict: { detail: string; library?: string },
  moment: Moment,
): Fate {
  const reason = verdict.library === undefined ? null : (`library ${verdict.library}` as const)
  const next = behind(revision, reason, moment.now, moment.timeScale)
  return { revision: { ...next, inDoubt: false }, outcome: 'prerequisite', detail: verdict.detail }
}

/** Waiting to be tried again: `unknown` as long as an earlier attempt may have been taken, or is being asked after. */
const pending = (revision: Revision, now: Date): Revision =>
  become(revision, revision.inDoubt || revision.state === 'unknown' ? 'unknown' : 'queued', null, now)

function backOff(revision: Revision, moment: Moment, afterMs: number | null): Revision {
  const { steps } = revision
  const waitMs = afterMs ?? backOffMs(steps.backOff, moment.random) / moment.timeScale
  return {
    ...schedule(pending(revision, moment.now), later(moment, waitMs)),
    steps: { ...steps, backOff: steps.backOff + 1 },
  }
}

const later = ({ now }: Moment, waitMs: number): string => new Date(now.getTime() + waitMs).toISOString()
