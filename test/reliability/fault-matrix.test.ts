/**
 * Every fault on the first try, on a retry and after a lost answer, at every kind: what the kinds make of it, and what the
 * decisions make of that. What must come of it stands here as people were promised it, by kind and by hand.
 */
import { describe, expect, test } from 'vitest'
import type { Answer, Mapped, Outcome, Subject } from '../../src/handovers.ts'
import type { SubjectType } from '../../src/record/registration.ts'
import { type RegistryKind, registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import { type Core, core } from '../deliver/core.ts'
import { casesOf } from '../registries/fixtures.ts'
import { asBatch, asLibrary, asRun, NOW, sent, settings } from '../registries/subjects.ts'

/** What a lost answer leads to: the same again, a question, or a person. */
type Repeat = 'resent' | 'asked' | 'held'
type Place = { kind: RegistryKind; type: SubjectType; lost: Repeat; busyIsSafe: boolean; conflict: string }

const PLACES: Place[] = [
  { kind: 'majora-2020-03-24', type: 'run', lost: 'resent', busyIsSafe: true, conflict: 'held' },
  { kind: 'majora-2020-03-25', type: 'library', lost: 'held', busyIsSafe: false, conflict: 'held' },
  { kind: 'majora-2020-03-25', type: 'run', lost: 'held', busyIsSafe: false, conflict: 'held' },
  { kind: 'majora-2', type: 'library', lost: 'resent', busyIsSafe: true, conflict: 'held' },
  { kind: 'majora-2', type: 'run', lost: 'resent', busyIsSafe: true, conflict: 'looked up' },
  { kind: 'onecodex-v1', type: 'batch', lost: 'asked', busyIsSafe: false, conflict: 'looked up' },
  { kind: 'webhook', type: 'library', lost: 'resent', busyIsSafe: true, conflict: 'there already' },
  { kind: 'webhook', type: 'run', lost: 'resent', busyIsSafe: true, conflict: 'there already' },
  { kind: 'webhook', type: 'batch', lost: 'resent', busyIsSafe: true, conflict: 'there already' },
]

const STAGES = ['on the first try', 'on a retry', 'after a lost answer'] as const
type Stage = (typeof STAGES)[number]

/** `later`: provably not taken. `paused`: nor was it looked at. `lost`: it may have been taken. */
type Fate =
  | { is: 'later' }
  | { is: 'paused'; why: string; counted: boolean }
  | { is: 'lost'; pause: string }
  | { is: 'conflict' | 'registered' | 'refused' | 'partial' | 'other one there' }
  | { is: 'behind'; library: string | null }

const away = { is: 'paused', why: 'away', counted: true } as const
const credentials = { is: 'paused', why: 'credentials', counted: false } as const
const moved = { is: 'paused', why: 'answers-changed', counted: false } as const
const lost = { is: 'lost', pause: 'away' } as const
const proxy = { is: 'lost', pause: 'answers-changed' } as const

const answer = (status: number, body = '', headers: Answer['headers'] = {}): Answer => ({
  status,
  headers,
  body,
})
const notSent = (detail: string, pause: 'away' | 'credentials' = 'away'): Outcome => ({
  type: 'not-sent',
  detail,
  pause,
})
const HTML = '<!doctype html><html><title>Sign in</title></html>'
const isWebhook = ({ kind }: Place): boolean => kind === 'webhook'
const isMajora = ({ kind }: Place): boolean => kind.startsWith('majora')

const FAULTS: Array<[string, Outcome | Answer, (place: Place) => Fate]> = [
  ['the name of the host is unknown', notSent('ENOTFOUND'), () => away],
  ['the connection is refused', notSent('ECONNREFUSED'), () => away],
  ['TLS cannot be agreed on', notSent('ERR_TLS_CERT_ALTNAME_INVALID'), () => away],
  ['nobody answers the connection', notSent('UND_ERR_CONNECT_TIMEOUT'), () => away],
  ['our own credentials cannot be read', notSent('ENOENT', 'credentials'), () => ({ ...credentials })],
  ['429', answer(429), () => ({ is: 'later' })],
  ['429 with seconds', answer(429, '', { 'retry-after': '90' }), () => ({ is: 'later' })],
  ['429 with nonsense', answer(429, '', { 'retry-after': 'soon' }), () => ({ is: 'later' })],
  ['429 with a year', answer(429, '', { 'retry-after': '31536000' }), () => ({ is: 'later' })],
  ['503', answer(503), ({ busyIsSafe }) => (busyIsSafe ? { is: 'later' } : lost)],
  [
    '503 with seconds',
    answer(503, '', { 'retry-after': '90' }),
    ({ busyIsSafe }) => (busyIsSafe ? { is: 'later' } : lost),
  ],
  ['500', answer(500, HTML), () => lost],
  ['502', answer(502, HTML), () => lost],
  ['504', answer(504, HTML), () => lost],
  ['408', answer(408), () => lost],
  ['401', answer(401), () => credentials],
  ['403', answer(403, '{}'), () => credentials],
  ['301', answer(301, '', { location: 'https://elsewhere.example.org/' }), () => moved],
  ['302 to a log-in page', answer(302, HTML, { location: '/login' }), () => moved],
  ['307', answer(307, '', { location: '/api/' }), () => moved],
  ['308', answer(308, '', { location: '/api/' }), () => moved],
  ['404', answer(404, HTML), () => moved],
  ['409', answer(409, '{}'), () => ({ is: 'conflict' })],
  [
    '400 and nothing in it',
    answer(400),
    (place) => (isMajora(place) ? credentials : isWebhook(place) ? { is: 'refused' } : proxy),
  ],
  ['200 and a log-in page', answer(200, HTML, { 'content-type': 'text/html' }), () => proxy],
  ['200 and nothing', answer(200), (place) => (isWebhook(place) ? { is: 'registered' } : proxy)],
  [
    '200 and another shape',
    answer(200, '{"ok":true}', { 'content-type': 'application/json' }),
    (place) => (isWebhook(place) ? { is: 'registered' } : proxy),
  ],
  [
    '200 and half of an answer',
    answer(200, '{"success":true,"new":[["Seq', { 'content-type': 'application/json' }),
    (place) => (isWebhook(place) ? { is: 'registered' } : proxy),
  ],
  ['the connection is reset after a byte', { type: 'lost', detail: 'ECONNRESET' }, () => lost],
  ['nothing comes within the time', { type: 'lost', detail: 'no complete answer within 60 s' }, () => lost],
]

const kinds: Record<RegistryKind, Registry> = registries
const subjects: Record<SubjectType, Subject> = { library: asLibrary(), run: asRun(), batch: asBatch() }

describe.for(PLACES)('$type at $kind', (place) => {
  const subject = subjects[place.type]
  const mapped = kinds[place.kind].map(subject, settings(), NOW)
  if (!mapped.ok) throw new Error(`${place.kind} refuses the ordinary ${place.type}`)

  for (const stage of STAGES)
    test.for(FAULTS)(`${stage}: %s`, ([, fault, fateAt]) => {
      const at = led(stage, place)
      const isAsking = at.newest().onWire?.purpose === 'look-up'
      at.ends('type' in fault ? fault : outcomeOf(place, subject, mapped.value, fault, at))
      if (isAsking) expectAskedAgain(at, fault)
      else expectFate(at, place, stage, fateAt(place))
    })
})

const wordsOf = ({ kind, type }: Place) =>
  casesOf(kind).flatMap(({ name, answer: words, ...one }) =>
    words !== undefined && one.subject.type === type ? [[name, { ...one, words }] as const] : [],
  )

/** Words in answer to a send; a question has words of its own. */
const sentAt = (place: Place): Stage[] =>
  STAGES.filter((stage) => stage !== 'after a lost answer' || place.lost !== 'asked')

describe.for(PLACES.filter((place) => wordsOf(place).length > 0))(
  '$type at $kind, in its own words',
  (place) => {
    for (const stage of sentAt(place))
      test.for(wordsOf(place))(`${stage}: %s`, ([, one]) => {
        const at = led(stage, place)
        const mapped = kinds[place.kind].map(one.subject, one.settings, new Date(one.now))
        if (!mapped.ok) throw new Error('an answer to nothing')
        const outcome = outcomeOf(place, one.subject, mapped.value, one.words, at)
        at.ends(outcome)
        expectFate(at, place, stage, fateOfWords(outcome))
      })
  },
)

/** A registration on the wire, at this stage of its life. */
function led(stage: Stage, { kind, type, lost: after }: Place): Core {
  const at = core()
    .plan({ traits: kinds[kind].traits(type) })
    .arm()
  if (stage === 'on the first try') return at
  if (stage === 'on a retry') {
    const busy = { is: 'try-later', because: 'busy', detail: 'busy' } as const
    return at.verdict(busy, { status: 429 }).pass(7200).arm()
  }
  at.ends({ type: 'lost', detail: 'ECONNRESET' })
  // Nobody but a person may send again what could then be there twice.
  if (after === 'held') at.act({ resolve: 'resend', reason: 'it is not there' })
  return at.pass(7200).arm()
}

function outcomeOf(place: Place, subject: Subject, mapped: Mapped, given: Answer, at: Core): Outcome {
  const registry = kinds[place.kind]
  const submission = sent(subject, mapped)
  const { onWire, earlierUnknown } = at.newest()
  if (onWire?.purpose === 'send')
    return { type: 'verdict', verdict: registry.judge(submission, given, { earlierUnknown }), answer: given }
  const asking = registry.lookUp?.(submission, settings())
  if (asking === undefined) throw new Error(`${place.kind} cannot be asked`)
  let step = asking.next()
  while (!step.done) step = asking.next(given)
  return { type: 'look-up', result: step.value }
}

/** A question without an answer is asked again: it is never taken for "not there". */
function expectAskedAgain(at: Core, fault: Outcome | Answer): void {
  const pause = 'type' in fault && fault.type === 'not-sent' ? fault.pause : 'away'
  expect(at.newest()).toMatchObject({ state: 'unknown', onWire: null })
  expect(at.did('pause-registry')).toMatchObject([{ reason: pause }])
}

function expectFate(at: Core, place: Place, stage: Stage, fate: Fate): void {
  const revision = at.newest()
  const inDoubt = stage === 'after a lost answer' && place.lost === 'resent'
  const pending = inDoubt ? 'unknown' : 'queued'
  const pauses = at.did('pause-registry').map((one) => one.reason)
  const before = stage === 'on the first try' ? 0 : 1
  expect(revision.onWire).toBe(null)
  switch (fate.is) {
    case 'later':
      expect(revision).toMatchObject({ state: pending, attempts: before + 1 })
      expect(at.waitSeconds()).toBeGreaterThan(0)
      expect(at.waitSeconds()).toBeLessThanOrEqual(3600)
      expect(pauses).toEqual([])
      return
    case 'paused':
      expect(revision).toMatchObject({ state: pending, attempts: before + (fate.counted ? 1 : 0) })
      expect(pauses).toEqual([fate.why])
      return
    case 'lost':
      expect(pauses).toEqual([fate.pause])
      if (place.lost === 'held') expect(revision).toMatchObject({ state: 'held', reason: 'unknown-outcome' })
      else expect(revision).toMatchObject({ state: 'unknown', inDoubt: true })
      if (place.lost === 'asked')
        expect(at.pass(3600).arm().did('begin-attempt')).toMatchObject([{ purpose: 'look-up' }])
      return
    case 'conflict': {
      expect(pauses).toEqual([])
      const states: Record<string, object> = {
        held: { state: 'held', reason: 'conflict' },
        'looked up': { state: 'unknown' },
        'there already': { state: 'registered' },
      }
      expect(revision).toMatchObject(states[place.conflict] ?? {})
      if (place.conflict === 'looked up')
        expect(at.pass(3600).arm().did('begin-attempt')).toMatchObject([{ purpose: 'look-up' }])
      return
    }
    case 'registered':
      expect(revision).toMatchObject({ state: 'registered', inDoubt: false, nextTry: null })
      expect(at.did('receipt')).toHaveLength(1)
      return
    case 'refused':
      expect(revision).toMatchObject({ state: 'refused', reason: 'by-registry', nextTry: null })
      return
    case 'partial':
      expect(revision).toMatchObject({ state: 'held', reason: 'partial' })
      return
    case 'other one there':
      expect(revision).toMatchObject({ state: 'held', reason: 'conflict' })
      return
    case 'behind':
      expect(revision).toMatchObject({
        state: 'queued',
        reason: fate.library === null ? null : `library ${fate.library}`,
      })
      expect(at.waitSeconds()).toBe(60)
      return
    default:
      fate satisfies never
  }
}

/** What a kind's own words must lead to, whatever they were. */
function fateOfWords(outcome: Outcome): Fate {
  if (outcome.type !== 'verdict') throw new Error('no words')
  const { verdict } = outcome
  switch (verdict.is) {
    case 'accepted':
      return { is: 'registered' }
    case 'refused':
      return { is: 'refused' }
    case 'partial':
      return { is: 'partial' }
    case 'conflict':
      return { is: 'other one there' }
    case 'look-up':
      return { is: 'conflict' }
    case 'pause':
      return { is: 'paused', why: verdict.reason, counted: false }
    case 'unknown':
      return { is: 'lost', pause: verdict.pause ?? 'away' }
    case 'try-later':
      return verdict.because === 'prerequisite'
        ? { is: 'behind', library: verdict.library ?? null }
        : { is: 'later' }
    default:
      return verdict satisfies never
  }
}
