/** When an attempt may begin, and whose the tubes of a batch are from then on. */
import { describe, expect, test } from 'vitest'
import { ACCEPTED, core, REFUSED, START, traits } from './core.ts'

const later = (seconds: number) => new Date(START.getTime() + seconds * 1000).toISOString()
const begun = (at: ReturnType<typeof core>) => at.did('begin-attempt').length === 1

describe('an attempt begins only', () => {
  test('while the registry is open', () => {
    const at = core().plan().arm({ registryOpen: false })
    expect(begun(at)).toBe(false)
    expect(at.newest()).toMatchObject({ state: 'queued', attempts: 0 })
    expect(begun(at.arm())).toBe(true)
  })

  test('once', () => {
    const at = core().plan().arm()
    expect(at.newest()).toMatchObject({ state: 'sending', onWire: { attempt: 1, purpose: 'send' } })
    expect(at.effects.filter((one) => one.do !== 'note')).toEqual([
      { do: 'begin-attempt', revision: 1, attempt: 1, purpose: 'send' },
    ])
    expect(begun(at.arm())).toBe(false)
    expect(begun(at.verdict(REFUSED).arm())).toBe(false)
    const asked = core()
      .plan({ traits: traits({ askable: true }) })
      .arm()
    expect(begun(asked.ends({ type: 'lost', detail: 'reset' }).pass(5).arm())).toBe(true)
    expect(asked.newest()).toMatchObject({ state: 'unknown', onWire: { attempt: 2, purpose: 'look-up' } })
    expect(begun(asked.arm())).toBe(false)
  })

  test('when nothing is awaited', () => {
    expect(
      begun(
        core()
          .plan({ waitingFor: ['sheet'] })
          .arm(),
      ),
    ).toBe(false)
  })

  test('when it is due', () => {
    const at = core().plan().arm().ends({ type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' })
    expect(begun(at.pass(4).arm())).toBe(false)
    expect(begun(at.pass(2).arm())).toBe(true)
  })

  test('after the grace, and for a clock set back no later than it says', () => {
    const at = core().plan({ notBefore: later(120) })
    expect(at.newest()).toMatchObject({ state: 'waiting', reason: 'grace', nextTry: later(120) })
    expect(begun(at.pass(119).arm())).toBe(false)
    expect(begun(at.pass(1).arm())).toBe(true)
    at.ends({ type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' })
    at.pass(-10 * 365 * 86_400)
    expect(begun(at.arm())).toBe(true)
  })

  test('for a revision that is still the newest', () => {
    const at = core().plan({ body: 'A' }).plan({ body: 'B' })
    expect(begun(at.arm({}, 1))).toBe(false)
    expect(begun(at.arm({}, 2))).toBe(true)
    const repeatable = { traits: traits({ repeatable: true, busyIsSafe: true }) }
    const busy = core().plan(repeatable).arm()
    busy.verdict({ is: 'try-later', because: 'busy', detail: '' }, { status: 503 })
    expect(
      begun(
        busy
          .plan({ body: 'B', ...repeatable })
          .withdraw()
          .pass(60)
          .arm({}, 1),
      ),
    ).toBe(true)
  })

  test('when no other attempt of its subject is on the wire', () => {
    const at = core().plan({ body: 'A' }).arm().plan({ body: 'B' })
    expect(at.newest()).toMatchObject({ state: 'waiting', reason: 'previous-revision' })
    expect(begun(at.arm({}, 2))).toBe(false)
  })

  test('while its tubes are nobody elses', () => {
    const at = core({ type: 'batch' }).plan({ claims: ['T1', 'T2'] })
    at.arm({ claimed: ['T1', 'T2'].map((claim) => ({ claim, by: 'Monday' })) })
    expect(at.newest()).toMatchObject({ state: 'refused', reason: 'by-rule', attempts: 0 })
    const [note] = at.did('note')
    expect(note?.detail).toMatchObject({
      ...{ reason: 'by-rule', nextTry: null },
      because: 'tube T1 was registered with Monday; tube T2 was registered with Monday',
    })
  })

  test('behind a library only once that is registered, or none of ours', () => {
    const at = core().plan({ prerequisite: 'LIB' }).arm({ library: 'pending' })
    expect(at.newest()).toMatchObject({ state: 'queued', reason: 'library LIB', attempts: 0 })
    expect(at.waitSeconds()).toBe(60)
    expect(at.newest().steps).toEqual({ backOff: 0, race: 0, prerequisite: 1, lookUp: 0 })
    at.librarySettled('LIB')
    expect(at.newest().steps).toEqual({ backOff: 0, race: 0, prerequisite: 0, lookUp: 0 })
    expect(begun(at.arm({ library: 'registered' }))).toBe(true)
    expect(begun(core().plan({ prerequisite: 'LIB' }).arm({ library: 'elsewhere' }))).toBe(true)
  })
})

describe('claims', () => {
  const batch = () =>
    core({ type: 'batch' })
      .plan({ claims: ['T1'], traits: traits({ askable: true }) })
      .arm()

  test('are made with the attempt', () => {
    expect(batch().did('claim')).toEqual([{ do: 'claim', claims: ['T1'] }])
  })

  test.for([
    ['refused', (at: ReturnType<typeof core>) => at.verdict(REFUSED), true],
    ['registered', (at: ReturnType<typeof core>) => at.verdict(ACCEPTED), false],
    ['lost', (at: ReturnType<typeof core>) => at.ends({ type: 'lost', detail: 'reset' }), false],
    [
      'not sent',
      (at: ReturnType<typeof core>) => at.ends({ type: 'not-sent', detail: 'DNS', pause: 'away' }),
      false,
    ],
    [
      'turned away and replaced',
      (at: ReturnType<typeof core>) =>
        at
          .verdict({ is: 'try-later', because: 'busy', detail: '' }, { status: 429 })
          .plan({ body: 'B', claims: ['T2'] }),
      true,
    ],
    [
      'partly taken and given up',
      (at: ReturnType<typeof core>) =>
        at
          .verdict({ is: 'partial', committed: ['T1'], missing: ['T2'], remoteIds: {} })
          .act({ resolve: 'abandon', reason: 'sent by hand' }),
      false,
    ],
    [
      'not sent and given up',
      (at: ReturnType<typeof core>) =>
        at
          .ends({ type: 'not-sent', detail: 'DNS', pause: 'away' })
          .act({ resolve: 'abandon', reason: 'wrong tubes' }),
      true,
    ],
    [
      'lost and given up',
      (at: ReturnType<typeof core>) =>
        at.ends({ type: 'lost', detail: 'reset' }).act({ resolve: 'abandon', reason: 'wrong tubes' }),
      false,
    ],
  ] as const)('of a batch that was %s are let go: %s', ([, ending, released]) => {
    expect(ending(batch()).did('release-claims').length === 1).toBe(released)
  })
})

test('a library that is registered or given up lets its runs go on', () => {
  const library = () => core({ type: 'library' }).plan().arm()
  const settled = [{ do: 'library-settled', library: 'LIB' }]
  expect(library().verdict(ACCEPTED).did('library-settled')).toEqual(settled)
  expect(library().verdict(REFUSED).did('library-settled')).toEqual([])
  expect(library().verdict(REFUSED).act({ resolve: 'abandon', reason: 'no' }).did('library-settled')).toEqual(
    settled,
  )
  const unsent = core({ type: 'library' }).plan({ body: null, waitingFor: ['sheet'] })
  expect(unsent.withdraw().did('library-settled')).toEqual(settled)
  // What a person called registered may not have been there; its correction is.
  const corrected = library()
    .verdict(ACCEPTED)
    .plan({ body: 'B', traits: traits({ corrects: true }) })
    .arm()
  expect(corrected.verdict(ACCEPTED).did('library-settled')).toEqual(settled)
})
