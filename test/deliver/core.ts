/** Drives the decision core alone: a registration in memory, at a clock that stands until it is moved. */
import type { Act, Asked, Effect, Registration, Revision, Surroundings } from '../../src/decision.ts'
import { decideAt } from '../../src/deliver/decide.ts'
import type { Answer, LookUp, Outcome, Traits, Verdict } from '../../src/handovers.ts'

export const START = new Date('2026-11-21T12:00:00.000Z')
const OPEN: Surroundings = { registryOpen: true, claimed: [], library: 'elsewhere', restored: false }
export const ANSWER: Answer = { status: 200, headers: {}, body: '{}' }

const PLAIN: Traits = { repeatable: false, askable: false, busyIsSafe: false, corrects: false }
export const traits = (given: Partial<Traits> = {}): Traits => ({ ...PLAIN, ...given })

/** What is asked for where a test does not say otherwise: a request that may go at once. */
const ASKED: Asked = {
  ...{ bodyHash: 'A', traits: PLAIN, waitingFor: [], stop: null, notBefore: null, claims: [] },
  prerequisite: null,
}

export type Core = {
  registration: Registration
  effects: Effect[]
  now: Date
  newest(): Revision
  revision(number: number): Revision
  /** Seconds until the newest revision is due; null: at once. */
  waitSeconds(): number | null
  pass(seconds: number): Core
  plan(asked?: Partial<Asked> & { body?: string | null }): Core
  withdraw(): Core
  /** Arms the newest revision, or another. */
  arm(surroundings?: Partial<Surroundings>, revision?: number): Core
  /** Of what is on the wire, or of an attempt that was. */
  ends(outcome: Outcome, on?: { revision: number; attempt: number }): Core
  verdict(verdict: Verdict, answer?: Partial<Answer>): Core
  found(result: LookUp): Core
  restart(): Core
  librarySettled(library: string): Core
  act(act: Act, who?: string): Core
  /** Effects of the last event, by what they do. */
  did<What extends Effect['do']>(what: What): Array<Extract<Effect, { do: What }>>
}

/** `random` is what every jitter gets. */
export function core({
  timeScale = 1,
  random = 0.999_999,
  type = 'run' as 'run' | 'library' | 'batch',
} = {}): Core {
  const decide = decideAt(timeScale)
  const subject = { type, key: 'k', name: type === 'library' ? 'LIB' : 'R1', library: null, path: null }
  const wire = () => {
    const flying = made.registration.revisions.find((one) => one.onWire !== null)
    if (flying?.onWire == null) throw new Error('nothing is on the wire')
    return { revision: flying.revision, attempt: flying.onWire.attempt }
  }
  const happen = (event: Parameters<typeof decide>[1]): Core => {
    const decision = decide(made.registration, event)
    made.registration = decision.registration
    made.effects = decision.effects
    return made
  }
  const made: Core = {
    registration: { id: 'id', registry: 'lab', subject, revisions: [] },
    effects: [],
    now: START,
    newest: () => made.revision(made.registration.revisions.length),
    revision(number) {
      const found = made.registration.revisions[number - 1]
      if (found === undefined) throw new Error(`there is no revision ${number}`)
      return found
    },
    waitSeconds: () => {
      const { nextTry } = made.newest()
      return nextTry === null ? null : (Date.parse(nextTry) - made.now.getTime()) / 1000
    },
    pass(seconds) {
      made.now = new Date(made.now.getTime() + seconds * 1000)
      return made
    },
    plan: ({ body = 'A', ...asked } = {}) =>
      happen({ type: 'planned', now: made.now, asked: { ...ASKED, bodyHash: body, ...asked } }),
    withdraw: () => happen({ type: 'withdrawn', now: made.now }),
    arm: (surroundings = {}, revision = made.newest().revision) =>
      happen({ type: 'arm', now: made.now, revision, surroundings: { ...OPEN, ...surroundings } }),
    ends: (outcome, on = wire()) => happen({ type: 'settled', now: made.now, random, ...on, outcome }),
    verdict: (verdict, answer = {}) =>
      made.ends({ type: 'verdict', verdict, answer: { ...ANSWER, ...answer } }),
    found: (result) => made.ends({ type: 'look-up', result }),
    restart: () => happen({ type: 'restarted', now: made.now, random }),
    librarySettled: (library) => happen({ type: 'library-settled', now: made.now, library }),
    act: (act, who = 'Ada') => happen({ type: 'acted', now: made.now, act, who }),
    did: (what) => made.effects.filter((one): one is Extract<Effect, { do: typeof what }> => one.do === what),
  }
  return made
}

export const ACCEPTED = {
  is: 'accepted',
  adopted: false as boolean,
  remoteIds: { run: 'remote-1' },
  samples: [],
  notes: [] as string[],
} satisfies Verdict
export const REFUSED = {
  is: 'refused',
  reasons: ['start_time is in the future', 'no such model'],
} satisfies Verdict
