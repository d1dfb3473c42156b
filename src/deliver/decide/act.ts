/** A person's acts: trying again what was mended, and a verdict on what nobody else can know. */
import type { Act, DeliveryEvent, Effect, Registration, Revision } from '../../decision.ts'
import type { State } from '../../record/registration.ts'
import { become, newestOf, rest, type Step, schedule, update } from './revisions.ts'

export function act(registration: Registration, event: Extract<DeliveryEvent, { type: 'acted' }>): Step {
  const { now, who } = event
  const revision = concerned(registration)
  if (revision === undefined) return decline(registration, 'there is no such registration')
  if (registration.revisions.some((one) => one.onWire !== null))
    return decline(registration, 'an attempt is on the wire; wait for its end')
  const said = 'retry' in event.act ? retry(revision, now) : resolve(registration, revision, event.act, now)
  if (typeof said === 'string') return decline(registration, said)
  const acted = said.state === 'queued' && isBehind(registration, said) ? inTurn(said, now) : said
  const because = 'retry' in event.act ? 'retry' : (event.act.reason ?? event.act.resolve)
  const { remoteIds } = acted
  const receipt: Effect = { do: 'receipt', revision: acted.revision, remoteIds, samples: [] }
  const settled = update(registration, acted)
  if (acted.state !== 'registered') return { registration: settled, effects: [], because, who }
  return { registration: withoutEarlier(settled, acted, now), effects: [receipt], because, who }
}

/** Nobody sends an earlier one any more beside what a person says is there. */
const withoutEarlier = (registration: Registration, { revision }: Revision, now: Date): Registration =>
  registration.revisions
    .filter((one) => one.revision < revision && (one.state === 'waiting' || one.state === 'queued'))
    .map((one) => rest(become(one, 'superseded', null, now)))
    .reduce(update, registration)

/** Is something of an earlier revision still to be sent, or its fate not known? */
const isBehind = ({ revisions }: Registration, { revision }: Revision): boolean =>
  revisions.some((one) => one.revision < revision && LIVE.includes(one.state))
const LIVE: State[] = ['waiting', 'queued', 'unknown']

const inTurn = (revision: Revision, now: Date): Revision =>
  rest(become(revision, 'waiting', 'previous-revision', now))

/** Where the newest waits for an earlier one, it is that one a person decides about. */
function concerned(registration: Registration): Revision | undefined {
  const newest = newestOf(registration)
  if (newest?.reason !== 'previous-revision') return newest
  const blocking = registration.revisions
    .slice(0, -1)
    .findLast((one) => one.state === 'held' || one.state === 'unknown')
  return blocking ?? newest
}

/** The revision queued again, or why it cannot be. */
function retry(revision: Revision, now: Date): Revision | string {
  switch (revision.state) {
    case 'queued':
    case 'unknown':
      return schedule(revision, null)
    case 'refused':
      return again(revision, now)
    case 'abandoned':
      return revision.inDoubt && !revision.traits.repeatable ? MAY_DOUBLE : again(revision, now)
    case 'held':
      return isSafe(revision) ? again(revision, now) : MAY_DOUBLE
    case 'waiting':
      return `it waits for ${revision.reason}`
    case 'sending':
      return 'it is being sent'
    case 'registered':
      return 'it is registered already'
    case 'superseded':
      return 'a newer revision took its place'
    default:
      return revision.state satisfies never
  }
}

const MAY_DOUBLE = 'sending it again could register it twice: decide with resolve'

/** A repeat cannot double it: it never went, or the registry tells repeats. An amendment is none: other content is there. */
const isSafe = ({ traits, lastAttempt, reason }: Revision): boolean =>
  reason !== 'amendment' && (traits.repeatable || lastAttempt === 0)

function again(revision: Revision, now: Date): Revision | string {
  if (revision.bodyHash === null)
    return 'there is nothing to send yet: mend the sheet or the run folder first'
  return {
    ...schedule(become(revision, 'queued', null, now), null),
    steps: { backOff: 0, race: 0, prerequisite: 0, lookUp: 0 },
    heldAs: 'unknown-outcome',
    overruled: true,
  }
}

function resolve(
  registration: Registration,
  revision: Revision,
  verdict: Exclude<Act, { retry: true }>,
  now: Date,
): Revision | string {
  if (revision.state === 'registered') return 'it is registered already'
  if (revision.state === 'superseded') return 'a newer revision took its place'
  switch (verdict.resolve) {
    case 'registered': {
      const remoteIds =
        verdict.remoteId === null
          ? revision.remoteIds
          : { ...revision.remoteIds, [registration.subject.type]: verdict.remoteId }
      return { ...rest(become(revision, 'registered', null, now)), inDoubt: false, remoteIds }
    }
    case 'resend': {
      if (revision.state === 'waiting') return `it waits for ${revision.reason}`
      const resent = again(revision, now)
      return typeof resent === 'string' ? resent : { ...resent, inDoubt: false, absent: true }
    }
    case 'abandon':
      return rest(become(revision, 'abandoned', null, now))
    default:
      return verdict satisfies never
  }
}

const decline = (registration: Registration, why: string): Step => ({
  registration,
  effects: [{ do: 'decline', why }],
})
