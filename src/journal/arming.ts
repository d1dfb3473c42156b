/** May this revision be sent now? The core decides, beside what else the journal holds. Called within a transaction. */
import type { Arming, Decide } from '../decision.ts'
import { load, submissionOf, surroundingsOf } from './decided.ts'
import type { Store } from './store.ts'
import { apply, nothingHappened } from './transitions.ts'

export function armOne(
  store: Store,
  decide: Decide,
  { id, revision, url }: { id: string; revision: number; url: string },
  now: Date,
): Arming {
  const transition = nothingHappened()
  const registration = load(store, id)
  const wanted = registration?.revisions.find((one) => one.revision === revision)
  if (registration === null || wanted === undefined) return { may: 'no', transition }
  const surroundings = surroundingsOf(store, registration, wanted)
  const event = { type: 'arm' as const, now, revision, surroundings }
  const submission = submissionOf(store, id, revision)
  const effects = apply(store, decide, registration, event, transition, { url, submission })
  const begun = effects.find((one) => one.do === 'begin-attempt')
  if (begun?.do !== 'begin-attempt') {
    const isPending = wanted.state === 'queued' || wanted.state === 'unknown' || wanted.reason === 'grace'
    if (!isPending || transition.changes.length > 0) return { may: 'no', transition }
    if (wanted.nextTry !== null && Date.parse(wanted.nextTry) > now.getTime())
      return { may: 'later', at: wanted.nextTry, transition }
    return { may: surroundings.registryOpen ? 'no' : 'paused', transition }
  }
  const { attempt, purpose } = begun
  const { traits, earlierUnknown } = wanted
  return {
    may: 'begin',
    armed: { submission, traits, revision, attempt, purpose, earlierUnknown },
    transition,
  }
}
