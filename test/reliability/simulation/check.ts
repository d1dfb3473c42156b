/**
 * What must always hold, judged from what the registries took and what the journal has committed.
 *
 * Nothing here asks the decisions or the plans what they meant.
 */
import type { Armed, Registration, Revision } from '../../../src/decision.ts'
import type { Outcome } from '../../../src/handovers.ts'
import { checkAtRest } from './at-rest.ts'
import type { Kept } from './journal.ts'
import { repeats } from './kinds.ts'
import type { Process } from './process.ts'
import type { ModelRegistry, Sent } from './registry.ts'
import type { World } from './world.ts'

export type Check = {
  /** An attempt was recorded. */
  armed(registration: string, armed: Armed): void
  /** Its first byte is about to leave. */
  leaves(process: Process, sent: Sent, purpose: 'send' | 'look-up'): void
  /** A registry may have taken something. */
  taken(registry: ModelRegistry): void
  /** Its end was recorded. */
  settled(registry: string, registration: string, armed: Armed, outcome: Outcome): void
  /** A regular sweep had to make these jobs anew. */
  repaired(jobs: number): void
  step(): void
  /** All is calm, nothing goes wrong any more, and everything was given its time. */
  end(): void
  /** From now on no job is lost, so that no sweep may find one missing. */
  calm: boolean
}

export function createCheck(world: World): Check {
  const judged = new Map<string, number>()
  const kept = (): Kept => world.journal.look()
  const revisionsOf = (id: string): Revision[] =>
    kept().registrations.find((one) => one.id === id)?.revisions ?? []
  const isPaused = (registry: string): boolean =>
    kept().registries.some((one) => one.name === registry && one.state === 'paused')

  /** Attempts to send that may have had a say, counted here and not taken from what the core counts. */
  const sends = new Set<string>()
  const keyOf = (id: string, revision: number, attempt: number): string => `${id} ${revision} ${attempt}`
  const wasSent = (id: string, { revision, lastAttempt }: Revision): boolean =>
    Array.from({ length: lastAttempt }, (_, at) => keyOf(id, revision, at + 1)).some((key) => sends.has(key))

  const check: Check = {
    calm: false,
    armed(id, { revision, attempt, purpose, submission }) {
      if (purpose === 'send') sends.add(keyOf(id, revision, attempt))
      if (isPaused(submission.registry)) world.fail('a paused registry was sent to')
      const armed = revisionsOf(id).find((one) => one.revision === revision)
      if (purpose === 'look-up' && !armed?.traits.askable) world.fail('a registry was asked that cannot be')
      if (purpose === 'send' && armed?.inDoubt && !armed.traits.repeatable)
        world.fail('what may have arrived was sent again where a repeat doubles')
    },
    leaves(process, sent, purpose) {
      const row = kept().attempts.find(
        (one) =>
          one.registration === sent.registration &&
          one.revision === sent.revision &&
          one.attempt === sent.attempt,
      )
      if (row === undefined || row.ended || row.purpose !== purpose)
        world.fail('a byte left before it was recorded')
      if (process.onWire.some((one) => one.registration === sent.registration))
        world.fail('two attempts of one subject were on the wire')
    },
    taken(registry) {
      const from = judged.get(registry.name) ?? 0
      judged.set(registry.name, registry.commits.length)
      for (let index = from; index < registry.commits.length; index++) {
        world.count('commits')
        checkCommit(world, registry, index)
      }
    },
    settled(registry, id, { revision, attempt, submission }, outcome) {
      if (isTurnedAway(outcome)) sends.delete(keyOf(id, revision, attempt))
      if ((outcome.type === 'lost' || outcome.type === 'not-sent') && !isPaused(registry))
        world.fail('an outage did not pause its registry')
      const revisions = revisionsOf(id)
      const state = revisions.find((one) => one.revision === revision)?.state
      // By its name alone: what is there may be what was sent before a correction.
      const isCorrection = revisions.some(
        (one) => one.revision < revision && one.traits.corrects && wasSent(id, one),
      )
      const isFound = outcome.type === 'look-up' && outcome.result.is === 'found'
      if (isFound && !isCorrection && state !== 'registered')
        world.fail('what was found there is not registered')
      if (isFound && isCorrection && state === 'registered')
        world.fail('what was there before counts as corrected')
      const { subject } = submission
      if (subject.type !== 'library' || state !== 'registered') return
      const behind = kept()
        .registrations.filter((one) => one.registry === registry)
        .flatMap((one) => one.revisions)
        .filter((one) => one.state === 'queued' && one.reason === `library ${subject.name}`)
      if (behind.length > 0) world.fail('a run still waits for a library that is there')
    },
    repaired(jobs) {
      if (check.calm && jobs > 0) world.fail('a wake-up was forgotten, and only a sweep found it')
    },
    step() {
      for (const registry of world.registries.values()) check.taken(registry)
      const now = kept()
      for (const one of now.registrations) {
        if (one.revisions.filter(({ onWire }) => onWire !== null).length > 1)
          world.fail('two revisions of one subject were on the wire')
        for (const revision of one.revisions) checkRevision(world, now, one, revision)
      }
    },
    end() {
      check.step()
      checkAtRest(world, kept())
    },
  }

  return check
}

function checkCommit(world: World, registry: ModelRegistry, index: number): void {
  const commit = registry.commits[index]
  if (commit === undefined) return
  const before = registry.commits.slice(0, index)
  const same = before.filter((one) => one.registration === commit.registration)
  if (commit.effect === 'created' && same.length > 0 && !world.overruled.has(commit.registration))
    world.fail('something was registered twice', commit.type)
  if (same.some((one) => one.revision > commit.revision))
    world.fail('an older revision came after a newer one')
  if (repeats[registry.kind] !== 'doubles') return
  for (const tube of commit.tubes) {
    const others = before.filter(
      (one) => one.registration !== commit.registration && one.tubes.includes(tube),
    )
    const isTouched = [commit, ...others].some((one) => world.overruled.has(one.registration))
    if (others.length > 0 && !isTouched) world.fail('a tube was registered in two batches')
  }
}

/** What holds of every revision at every moment. */
function checkRevision(world: World, now: Kept, registration: Registration, revision: Revision): void {
  const registry = world.registryOf(registration.registry)
  const isOverruled = world.overruled.has(registration.id)
  const own = registry.commits.filter((one) => one.registration === registration.id)
  const { state: is, lastAttempt, onWire, reason } = revision
  const told = `${is}${reason === null ? '' : ` (${reason})`}`
  if (own.some((one) => one.revision === revision.revision && one.attempt > lastAttempt))
    world.fail('a commit that no recorded attempt explains', told)
  if ((is === 'sending') !== (onWire?.purpose === 'send'))
    world.fail('the state and the wire say different things', `${is}, ${onWire?.purpose ?? 'nothing'}`)
  if ((is === 'held' || is === 'refused' || is === 'waiting') && reason === null)
    world.fail('a person is not told why', is)
  if (is === 'queued' && revision.inDoubt && !revision.traits.repeatable) world.fail('queued while in doubt')
  if (is === 'refused' && reason === 'by-registry' && !isOverruled)
    if (own.some((one) => one.revision === revision.revision)) world.fail('refused, and the registry has it')
  if (is === 'waiting' && reason === 'grace' && revision.nextTry === null)
    world.fail('a grace without an end')
  if (is !== 'registered' || isOverruled) return
  const isNewest = !registration.revisions.some(
    (one) => one.revision > revision.revision && own.some((commit) => commit.revision === one.revision),
  )
  const last = own.at(-1)
  if (last === undefined) world.fail('registered, and the registry has nothing of it')
  else if (isNewest && last.body !== now.bodies(registration.id, revision.revision))
    world.fail('registered, and the registry has something else')
  if (!now.receipts.has(registration.id)) world.fail('registered without a receipt')
}

/** Nothing of it was looked at, for want of credentials, permission or an open registry. */
const isTurnedAway = (outcome: Outcome): boolean =>
  (outcome.type === 'verdict' && outcome.verdict.is === 'pause') ||
  (outcome.type === 'not-sent' && outcome.pause !== 'away')
