/** What planning asks for anew, and what a person decides: which revision takes the place of which. */
import { describe, expect, test } from 'vitest'
import { ACCEPTED, type Core, core, REFUSED, START, traits } from './core.ts'

const states = (at: Core) =>
  at.registration.revisions.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`))
const declined = (at: Core) => at.did('decline')[0]?.why
const change = (at: Core) => at.did('planned')[0]?.change
const CORRECTS = traits({ repeatable: true, corrects: true })

describe('the same request again', () => {
  test.for<[string, (at: Core) => Core]>([
    ['queued', (at) => at],
    ['sending', (at) => at.arm()],
    ['registered', (at) => at.arm().verdict(ACCEPTED)],
    ['refused', (at) => at.arm().verdict(REFUSED)],
    ['held', (at) => at.arm().ends({ type: 'lost', detail: 'reset' })],
    ['abandoned', (at) => at.act({ resolve: 'abandon', reason: 'no' })],
  ])('changes nothing of one that is %s', ([, lead]) => {
    const at = lead(core().plan())
    const before = at.registration
    expect(change(at.plan())).toBe('none')
    expect(at.registration).toEqual(before)
    expect(at.did('note')).toEqual([])
  })

  test('takes up what is no longer awaited', () => {
    const at = core().plan({ waitingFor: ['run-completion'] })
    expect(states(at)).toEqual(['waiting: run-completion'])
    expect(change(at.plan())).toBe('updated')
    expect(states(at)).toEqual(['queued'])
  })

  test('does not begin the grace anew', () => {
    const until = (seconds: number) => new Date(START.getTime() + seconds * 1000).toISOString()
    const at = core()
      .plan({ notBefore: until(120) })
      .pass(60)
      .plan({ notBefore: until(180) })
    expect(at.newest()).toMatchObject({ reason: 'grace', nextTry: until(120) })
    const before = at.registration
    expect(at.librarySettled('LIB').registration).toEqual(before)
  })

  test('keeps what it now claims, and since when it is what it is', () => {
    const at = core()
      .plan({ claims: ['T1'] })
      .pass(60)
    const { since, wake } = at.newest()
    expect(change(at.plan({ claims: ['T2'] }))).toBe('none')
    expect(at.newest()).toMatchObject({ state: 'queued', claims: ['T2'], since, wake })
  })

  test('waits for something else, where planning now says so', () => {
    const at = core()
      .plan({ waitingFor: ['run-completion'] })
      .plan({ waitingFor: ['sheet'] })
    expect([change(at), ...states(at)]).toEqual(['updated', 'waiting: sheet'])
  })

  test('stops what was not sent yet, where planning now says so', () => {
    const at = core()
      .plan()
      .plan({ stop: { state: 'held', reason: 'conflict' } })
    expect(states(at)).toEqual(['held: conflict'])
    expect(states(at.plan())).toEqual(['queued'])
  })

  test('does not stop again what a person has set going', () => {
    const stop = { state: 'held', reason: 'run-failed' } as const
    const at = core().plan({ stop }).act({ retry: true })
    expect(states(at)).toEqual(['queued'])
    expect(states(at.plan({ stop }))).toEqual(['queued'])
    expect(states(at.plan({ stop, claims: ['T1'] }))).toEqual(['queued'])
  })
})

describe('a placeholder', () => {
  test('is filled in place when its request can be made', () => {
    const at = core().plan({ body: null, waitingFor: ['sheet'] })
    expect(change(at)).toBe('new')
    expect(change(at.plan({ traits: CORRECTS }))).toBe('updated')
    expect(at.newest()).toMatchObject({ revision: 1, state: 'queued', traits: CORRECTS })
  })

  test('that is stopped keeps its place in the history', () => {
    const at = core()
      .plan({ body: null, stop: { state: 'refused', reason: 'by-rule' } })
      .plan()
    expect([change(at), ...states(at)]).toEqual(['revised', 'refused: by-rule', 'queued'])
  })

  test('that planning no longer asks for is gone, and comes back when it is asked for', () => {
    const at = core()
      .plan({ body: null, waitingFor: ['run'] })
      .withdraw()
    expect(at.newest()).toMatchObject({ state: 'superseded', withdrawn: true })
    expect(states(at.plan({ body: null, waitingFor: ['run'] }))).toEqual(['waiting: run'])
    expect(at.newest().withdrawn).toBe(false)
  })

  test('that was sent meanwhile is not gone', () => {
    const at = core().plan().arm().withdraw()
    expect(states(at)).toEqual(['sending'])
  })
})

describe('changed content', () => {
  test('before sending takes the place of the older', () => {
    const at = core().plan().plan({ body: 'B' })
    expect(states(at)).toEqual(['superseded', 'queued'])
    expect(change(at)).toBe('revised')
    expect(at.did('note').map(({ event, revision }) => [event, revision])).toEqual([
      ['registration.superseded', 1],
      ['registration.queued', 2],
    ])
  })

  test('before sending takes the place also of one that waits', () => {
    const at = core()
      .plan({ waitingFor: ['run-completion'] })
      .plan({ body: 'B' })
    expect(states(at)).toEqual(['superseded', 'queued'])
  })

  test('with an error in it also takes its place: nobody wants the older sent', () => {
    const at = core()
      .plan()
      .plan({ body: null, stop: { state: 'refused', reason: 'by-rule' } })
    expect(states(at)).toEqual(['superseded', 'refused: by-rule'])
  })

  test('with an error in it leaves what is registered as it is', () => {
    const at = core().plan().arm().verdict(ACCEPTED)
    expect(change(at.plan({ body: null, stop: { state: 'refused', reason: 'by-rule' } }))).toBe('none')
    expect(states(at)).toEqual(['registered'])
  })

  test('waits while the older is on the wire, then corrects it where the kind can', () => {
    const at = core().plan({ traits: CORRECTS }).arm().plan({ body: 'B', traits: CORRECTS })
    expect(states(at)).toEqual(['sending', 'waiting: previous-revision'])
    at.verdict(ACCEPTED)
    expect(states(at)).toEqual(['registered', 'queued'])
  })

  test('waits while the older is unknown, whose resend goes first', () => {
    const at = core().plan({ traits: CORRECTS }).arm().ends({ type: 'lost', detail: 'reset' })
    at.plan({ body: 'B', traits: CORRECTS })
    expect(states(at)).toEqual(['unknown', 'waiting: previous-revision'])
    at.pass(60).arm({}, 1)
    expect(states(at)).toEqual(['sending', 'waiting: previous-revision'])
    at.verdict({ ...ACCEPTED, adopted: true })
    expect(states(at)).toEqual(['registered', 'queued'])
  })

  test('of what is registered is for a person where the kind cannot correct', () => {
    const at = core().plan().arm().verdict(ACCEPTED).plan({ body: 'B' })
    expect(states(at)).toEqual(['registered', 'held: amendment'])
  })

  test('that returns to what is registered is registered', () => {
    const at = core().plan().arm().verdict(ACCEPTED).plan({ body: 'B' }).plan({ body: 'A' })
    expect(states(at)).toEqual(['registered', 'superseded', 'registered'])
    expect(at.newest().remoteIds).toEqual({ run: 'remote-1' })
  })

  test('that returns to an older content is sent where a newer one was registered since', () => {
    const at = core().plan({ traits: CORRECTS }).arm().verdict(ACCEPTED)
    at.plan({ body: 'B', traits: CORRECTS }).arm().verdict(ACCEPTED)
    at.plan({ body: 'A', traits: CORRECTS })
    expect(states(at)).toEqual(['registered', 'registered', 'queued'])
  })

  test('of what was refused is sent', () => {
    const at = core().plan().arm().verdict(REFUSED).plan({ body: 'B' })
    expect(states(at)).toEqual(['refused: by-registry', 'queued'])
  })

  test('of what is held for its outcome waits for the person, and follows his verdict', () => {
    const held = () => core().plan().arm().ends({ type: 'lost', detail: 'reset' }).plan({ body: 'B' })
    expect(states(held())).toEqual(['held: unknown-outcome', 'waiting: previous-revision'])
    const there = held().act({ resolve: 'registered', remoteId: 'x', reason: null })
    expect(states(there)).toEqual(['registered', 'held: amendment'])
    const givenUp = held().act({ resolve: 'abandon', reason: 'cannot tell' })
    expect(states(givenUp)).toEqual(['abandoned', 'held: amendment'])
  })

  test('of what is held because the run failed takes its place', () => {
    const at = core()
      .plan({ stop: { state: 'held', reason: 'run-failed' } })
      .plan({ body: 'B' })
    expect(states(at)).toEqual(['superseded', 'queued'])
  })

  test('of what is held at a kind that corrects takes its place', () => {
    const at = core().plan({ traits: CORRECTS }).arm().verdict({ is: 'conflict', detail: 'other model' })
    at.plan({ body: 'B', traits: CORRECTS })
    expect(states(at)).toEqual(['superseded', 'queued'])
  })

  test('of what a person has sent again takes its place: it was not there', () => {
    const at = core().plan().arm().ends({ type: 'lost', detail: 'reset' })
    at.act({ resolve: 'resend', reason: 'not on their page' }).plan({ body: 'B' })
    expect(states(at)).toEqual(['superseded', 'queued'])
  })

  test('of what was given up unsent is sent', () => {
    const at = core().plan().act({ resolve: 'abandon', reason: 'wrong run' }).plan({ body: 'B' })
    expect(states(at)).toEqual(['abandoned', 'queued'])
  })
})

describe('a person', () => {
  test('takes up again what was given up, and it waits for an earlier one whose fate is not known', () => {
    const repeatable = { traits: traits({ repeatable: true, busyIsSafe: true }) }
    const at = core().plan(repeatable).arm()
    at.verdict({ is: 'try-later', because: 'busy', detail: '' }, { status: 503 })
    const abandon = { resolve: 'abandon', reason: 'no' } as const
    const resend = { resolve: 'resend', reason: 'yes' } as const
    at.plan({ body: 'B', ...repeatable }).act(abandon)
    expect(states(at)).toEqual(['queued', 'abandoned'])
    expect(states(at.act(resend))).toEqual(['queued', 'waiting: previous-revision'])
    at.act(abandon).pass(60).arm({}, 1).ends({ type: 'lost', detail: 'reset' })
    expect(states(at)).toEqual(['unknown', 'abandoned'])
    expect(states(at.act(resend))).toEqual(['unknown', 'waiting: previous-revision'])
    expect(states(at.pass(60).arm({}, 1).verdict(ACCEPTED))).toEqual(['registered', 'held: amendment'])
  })

  test('has an amendment sent beside what is registered, if that is the verdict', () => {
    const at = core().plan().arm().verdict(ACCEPTED).plan({ body: 'B' })
    expect(states(at.act({ resolve: 'resend', reason: 'they deleted it' }))).toEqual(['registered', 'queued'])
  })

  test('decides about the earlier one, where the newest waits for it', () => {
    const lost = core().plan({ traits: CORRECTS }).arm().ends({ type: 'lost', detail: 'reset' })
    lost.plan({ body: 'B', traits: CORRECTS }).act({ resolve: 'registered', remoteId: null, reason: null })
    expect(states(lost)).toEqual(['registered', 'queued'])
  })

  test('sends again what was refused, given up or never went', () => {
    expect(states(core().plan().arm().verdict(REFUSED).act({ retry: true }))).toEqual(['queued'])
    const twice = core().plan().arm().verdict(REFUSED).plan({ body: 'B' }).arm().verdict(REFUSED)
    expect(states(twice.act({ retry: true }))).toEqual(['refused: by-registry', 'queued'])
    const abandon = { resolve: 'abandon', reason: 'no' } as const
    expect(states(core().plan().act(abandon).act({ retry: true }))).toEqual(['queued'])
    const lost = (given: Parameters<typeof traits>[0]) =>
      core()
        .plan({ traits: traits(given) })
        .arm()
        .ends({ type: 'lost', detail: 'reset' })
        .act(abandon)
        .act({ retry: true })
    expect(states(lost({ repeatable: true }))).toEqual(['queued'])
    expect(declined(lost({}))).toMatch('resolve')
    const busy = core().plan().arm()
    busy.verdict({ is: 'try-later', because: 'busy', detail: '' }, { status: 429 }).act({ retry: true })
    expect(busy.newest()).toMatchObject({ state: 'queued', nextTry: null })
  })

  test('cannot retry what could then be there twice', () => {
    const at = core().plan().arm().ends({ type: 'lost', detail: 'reset' }).act({ retry: true })
    expect(declined(at)).toMatch('resolve')
    expect(states(at)).toEqual(['held: unknown-outcome'])
    const amended = core().plan().arm().verdict(ACCEPTED).plan({ body: 'B' }).act({ retry: true })
    expect(declined(amended)).toMatch('resolve')
  })

  test('says that it is there, and with which id', () => {
    const at = core().plan().arm().ends({ type: 'lost', detail: 'reset' })
    at.act({ resolve: 'registered', remoteId: '4711', reason: 'seen on their page' }, 'Grace')
    expect(at.newest()).toMatchObject({ state: 'registered', remoteIds: { run: '4711' }, inDoubt: false })
    expect(at.did('receipt')).toMatchObject([{ remoteIds: { run: '4711' } }])
    expect(at.did('note')).toMatchObject([{ who: 'Grace', detail: { because: 'seen on their page' } }])
  })

  test('says that it is there: what is known of it stays', () => {
    const at = core().plan().arm().ends({ type: 'lost', detail: 'reset' })
    at.act({ resolve: 'registered', remoteId: null, reason: null })
    expect(at.newest()).toMatchObject({ state: 'registered', remoteIds: {} })
    expect(at.did('note')).toMatchObject([{ who: 'Ada', detail: { because: 'registered' } }])
    const partly = core().plan().arm()
    partly.verdict({ is: 'partial', committed: ['a'], missing: ['b'], remoteIds: { library: 'l-1' } })
    partly.act({ resolve: 'registered', remoteId: '4711', reason: null })
    expect(partly.newest().remoteIds).toEqual({ library: 'l-1', run: '4711' })
  })

  test('has every ladder of waits climbed from its foot when it is tried again', () => {
    const at = core().plan({ traits: traits({ repeatable: true }) })
    for (let time = 0; time < 6; time++)
      at.pass(3600).arm().verdict({ is: 'try-later', because: 'race', detail: '' })
    expect(at.newest()).toMatchObject({ state: 'held', steps: { race: 5 } })
    at.act({ retry: true })
    expect(at.newest()).toMatchObject({
      state: 'queued',
      steps: { backOff: 0, race: 0, prerequisite: 0, lookUp: 0 },
    })
    expect(at.did('note')).toMatchObject([{ detail: { because: 'retry' } }])
  })

  test('has nothing sent that still waits', () => {
    const at = core()
      .plan({ waitingFor: ['sheet'] })
      .act({ resolve: 'resend', reason: 'now' })
    expect(declined(at)).toBe('it waits for sheet')
  })

  test('has it sent again, which is then no repeat in doubt', () => {
    const at = core().plan().arm().ends({ type: 'lost', detail: 'reset' })
    at.act({ resolve: 'resend', reason: 'not on their page' })
    expect(at.newest()).toMatchObject({ state: 'queued', inDoubt: false, earlierUnknown: true })
    expect(at.arm().did('begin-attempt')).toMatchObject([{ purpose: 'send', attempt: 2 }])
  })

  test('decides nothing while an attempt is on the wire, or after the end', () => {
    expect(declined(core().plan().arm().act({ resolve: 'abandon', reason: 'x' }))).toMatch('on the wire')
    const done = core().plan().arm().verdict(ACCEPTED)
    expect(declined(done.act({ retry: true }))).toMatch('registered already')
    expect(declined(done.act({ resolve: 'resend', reason: 'x' }))).toMatch('registered already')
    const gone = core()
      .plan({ body: null, waitingFor: ['sheet'] })
      .withdraw()
    for (const act of [{ retry: true } as const, { resolve: 'abandon', reason: 'x' } as const])
      expect(declined(gone.act(act))).toMatch('a newer revision')
  })

  test('cannot send what has no request', () => {
    const at = core()
      .plan({ body: null, stop: { state: 'refused', reason: 'by-rule' } })
      .act({ retry: true })
    expect(declined(at)).toMatch('nothing to send')
  })
})

describe('where a repeat is harmless, and what is there stays as it is', () => {
  const FIRST_STANDS = traits({ repeatable: true, corrects: false, busyIsSafe: true })
  const busy = { is: 'try-later', because: 'busy', detail: 'unavailable' } as const

  test('a correction waits for one that a 503 may have hidden', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().verdict(busy, { status: 503 })
    expect(states(at.plan({ body: 'B', traits: FIRST_STANDS }))).toEqual([
      'queued',
      'waiting: previous-revision',
    ])
    at.pass(3600).arm({}, 1)
    at.verdict({ ...ACCEPTED, adopted: true })
    expect(states(at)).toEqual(['registered', 'held: amendment'])
  })

  test('one before a correction that a person says is there is not sent any more', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().verdict(busy, { status: 503 })
    at.plan({ body: 'B', traits: FIRST_STANDS }).act({ resolve: 'registered', remoteId: null, reason: null })
    expect(states(at)).toEqual(['superseded', 'registered'])
    expect(states(at.pass(3600).arm({}, 1))).toEqual(['superseded', 'registered'])
  })

  test('of corrections that wait for one, only the newest stays', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().verdict(busy, { status: 503 })
    at.plan({ body: 'B', traits: FIRST_STANDS }).plan({ body: 'C', traits: FIRST_STANDS })
    expect(states(at)).toEqual(['queued', 'superseded', 'waiting: previous-revision'])
  })

  test('a correction takes the place of one whose library was then said to be missing', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().verdict(busy, { status: 503 }).pass(3600).arm()
    at.verdict({ is: 'try-later', because: 'prerequisite', detail: 'no LIB', library: 'LIB' })
    expect(states(at.plan({ body: 'B', traits: FIRST_STANDS }))).toEqual(['superseded', 'queued'])
  })

  test('a correction takes the place of one that a 429 turned away', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().verdict(busy, { status: 429 })
    expect(states(at.plan({ body: 'B', traits: FIRST_STANDS }))).toEqual(['superseded', 'queued'])
  })

  test('an amendment is not sent again for the asking', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().verdict(ACCEPTED)
    at.plan({ body: 'B', traits: FIRST_STANDS }).act({ retry: true })
    expect(declined(at)).toMatch('resolve')
  })

  test('after one given up in doubt, a person sees to the correction', () => {
    const at = core().plan({ traits: FIRST_STANDS }).arm().ends({ type: 'lost', detail: 'reset' })
    at.act({ resolve: 'abandon', reason: 'never mind' }).plan({ body: 'B', traits: FIRST_STANDS })
    expect(states(at)).toEqual(['abandoned', 'held: amendment'])
  })
})
