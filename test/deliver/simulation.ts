/**
 * A whole delivery in memory, at a clock of its own: the decision core as it is, with a journal, a queue and a
 * registry that fail in every way a seed can think of.
 *
 * The registry keeps its own log of what it took, apart from what it answered; that log is what the daemon's words
 * are held against.
 */
import { LONGEST_WAIT_MS } from '../../src/deliver/backoff.ts'
import { decide } from '../../src/deliver/decide.ts'
import type {
  DeliveryEvent,
  LookUp,
  Outcome,
  Registration,
  Revision,
  Surroundings,
  Traits,
  Verdict,
} from '../../src/handovers.ts'
import type { SubjectType } from '../../src/record/registration.ts'

export type Seeded = { chance(probability: number): boolean; below(count: number): number; random(): number }

/** mulberry32: small, and the same on every machine. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    random,
    chance: (probability) => random() < probability,
    below: (count) => Math.floor(random() * count),
  }
}

/** What a subject is to be, whatever happens on the way. */
type Subject = {
  id: string
  type: SubjectType
  traits: Traits
  claims: string[]
  prerequisite: string | null
  /** The content a person last wanted. */
  wanted: string
  /** A person overruled caution: what follows is his. */
  isTouched: boolean
}

type Commit = { id: string; body: string }
type Job = { id: string; revision: number; at: number }
type Flight = {
  id: string
  revision: number
  attempt: number
  purpose: 'send' | 'look-up'
  body: string
  lands: number
  outcome: Outcome | 'never'
}

const KINDS: Traits[] = [
  { repeatable: true, askable: false, busyIsSafe: true, corrects: true },
  { repeatable: true, askable: false, busyIsSafe: true, corrects: false },
  { repeatable: false, askable: true, busyIsSafe: false, corrects: false },
  { repeatable: false, askable: false, busyIsSafe: false, corrects: false },
]
const ANSWER = { status: 200, headers: {}, body: '' }
const SECOND = 1000
const SWEEP_MS = 60 * SECOND

export type World = { violations: string[]; steps: number; commits: Commit[]; registrations: Registration[] }

export function simulate(seed: number, turns: number): World {
  const dice = seeded(seed)
  const journal = new Map<string, Registration>()
  const subjects = new Map<string, Subject>()
  const claims = new Map<string, string>()
  const commits: Commit[] = []
  const violations: string[] = []
  const flights: Flight[] = []
  let jobs: Job[] = []
  let now = Date.parse('2026-11-21T12:00:00Z')
  let skewMs = 0
  let isPaused = false
  let nextProbe = 0
  let nextSweep = 0
  let isCalm = false
  let isDown = false
  let steps = 0

  /** The clock on the wall, which people set; waits are measured by the other. */
  const clock = () => new Date(now + skewMs)
  const fail = (what: string) => violations.push(`seed ${seed}, step ${steps}: ${what}`)
  const bodyOf = (subject: Subject, content: string) => `${subject.id}/${content}`

  // ── the journal: one transaction each ─────────────────────────────────────────────────────────────────────────

  function happen(id: string, event: DeliveryEvent): void {
    const before = journal.get(id)
    if (before === undefined) throw new Error(id)
    const decision = decide(before, event)
    journal.set(id, decision.registration)
    for (const effect of decision.effects) {
      if (effect.do === 'claim') for (const claim of effect.claims) claims.set(claim, claims.get(claim) ?? id)
      if (effect.do === 'release-claims')
        for (const [claim, owner] of claims) if (owner === id) claims.delete(claim)
      if (effect.do === 'pause-registry' && !isPaused) {
        isPaused = true
        nextProbe = now + 5 * SECOND
      }
      if (effect.do === 'library-settled')
        for (const one of journal.keys())
          happen(one, { type: 'library-settled', now: clock(), library: effect.library })
    }
    for (const revision of decision.registration.revisions) {
      const old = before.revisions.find((one) => one.revision === revision.revision)
      if (revision.wake !== (old?.wake ?? 0)) give(id, revision)
    }
    check(id)
  }

  function surroundings(subject: Subject): Surroundings {
    const library = subject.prerequisite === null ? undefined : journal.get(subject.prerequisite)
    const states = library?.revisions.map(({ state }) => state) ?? []
    return {
      registryOpen: !isPaused,
      claimed: subject.claims.flatMap((claim) => {
        const by = claims.get(claim)
        return by === undefined || by === subject.id ? [] : [{ claim, by }]
      }),
      library: states.includes('registered')
        ? 'registered'
        : states.some((state) => state !== 'superseded' && state !== 'abandoned')
          ? 'pending'
          : 'elsewhere',
    }
  }

  // ── the queue: it may lose, double and hold up jobs ───────────────────────────────────────────────────────────

  function give(id: string, revision: Revision): void {
    if (!isCalm && dice.chance(0.2)) return
    const at = revision.nextTry === null ? now : Math.max(now, Date.parse(revision.nextTry) - skewMs)
    jobs.push({ id, revision: revision.revision, at })
    if (!isCalm && dice.chance(0.2))
      jobs.push({ id, revision: revision.revision, at: at + dice.below(90 * SECOND) })
  }

  function sweep(): void {
    nextSweep = now + SWEEP_MS
    if (isPaused) return
    for (const { id, revisions } of journal.values())
      for (const one of revisions) {
        const wants = one.state === 'queued' || one.state === 'unknown' || one.reason === 'grace'
        const waitMs = one.nextTry === null ? 0 : Date.parse(one.nextTry) - clock().getTime()
        const isDue = waitMs <= 0 || (waitMs > LONGEST_WAIT_MS && one.reason !== 'grace')
        if (wants && isDue && one.onWire === null) jobs.push({ id, revision: one.revision, at: now })
      }
  }

  function work(job: Job): void {
    const subject = subjects.get(job.id)
    const before = journal.get(job.id)
    if (subject === undefined || before === undefined) return
    happen(job.id, {
      type: 'arm',
      now: clock(),
      revision: job.revision,
      surroundings: surroundings(subject),
    })
    const armed = journal.get(job.id)?.revisions.find((one) => one.revision === job.revision)
    const wasFlying = before.revisions.some((one) => one.onWire !== null)
    if (wasFlying || armed?.onWire == null) return
    // The daemon may die between the record of the attempt and its first byte.
    if (!isCalm && dice.chance(0.02)) crash()
    else launch(subject, armed, armed.onWire)
  }

  // ── the registry: what it takes, and what it says of it ───────────────────────────────────────────────────────

  function launch(
    subject: Subject,
    revision: Revision,
    { attempt, purpose }: { attempt: number; purpose: 'send' | 'look-up' },
  ): void {
    const body = revision.bodyHash ?? ''
    const flight = { id: subject.id, revision: revision.revision, attempt, purpose, body }
    const lands = now + dice.below(20 * SECOND)
    if (flights.some((one) => one.id === subject.id && one.outcome !== 'never'))
      fail(`two attempts of ${subject.id} at once`)
    const outcome = purpose === 'send' ? receive(subject, revision, body) : lookFor(subject, body)
    flights.push({ ...flight, lands, outcome })
  }

  function receive(subject: Subject, revision: Revision, body: string): Outcome {
    if (isDown || (!isCalm && dice.chance(0.1)))
      return { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }
    if (!isCalm) {
      const fault = dice.below(12)
      const say = (verdict: Verdict, status = 200): Outcome => ({
        type: 'verdict',
        verdict,
        answer: { ...ANSWER, status },
      })
      if (fault === 0) return say({ is: 'try-later', because: 'busy', detail: '429' }, 429)
      if (fault === 1) return say({ is: 'pause', reason: 'credentials', detail: '401' }, 401)
      if (fault === 2) return { type: 'lost', detail: 'reset before the commit' }
      if (fault === 3 && subject.traits.repeatable)
        return say({ is: 'try-later', because: 'race', detail: 'race' })
      if (fault === 4) {
        take(subject, revision, body)
        return { type: 'lost', detail: 'reset after the commit' }
      }
      if (fault === 5) {
        take(subject, revision, body)
        return say({ is: 'unknown', detail: '502 after the commit', pause: null }, 502)
      }
    }
    if (body.endsWith('bad'))
      return {
        type: 'verdict',
        verdict: { is: 'refused', reasons: ['bad'] },
        answer: { ...ANSWER, status: 422 },
      }
    const { prerequisite } = subject
    if (prerequisite !== null && !commits.some(({ id }) => id === prerequisite))
      return {
        type: 'verdict',
        verdict: { is: 'try-later', because: 'prerequisite', detail: 'no library', library: prerequisite },
        answer: ANSWER,
      }
    const adopted = take(subject, revision, body)
    return {
      type: 'verdict',
      verdict: { is: 'accepted', adopted, remoteIds: { it: body }, samples: [], notes: [] },
      answer: ANSWER,
    }
  }

  /** True when it was there already. */
  function take(subject: Subject, revision: Revision, body: string): boolean {
    const lacks = subject.prerequisite !== null && !commits.some(({ id }) => id === subject.prerequisite)
    if (body.endsWith('bad') || lacks) return false
    const isThere = commits.some((one) => one.id === subject.id)
    if (!subject.traits.repeatable && isThere && !subject.isTouched) fail(`${subject.id} was committed twice`)
    if (isThere && subject.traits.repeatable && !subject.traits.corrects) return true
    if (revision.inDoubt && subject.traits.askable) fail(`${subject.id} was sent again while in doubt`)
    for (const claim of subject.claims)
      if (commits.some(({ id }) => id !== subject.id && subjects.get(id)?.claims.includes(claim) === true))
        fail(
          `tube ${claim} was committed in two batches: ${subject.id} and ${commits.filter(({ id }) => subjects.get(id)?.claims.includes(claim)).map(({ id }) => id)}`,
        )
    commits.push({ id: subject.id, body })
    return isThere
  }

  function lookFor(subject: Subject, body: string): Outcome {
    if (!subject.traits.askable) fail(`${subject.id} was asked after where nobody answers`)
    if (isDown || (!isCalm && dice.chance(0.2))) return { type: 'lost', detail: 'reset' }
    const isThere = commits.some((one) => one.body === body)
    const result: LookUp = isThere
      ? { is: 'found', remoteIds: { it: body }, samples: [] }
      : { is: 'not-found' }
    if (!isCalm && dice.chance(0.1)) return { type: 'look-up', result: { is: 'unclear', detail: '200 []' } }
    return { type: 'look-up', result }
  }

  // ── the daemon's life, and the people around it ───────────────────────────────────────────────────────────────

  /** Memory is gone, what was on the wire too; the journal stays. */
  function crash(): void {
    flights.length = 0
    if (dice.chance(0.5)) jobs = []
    for (const id of journal.keys()) happen(id, { type: 'restarted', now: clock(), random: dice.random() })
    nextSweep = now
  }

  function plan(subject: Subject): void {
    const at = clock()
    happen(subject.id, {
      type: 'planned',
      now: at,
      bodyHash: bodyOf(subject, subject.wanted),
      traits: subject.traits,
      waitingFor: [],
      stop: null,
      notBefore: subject.type === 'batch' ? new Date(at.getTime() + 120 * SECOND).toISOString() : null,
      claims: subject.claims,
      prerequisite: subject.prerequisite,
    })
  }

  function newSubject(): void {
    const number = subjects.size
    const type: SubjectType = (['run', 'library', 'batch'] as const)[dice.below(3)] ?? 'run'
    const traits = type === 'batch' ? KINDS[2] : KINDS[dice.below(4)]
    if (traits === undefined) return
    const libraries = [...subjects.values()].filter((one) => one.type === 'library')
    const needs = type === 'run' && libraries.length > 0 && dice.chance(0.5)
    const subject: Subject = {
      id: `${type}-${number}`,
      type,
      traits,
      claims: type === 'batch' ? [`T${dice.below(6)}`, `T${dice.below(6)}`] : [],
      prerequisite: needs ? (libraries[dice.below(libraries.length)]?.id ?? null) : null,
      wanted: dice.chance(0.1) ? 'bad' : 'v1',
      isTouched: false,
    }
    subjects.set(subject.id, subject)
    const ref = { type, key: subject.id, name: subject.id, library: null, path: null }
    journal.set(subject.id, { id: subject.id, registry: 'lab', subject: ref, revisions: [] })
    plan(subject)
  }

  function personAt(subject: Subject): void {
    subject.isTouched = true
    const resolve = (['registered', 'resend', 'abandon'] as const)[dice.below(3)] ?? 'abandon'
    const act =
      resolve === 'registered' ? { resolve, remoteId: null, reason: null } : { resolve, reason: 'so be it' }
    happen(subject.id, { type: 'acted', now: clock(), who: 'Ada', act })
  }

  function turn(): void {
    steps += 1
    now += dice.below(isCalm ? 120 * SECOND : 15 * SECOND)
    if (!isCalm) mischief()
    for (const flight of flights.filter(({ lands }) => lands <= now)) {
      flights.splice(flights.indexOf(flight), 1)
      if (flight.outcome === 'never') continue
      // It may die after the answer and before keeping it.
      if (!isCalm && dice.chance(0.02)) {
        crash()
        break
      }
      const { id, revision, attempt, outcome } = flight
      happen(id, { type: 'settled', now: clock(), random: dice.random(), revision, attempt, outcome })
    }
    if (isPaused && now >= nextProbe) {
      isPaused = isDown
      nextProbe = now + 300 * SECOND
      if (!isPaused) sweep()
    }
    if (now >= nextSweep) sweep()
    const due = jobs.filter(({ at }) => at <= now)
    jobs = jobs.filter(({ at }) => at > now)
    if (!isCalm && dice.chance(0.3)) due.reverse()
    for (const job of due) work(job)
  }

  function mischief(): void {
    const all = [...subjects.values()]
    const any = all[dice.below(all.length)]
    if (dice.chance(0.1)) newSubject()
    if (dice.chance(0.02)) crash()
    if (dice.chance(0.02)) isDown = !isDown
    if (dice.chance(0.02)) jobs = []
    if (dice.chance(0.01)) skewMs = (dice.below(20) - 10) * 3_600_000
    if (any === undefined) return
    if (dice.chance(0.1)) {
      any.wanted = dice.chance(0.1) ? 'bad' : `v${1 + dice.below(3)}`
      plan(any)
    }
    if (dice.chance(0.05)) plan(any)
    if (dice.chance(0.02)) personAt(any)
  }

  // ── what must always hold ─────────────────────────────────────────────────────────────────────────────────────

  function check(id: string): void {
    const revisions = journal.get(id)?.revisions ?? []
    if (revisions.filter((one) => one.onWire !== null).length > 1) fail(`${id} is on the wire twice`)
    if (subjects.get(id)?.isTouched === true) return
    for (const one of revisions) {
      const isThere = commits.some(({ body }) => body === one.bodyHash)
      if (one.state === 'registered' && !isThere) fail(`${id} is called registered, and is not there`)
      if (one.state === 'refused' && one.reason === 'by-registry' && isThere)
        fail(`${id} is called refused, and is there`)
      if (one.state === 'queued' && one.inDoubt && !one.traits.repeatable)
        fail(`${id} is queued while in doubt`)
    }
  }

  function checkAtRest(): void {
    for (const { id, revisions } of journal.values()) {
      const subject = subjects.get(id)
      const newest = revisions.at(-1)
      if (subject === undefined || newest === undefined) continue
      const { state, reason } = newest
      const isMissing = reason?.startsWith('library ') === true
      const waitsForPerson = reason === 'previous-revision' && revisions.some((one) => one.state === 'held')
      const isAtRest =
        ['registered', 'refused', 'held', 'abandoned'].includes(state) || isMissing || waitsForPerson
      if (!isAtRest) fail(`${id} is stuck: ${state} ${reason}`)
      const library = subject.prerequisite === null ? undefined : journal.get(subject.prerequisite)
      const isThere = commits.some((one) => one.id === library?.id)
      if (isMissing && isThere && library?.revisions.some((one) => one.state === 'registered'))
        fail(`${id} still waits for a library that is registered`)
      if (newest.bodyHash !== bodyOf(subject, subject.wanted)) fail(`${id} forgot what was wanted last`)
      if (state === 'registered' && !subject.isTouched && subject.traits.corrects) {
        const last = commits.findLast((one) => one.id === id)
        if (last?.body !== newest.bodyHash) fail(`${id} has an older content there than we say`)
      }
    }
  }

  for (let index = 0; index < turns; index += 1) turn()
  isCalm = true
  isDown = false
  // A day and more of calm: every ladder of waits ends in it.
  for (let index = 0; index < 2000 || flights.length > 0; index += 1) turn()
  checkAtRest()
  return { violations, steps, commits, registrations: [...journal.values()] }
}
