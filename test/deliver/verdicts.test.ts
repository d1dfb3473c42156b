/** The table of verdicts: what every outcome leads to at every sort of kind, and how long it is waited. */
import { describe, expect, test } from 'vitest'
import type { Outcome, Traits, Verdict } from '../../src/handovers.ts'
import { ACCEPTED, ANSWER, core, REFUSED, START, traits } from './core.ts'

const KINDS: Record<string, Traits> = {
  neither: traits(),
  askable: traits({ askable: true }),
  repeatable: traits({ repeatable: true, busyIsSafe: true }),
  'repeatable and askable': traits({ repeatable: true, askable: true, busyIsSafe: true, corrects: true }),
}
type Kind = keyof typeof KINDS

const verdict = (given: Verdict, status = 200): Outcome => ({
  type: 'verdict',
  verdict: given,
  answer: { ...ANSWER, status },
})

/** State, reason, seconds to the next try (null: at once or never), sends counted, why the registry is paused. */
type End = [state: string, reason: string | null, wait: number | null, counted: number, pause: string | null]

const BUSY: Verdict = { is: 'try-later', because: 'busy', detail: 'busy' }
const RACE: Verdict = { is: 'try-later', because: 'race', detail: 'race' }
const PARTIAL: Verdict = { is: 'partial', committed: ['a'], missing: ['b'], remoteIds: {} }
const HELD_UNKNOWN: End = ['held', 'unknown-outcome', null, 1, 'away']
const LOOKED_UP: End = ['unknown', null, 5, 1, 'away']
const RESENT: End = ['unknown', null, 5, 1, 'away']
const lostAt = (): Record<Kind, End> => ({
  neither: HELD_UNKNOWN,
  askable: LOOKED_UP,
  repeatable: RESENT,
  'repeatable and askable': RESENT,
})
const everywhere = (end: End): Record<Kind, End> =>
  Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, end]))

const TABLE: Array<[string, Outcome, Record<Kind, End>]> = [
  [
    'nothing was sent',
    { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' },
    everywhere(['queued', null, 5, 1, 'away']),
  ],
  [
    'our credentials cannot be read',
    { type: 'not-sent', detail: 'ENOENT', pause: 'credentials' },
    everywhere(['queued', null, null, 0, 'credentials']),
  ],
  ['429', verdict(BUSY, 429), everywhere(['queued', null, 5, 1, null])],
  [
    '429 with Retry-After',
    verdict({ ...BUSY, afterSeconds: 90 }, 429),
    everywhere(['queued', null, 90, 1, null]),
  ],
  [
    '503',
    verdict(BUSY, 503),
    {
      neither: HELD_UNKNOWN,
      askable: LOOKED_UP,
      repeatable: ['queued', null, 5, 1, null],
      'repeatable and askable': ['queued', null, 5, 1, null],
    },
  ],
  ['accepted', verdict(ACCEPTED), everywhere(['registered', null, null, 1, null])],
  [
    'it had exactly this already',
    verdict({ ...ACCEPTED, adopted: true, notes: ['was there'] }),
    everywhere(['registered', null, null, 1, null]),
  ],
  [
    '409',
    verdict({ is: 'look-up', detail: '409' }, 409),
    {
      neither: ['held', 'conflict', null, 1, null],
      askable: ['unknown', null, 5, 1, null],
      repeatable: ['held', 'conflict', null, 1, null],
      'repeatable and askable': ['unknown', null, 5, 1, null],
    },
  ],
  [
    'a race',
    verdict(RACE),
    {
      neither: HELD_UNKNOWN,
      askable: LOOKED_UP,
      repeatable: ['queued', null, 2, 1, null],
      'repeatable and askable': ['queued', null, 2, 1, null],
    },
  ],
  ['refused', verdict(REFUSED), everywhere(['refused', 'by-registry', null, 1, null])],
  [
    'its library is missing there',
    verdict({ is: 'try-later', because: 'prerequisite', detail: 'no LIB', library: 'LIB' }),
    everywhere(['queued', 'library LIB', 60, 1, null]),
  ],
  [
    'a biosample is missing there',
    verdict({ is: 'try-later', because: 'prerequisite', detail: 'no BIRM-1' }),
    everywhere(['queued', null, 60, 1, null]),
  ],
  [
    'part was committed',
    verdict({ is: 'partial', committed: ['tube 1'], missing: ['tube 2'], remoteIds: { batch: '7' } }),
    everywhere(['held', 'partial', null, 1, null]),
  ],
  [
    'a conflict',
    verdict({ is: 'conflict', detail: 'other model' }),
    everywhere(['held', 'conflict', null, 1, null]),
  ],
  [
    'credentials refused',
    verdict({ is: 'pause', reason: 'credentials', detail: '401' }, 401),
    everywhere(['queued', null, null, 0, 'credentials']),
  ],
  [
    'a redirect or 404',
    verdict({ is: 'pause', reason: 'answers-changed', detail: '301' }, 301),
    everywhere(['queued', null, null, 0, 'answers-changed']),
  ],
  [
    "an answer that is not the registry's",
    verdict({ is: 'unknown', detail: 'HTML', pause: 'answers-changed' }),
    Object.fromEntries(
      Object.entries(lostAt()).map(([kind, end]) => [kind, [...end.slice(0, 4), 'answers-changed'] as End]),
    ),
  ],
  ['500, 502, 504, 408', verdict({ is: 'unknown', detail: '500', pause: null }, 500), lostAt()],
  ['no complete answer', { type: 'lost', detail: 'other side closed' }, lostAt()],
]

describe.for(Object.entries(KINDS))('at a kind that is %s', ([kind, kindTraits]) => {
  test.for(TABLE)('%s', ([, outcome, ends]) => {
    const at = core().plan({ traits: kindTraits }).arm().ends(outcome)
    const { state, reason, attempts, onWire } = at.newest()
    const [pausing] = at.did('pause-registry')
    const paused = pausing?.reason ?? null
    expect(pausing?.detail).toBe(pausing && at.did('end-attempt')[0]?.detail)
    const expected = ends[kind]
    expect(expected).toBeDefined()
    const wait = at.waitSeconds()
    expect([state, reason, wait === null ? null : Math.round(wait), attempts, paused]).toEqual(expected)
    expect(onWire).toBeNull()
    expect(at.did('end-attempt')).toHaveLength(1)
    expect(at.did('note').map((note) => note.event)).toContain(`registration.${state}`)
  })
})

describe('the ladders of waits', () => {
  test('the back-off doubles from 5 s to half an hour, and jitter takes any part of it', () => {
    const waits = (random: number) => {
      const at = core({ random }).plan()
      return Array.from({ length: 11 }, () => {
        at.arm().ends({ type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' })
        const wait = Math.round(at.waitSeconds() ?? -1)
        at.pass(wait + 1)
        return wait
      })
    }
    expect(waits(0.999_999)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800])
    expect(waits(0.5)).toEqual([3, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900])
    expect(waits(0)).toEqual(Array(11).fill(1))
  })

  test('a race is tried after 2, 5, 15, 60 s and 5 min, then held', () => {
    const at = core().plan({ traits: traits({ repeatable: true }) })
    const waits = Array.from({ length: 5 }, () => {
      const wait = at.arm().verdict(RACE).waitSeconds() ?? -1
      at.pass(wait)
      return wait
    })
    expect(waits).toEqual([2, 5, 15, 60, 300])
    // Its words tell of an error, not of what was taken before it.
    expect(at.newest().earlierUnknown).toBe(true)
    at.arm().verdict(RACE)
    expect(at.newest()).toMatchObject({ state: 'held', reason: 'registry-fault', nextTry: null })
  })

  test('an answer that tells of a race ends an outage: the next back-off begins anew', () => {
    const away: Outcome = { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }
    const at = core().plan({ traits: traits({ repeatable: true }) })
    for (const outcome of [away, away, verdict(RACE), away]) at.arm().ends(outcome).pass(60)
    expect(at.newest().steps).toMatchObject({ race: 1, backOff: 1 })
  })

  test('a missing library is tried after 1, 5, 15, 60 min, then hourly, and at once when it is registered', () => {
    const at = core().plan({ prerequisite: 'LIB' })
    const missing: Verdict = { is: 'try-later', because: 'prerequisite', detail: 'no LIB', library: 'LIB' }
    const waits = Array.from({ length: 6 }, () => {
      const wait = at.arm().verdict(missing).waitSeconds() ?? -1
      at.pass(wait)
      return wait / 60
    })
    expect(waits).toEqual([1, 5, 15, 60, 60, 60])
    at.arm().verdict(missing)
    const { wake } = at.newest()
    at.librarySettled('OTHER')
    expect(at.newest().wake).toBe(wake)
    at.librarySettled('LIB')
    expect(at.newest()).toMatchObject({ state: 'queued', reason: null, nextTry: null, wake: wake + 1 })
  })

  test('a lost answer is looked up at 5 s, 30 s, 2 min and 10 min, and never sent again', () => {
    const at = core().plan({ traits: traits({ askable: true }) })
    at.arm().ends({ type: 'lost', detail: 'reset' })
    const waits: Array<number | null> = []
    for (const _look of [1, 2, 3, 4]) {
      waits.push(at.waitSeconds())
      at.pass(at.waitSeconds() ?? 0).arm()
      expect(at.did('begin-attempt')).toMatchObject([{ purpose: 'look-up' }])
      expect(at.newest()).toMatchObject({ state: 'unknown', since: START.toISOString() })
      at.found({ is: 'not-found' })
    }
    expect(waits).toEqual([5, 30, 120, 600])
    expect(at.newest()).toMatchObject({ state: 'held', reason: 'unknown-outcome', attempts: 1 })
    expect(at.newest().since).toBe(at.now.toISOString())
  })

  test('drills divide every wait but Retry-After', () => {
    const drill = (given: Partial<Traits> = {}) =>
      core({ timeScale: 10 })
        .plan({ traits: traits(given) })
        .arm()
    const missing: Verdict = { is: 'try-later', because: 'prerequisite', detail: 'no LIB', library: 'LIB' }
    expect(drill().ends({ type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }).waitSeconds()).toBe(0.5)
    expect(drill({ repeatable: true }).verdict(RACE).waitSeconds()).toBe(0.2)
    expect(drill({ askable: true }).ends({ type: 'lost', detail: 'reset' }).waitSeconds()).toBe(0.5)
    expect(drill().verdict(missing).waitSeconds()).toBe(6)
    expect(
      drill()
        .verdict({ ...BUSY, afterSeconds: 30 }, { status: 429 })
        .waitSeconds(),
    ).toBe(30)
  })

  test.for([
    ['120', 120],
    ['soon', 5],
  ] as const)('Retry-After %j waits %d s', ([header, seconds]) => {
    const at = core()
      .plan()
      .arm()
      .verdict(BUSY, { status: 429, headers: { 'retry-after': header } })
    expect(Math.round(at.waitSeconds() ?? -1)).toBe(seconds)
  })
})

describe('look-ups', () => {
  const lost = () => {
    const at = core().plan({ traits: traits({ askable: true }), claims: ['T1'] })
    at.arm().ends({ type: 'lost', detail: 'reset' })
    return at.pass(5).arm()
  }

  test('what is found there is registered, with its receipt', () => {
    const at = lost().found({
      is: 'found',
      remoteIds: { batch: 'b' },
      samples: [{ sample: 'T1', remoteId: 's' }],
    })
    expect(at.newest()).toMatchObject({ state: 'registered', remoteIds: { batch: 'b' }, inDoubt: false })
    expect(at.did('receipt')).toMatchObject([{ revision: 1, samples: [{ sample: 'T1' }] }])
  })

  test('of a correction, what is found by its name may be what was sent before it: a person must look', () => {
    const corrects = traits({ repeatable: true, askable: true, corrects: true })
    const at = core().plan({ traits: corrects }).arm().verdict(ACCEPTED).plan({ body: 'B', traits: corrects })
    at.arm().verdict({ is: 'look-up', detail: '409' }, { status: 409 }).pass(5).arm()
    expect(at.found({ is: 'found', remoteIds: {}, samples: [] }).newest()).toMatchObject({
      ...{ revision: 2, state: 'held', reason: 'conflict' },
    })
  })

  test('a question that cannot be asked for want of a token uses up no look-up, and takes back no attempt', () => {
    const corrects = traits({ repeatable: true, askable: true, corrects: true })
    const noToken: Outcome = { type: 'not-sent', detail: 'ENOENT', pause: 'credentials' }
    const at = core()
      .plan({ traits: corrects })
      .arm()
      .verdict({ is: 'look-up', detail: '409' }, { status: 409 })
    at.pass(5).arm().ends(noToken)
    expect(at.newest()).toMatchObject({ state: 'unknown', attempts: 1, steps: { lookUp: 1 }, nextTry: null })
    expect(at.did('pause-registry')).toMatchObject([{ reason: 'credentials' }])
    // Or what is there of it would pass for its correction.
    at.arm().found({ is: 'conflict', detail: 'another library' }).plan({ body: 'B', traits: corrects })
    at.arm().verdict({ is: 'look-up', detail: '409' }, { status: 409 }).pass(5).arm()
    expect(at.found({ is: 'found', remoteIds: {}, samples: [] }).newest()).toMatchObject({
      ...{ revision: 2, state: 'held', reason: 'conflict' },
    })
  })

  test.for<[string, Partial<Traits>, (at: ReturnType<typeof core>) => unknown]>([
    ['where the earlier never went', { corrects: true }, () => {}],
    ['where the earlier was refused, and nothing is corrected', {}, (at) => at.arm().verdict(REFUSED)],
  ])('of a newer revision, what is found is that one: %s', ([, given, lead]) => {
    const asked = { traits: traits({ askable: true, ...given }) }
    const at = core().plan(asked)
    lead(at)
    at.plan({ body: 'B', ...asked })
      .arm()
      .ends({ type: 'lost', detail: 'reset' })
      .pass(5)
      .arm()
    expect(at.found({ is: 'found', remoteIds: {}, samples: [] }).newest()).toMatchObject({
      ...{ revision: 2, state: 'registered' },
    })
  })

  test('other content under its name is a conflict', () => {
    expect(lost().found({ is: 'conflict', detail: 'other tubes' }).newest()).toMatchObject({
      state: 'held',
      reason: 'conflict',
    })
  })

  test('an outage while asking uses up no look-up', () => {
    const at = lost().ends({ type: 'lost', detail: 'reset' })
    expect(at.newest()).toMatchObject({ state: 'unknown', steps: { lookUp: 1 } })
    at.pass(60).arm().ends({ type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' })
    expect(at.newest()).toMatchObject({ state: 'unknown', steps: { lookUp: 1 } })
    expect(at.did('pause-registry')).toMatchObject([{ reason: 'away' }])
  })

  test('an unclear answer is probed before it is asked again, and ends before a person', () => {
    const at = lost()
    for (const _look of [1, 2, 3]) {
      at.found({ is: 'unclear', detail: 'answered 200 []' })
      expect(at.did('pause-registry')).toMatchObject([{ reason: 'away', detail: 'answered 200 []' }])
      at.pass(3600).arm()
    }
    at.found({ is: 'unclear', detail: 'answered 200 []' })
    expect(at.newest()).toMatchObject({ state: 'held', reason: 'unknown-outcome' })
  })

  test.for(['askable', 'repeatable and askable'])('a 409 is asked about, and not sent again: %s', (kind) => {
    const at = core()
      .plan({ traits: KINDS[kind] ?? traits() })
      .arm()
    at.verdict({ is: 'look-up', detail: '409' }, { status: 409 })
    at.pass(3600).arm().ends({ type: 'lost', detail: 'reset' })
    at.pass(3600).arm().ends({ type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' })
    for (const _look of [1, 2, 3, 4]) at.pass(3600).arm().found({ is: 'not-found' })
    expect(at.newest()).toMatchObject({ state: 'held', reason: 'conflict', attempts: 1 })
  })

  test('after a restore what may have been sent meanwhile is asked for first, with its tubes claimed', () => {
    const planned = () => core().plan({ traits: traits({ askable: true }), claims: ['T1'] })
    const asked = planned().arm({ restored: true })
    expect(asked.did('begin-attempt')).toMatchObject([{ purpose: 'look-up' }])
    expect(asked.did('claim')).toEqual([{ do: 'claim', claims: ['T1'] }])
    expect(asked.newest()).toMatchObject({ state: 'unknown', attempts: 0 })
    expect(asked.restart().arm({ restored: true }).newest().onWire?.purpose).toBe('look-up')
    expect(asked.found({ is: 'not-found' }).newest()).toMatchObject({ state: 'queued', nextTry: null })
    asked.arm({ restored: true }).ends({ type: 'lost', detail: 'reset' })
    for (const _look of [1, 2, 3, 4]) asked.pass(3600).arm({ restored: true }).found({ is: 'not-found' })
    expect(asked.newest()).toMatchObject({ state: 'held', reason: 'unknown-outcome', attempts: 1 })
    const sent = [{ purpose: 'send' }]
    expect(core().plan().arm({ restored: true }).did('begin-attempt')).toMatchObject(sent)
    const repeated = core().plan({ traits: traits({ askable: true, repeatable: true }) })
    expect(repeated.arm({ restored: true }).did('begin-attempt')).toMatchObject(sent)
    const there = planned().arm({ restored: true })
    expect(there.found({ is: 'found', remoteIds: { batch: 'b' }, samples: [] }).newest().state).toBe(
      'registered',
    )
  })

  test('a lost answer after a 409 that was overruled ends as unknown', () => {
    const at = core()
      .plan({ traits: traits({ askable: true }) })
      .arm()
    at.verdict({ is: 'look-up', detail: '409' }, { status: 409 })
    for (const _look of [1, 2, 3, 4]) at.pass(3600).arm().found({ is: 'not-found' })
    at.act({ resolve: 'resend', reason: 'they deleted it' }).arm().ends({ type: 'lost', detail: 'reset' })
    for (const _look of [1, 2, 3, 4]) at.pass(3600).arm().found({ is: 'not-found' })
    expect(at.newest()).toMatchObject({ state: 'held', reason: 'unknown-outcome' })
  })
})

describe('an attempt is kept with a word for how it ended', () => {
  const FOUND = { remoteIds: {}, samples: [] }
  test.for<[word: string, detail: string | null, given: Partial<Traits>, ...outcomes: Outcome[]]>([
    ['accepted', null, {}, verdict(ACCEPTED)],
    ['accepted', 'one; two', {}, verdict({ ...ACCEPTED, notes: ['one', 'two'] })],
    ['adopted', null, {}, verdict({ ...ACCEPTED, adopted: true })],
    ['refused', REFUSED.reasons.join('\n'), {}, verdict(REFUSED)],
    ['try-later', 'busy', {}, verdict(BUSY, 429)],
    ['race', 'race', { repeatable: true }, verdict(RACE)],
    ['prerequisite', 'no LIB', {}, verdict({ is: 'try-later', because: 'prerequisite', detail: 'no LIB' })],
    ['look-up', '409', { askable: true }, verdict({ is: 'look-up', detail: '409' }, 409)],
    ['partial', 'taken: a; not taken: b', {}, verdict(PARTIAL)],
    ['conflict', 'other', {}, verdict({ is: 'conflict', detail: 'other' })],
    ['paused', '401', {}, verdict({ is: 'pause', reason: 'credentials', detail: '401' }, 401)],
    ['unknown', 'reset', {}, { type: 'lost', detail: 'reset' }],
    ['unknown', 'reset', { askable: true }, { type: 'lost', detail: 'reset' }],
    ['unknown', 'reset', { repeatable: true }, { type: 'lost', detail: 'reset' }],
    ['not-sent', 'ECONNREFUSED', {}, { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }],
    [
      'found',
      null,
      { askable: true },
      { type: 'lost', detail: 'reset' },
      { type: 'look-up', result: { is: 'found', ...FOUND } },
    ],
    [
      'not-found',
      'not found there',
      { askable: true },
      { type: 'lost', detail: 'reset' },
      { type: 'look-up', result: { is: 'not-found' } },
    ],
  ])('%s (%s)', ([outcome, detail, given, ...outcomes]) => {
    const at = core().plan({ traits: traits(given) })
    for (const one of outcomes) at.arm().ends(one).pass(3600)
    const attempt = outcomes.length
    expect(at.did('end-attempt')).toMatchObject([{ revision: 1, attempt, outcome, detail }])
    expect(at.did('note').at(-1)?.detail).toMatchObject({ because: detail ?? outcome })
  })

  test('also where the answer never came, since the daemon was stopped', () => {
    const cut = 'runherald was stopped before the answer came'
    const asked = core().plan({ traits: traits({ askable: true }) })
    expect(asked.arm().restart().did('end-attempt')).toMatchObject([{ outcome: 'unknown', detail: cut }])
    expect(asked.pass(5).arm().restart().did('end-attempt')).toMatchObject([
      { outcome: 'unknown', detail: cut },
    ])
  })
})

describe('a resend after a lost answer', () => {
  const resent = () => {
    const at = core().plan({ traits: traits({ repeatable: true, busyIsSafe: true }) })
    at.arm().ends({ type: 'lost', detail: 'reset' })
    return at.pass(60).arm()
  }

  test('goes as a send that knows of the earlier attempt', () => {
    const at = resent()
    expect(at.newest()).toMatchObject({ state: 'sending', earlierUnknown: true, attempts: 2 })
    expect(at.verdict({ ...ACCEPTED, adopted: true }).newest().state).toBe('registered')
  })

  test.for([
    ['a busy registry', verdict(BUSY, 429)],
    ['a race', verdict(RACE)],
    ['a paused registry', verdict({ is: 'pause', reason: 'credentials', detail: '401' }, 401)],
    ['a dead network', { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }],
  ] as Array<[string, Outcome]>)('stays unknown through %s', ([, outcome]) => {
    expect(resent().ends(outcome).newest()).toMatchObject({ state: 'unknown', inDoubt: true })
  })

  test('is in doubt no more once it is refused, or its library is said to be missing', () => {
    expect(resent().verdict(REFUSED).newest()).toMatchObject({ state: 'refused', inDoubt: false })
    const missing: Verdict = { is: 'try-later', because: 'prerequisite', detail: 'no LIB', library: 'LIB' }
    expect(resent().verdict(missing).newest()).toMatchObject({ state: 'queued', inDoubt: false })
  })
})

test('at a restart, a send without an answer is unknown, and a look-up is asked again', () => {
  const ends = Object.values(KINDS).map((kind) => core().plan({ traits: kind }).arm().restart())
  expect(ends.map((at) => at.newest().state)).toEqual(['held', 'unknown', 'unknown', 'unknown'])
  for (const at of ends) expect(at.did('pause-registry')).toEqual([])
  const asking = core().plan({ traits: traits({ askable: true }) })
  const { wake } = asking.arm().ends({ type: 'lost', detail: 'reset' }).pass(5).arm().newest()
  asking.restart()
  // Redis may still hold the job of the attempt that was cut.
  expect(asking.newest()).toMatchObject({
    state: 'unknown',
    nextTry: null,
    wake: wake + 1,
    steps: { lookUp: 1 },
  })
})

test('an answer that comes after a restart has ruled on its attempt changes nothing', () => {
  const at = core().plan().arm().restart()
  const ruled = at.registration
  at.ends(verdict(ACCEPTED), { revision: 1, attempt: 1 })
  expect(at.registration).toEqual(ruled)
  expect(at.effects).toEqual([])
  at.act({ resolve: 'resend', reason: 'not there' }).arm()
  at.ends(verdict(ACCEPTED), { revision: 1, attempt: 1 })
  expect(at.newest()).toMatchObject({ state: 'sending', onWire: { attempt: 2 } })
})
