/**
 * Every kind through the real delivery against its sandbox, under every fault: what is repeated, comes at the same time
 * or in the wrong order ends in one registration, or with a person. Counted in the sandbox's own log of commits.
 */
import { describe, expect, test } from 'vitest'
import type { Destination } from '../../src/deliver/destination.ts'
import type { Plan, RegistrySettings, Subject } from '../../src/handovers.ts'
import type { RegistrationRow } from '../../src/journal/journal.ts'
import { uuid5 } from '../../src/record/identity.ts'
import { registries } from '../../src/registries/index.ts'
import type { Registry } from '../../src/registries/registry.ts'
import type { Commit, FaultScript, Sandbox, SandboxKind } from '../../src/sandbox/index.ts'
import { lab } from '../deliver/rig.ts'
import { batch, library, NOW, settings as ordinary, run, tube } from '../registries/subjects.ts'
import { sequencingAdd } from '../sandbox/call.ts'
import { openSandbox } from '../sandbox/rig.ts'

/** Those that the sandbox emulates. */
type Kind = SandboxKind
type Rules = FaultScript['rules']
type Fault = Rules[number]['fault']

const LIBRARY = 'BIRM-LIBRARY-ONCE'

/** A fault that strikes one request once, and whether the request is committed all the same. */
const FAULTS: Array<[name: string, fault: Fault]> = [
  ['no fault', { do: 'delay' }],
  ['reset before the commit', { do: 'reset', at: 'before-commit' }],
  ['reset after the commit', { do: 'reset', at: 'after-commit' }],
  ['reset in the answer', { do: 'reset', at: 'mid-answer' }],
  ['closed after the commit', { do: 'fin', at: 'after-commit' }],
  ['silence after the commit', { do: 'hang', at: 'after-commit' }],
  ['silence before the commit', { do: 'hang', at: 'before-commit' }],
  ['429', { do: 'status', status: 429, retryAfter: 0 }],
  ['503 before the commit', { do: 'status', status: 503 }],
  ['503 after the commit', { do: 'status', status: 503, at: 'after-commit' }],
  ['500 before the commit', { do: 'status', status: 500 }],
  ['502 after the commit', { do: 'status', status: 502, at: 'after-commit' }],
  ['a log-in page before the commit', { do: 'html' }],
  ['a log-in page after the commit', { do: 'html', at: 'after-commit' }],
  ['half an answer', { do: 'truncated-json' }],
  ['a packed answer', { do: 'gzip' }],
  ['a mislabelled answer', { do: 'content-type', contentType: 'text/plain' }],
  ['credentials refused', { do: 'credentials' }],
  ['a redirect', { do: 'redirect', status: 307 }],
]
const MAJORA_FAULTS: typeof FAULTS = [
  ['the database locked before the commit', { do: 'database', words: 'locked' }],
  ['the database gone after the commit', { do: 'database', words: 'gone-away', at: 'after-commit' }],
  ['an error without words before the commit', { do: 'no-success' }],
  ['an error without words after the commit', { do: 'no-success', at: 'after-commit' }],
]
const RACES: typeof FAULTS = [['a race', { do: 'race' }]]

/** Nothing of a request can have been committed: it is sent again at every kind. */
const NOT_TAKEN = new Set(['no fault', '429', 'credentials refused', 'a redirect', 'a mislabelled answer'])
/** Committed, though the answer does not say so. */
const TAKEN = /after the commit|in the answer|half an answer|a packed answer/

const subjectsOf: Record<Kind, Array<'library' | 'run' | 'batch'>> = {
  'majora-2020-03-24': ['run'],
  'majora-2020-03-25': ['library', 'run'],
  'majora-2': ['library', 'run'],
  'onecodex-v1': ['batch'],
  webhook: ['library', 'run', 'batch'],
}
const cases = Object.entries(subjectsOf).flatMap(([kind, types]) =>
  types.map((type) => [kind as Kind, type] as const),
)

describe.for(cases)('%s: a %s', ([kind, type]) => {
  const faults = [
    ...FAULTS,
    ...(kind.startsWith('majora') ? MAJORA_FAULTS : []),
    ...(kind === 'majora-2' && type === 'run' ? RACES : []),
  ]
  const registry: Registry = registries[kind]
  const { repeatable, askable } = registry.traits(type)

  test('under every fault, one registration or a person', async () => {
    const subjects = faults.map((_, index) => subjectOf(type, index))
    const rules = faults.map(([, fault], index): Rules[number] => ({
      match: { kind, method: 'POST', runName: nameInRequest(kind, subjects[index]) },
      times: 1,
      fault,
    }))
    const sandbox = await openSandbox()
    await using here = await lab([destinationOf(kind, sandbox)])
    await here.plan(libraryPlan(kind, sandbox))
    await here.rows((rows) => rows.every((row) => row.state === 'registered' || row.state === 'refused'))
    sandbox.setFaults({ rules })
    const ids = await here.plan(...subjects.map((subject) => planOf(kind, sandbox, subject)))
    const rows = await here.rows((all) => ids.every((id) => hasEnded(all.find((row) => row.id === id))))

    for (const [index, [fault]] of faults.entries()) {
      const row = rows.find((one) => one.id === ids[index])
      const made = madeOf(sandbox, kind, subjects[index]).length
      const isTaken = TAKEN.test(fault)
      const isCertain = repeatable || NOT_TAKEN.has(fault) || (askable && isTaken)
      const expected = isCertain ? ['registered', null, 1] : ['held', 'unknown-outcome', isTaken ? 1 : 0]
      expect([fault, row?.state, row?.reason, made]).toEqual([fault, ...expected])
    }
  })

  test('planned again and again, it goes once', async () => {
    const sandbox = await openSandbox()
    await using here = await lab([destinationOf(kind, sandbox)])
    await here.plan(libraryPlan(kind, sandbox))
    const plan = planOf(kind, sandbox, subjectOf(type, 0))
    await Promise.all([1, 2, 3].map(() => here.plan(plan)))
    await here.rows((rows) => rows.every(hasEnded))
    await here.plan(plan)
    await here.restart()
    await here.plan(plan)
    const rows = await here.rows((all) => all.every(hasEnded))
    expect(rows.find((row) => row.id === plan.submission.id)).toMatchObject({
      revision: 1,
      state: 'registered',
      attempts: 1,
    })
    expect(madeOf(sandbox, kind, subjectOf(type, 0))).toHaveLength(1)
  })
})

test.for(['majora-2020-03-25', 'majora-2'] as const)(
  '%s: a run before its library waits for it, and goes once',
  async (kind) => {
    const sandbox = await openSandbox()
    await using here = await lab([destinationOf(kind, sandbox)])
    const [id = ''] = await here.plan(planOf(kind, sandbox, subjectOf('run', 0)))
    await here.rows((rows) => rows.some((row) => row.id === id && row.reason === `library ${LIBRARY}`))
    await here.plan(libraryPlan(kind, sandbox))
    await here.rows((rows) => rows.length === 2 && rows.every((row) => row.state === 'registered'))
    expect(madeOf(sandbox, kind, subjectOf('run', 0))).toHaveLength(1)
  },
)

test('majora-2: one run sent into four libraries at the same time is one run, whatever the races say', async () => {
  const kind = 'majora-2'
  const sandbox = await openSandbox({ raceWindowMs: 400 })
  await using here = await lab([destinationOf(kind, sandbox, 4)])
  const names = ['LIB-A', 'LIB-B', 'LIB-C', 'LIB-D']
  await here.plan(...names.map((name) => libraryPlan(kind, sandbox, name)))
  await here.rows((rows) => rows.every((row) => row.state === 'registered'))
  await here.plan(
    ...names.map((name) => planOf(kind, sandbox, { ...subjectOf('run', 0), libraryName: name } as Subject)),
  )
  await here.rows((rows) => rows.length === 8 && rows.every((row) => row.state === 'registered'))
  expect(madeOf(sandbox, kind, subjectOf('run', 0))).toHaveLength(1)
  const sent = sandbox.log().filter((one) => one.entry === 'request' && one.path === sequencingAdd)
  // Those that were told of a race came again.
  expect(sent.length).toBeGreaterThan(names.length)
})

test('majora-2: a correction that comes while the first is on the wire is sent after it, and is what stays', async () => {
  const kind = 'majora-2'
  const sandbox = await openSandbox({
    faults: {
      rules: [
        {
          match: { path: sequencingAdd },
          times: 1,
          fault: { do: 'reset', at: 'after-commit', beforeCommitMs: 100 },
        },
      ],
    },
  })
  await using here = await lab([destinationOf(kind, sandbox)])
  await here.plan(libraryPlan(kind, sandbox))
  await here.until('registration.registered')
  const first = subjectOf('run', 0)
  const corrected = {
    ...first,
    run: { ...(first.type === 'run' ? first.run : run()), flowcellType: 'FLO-MIN114' },
  } as Subject
  const [id] = await here.plan(planOf(kind, sandbox, first))
  await here.until('registration.sending', (fields) => fields['registration'] === id)
  await here.plan(planOf(kind, sandbox, corrected))
  await here.rows((rows) =>
    rows.some((row) => row.id === id && row.revision === 2 && row.state === 'registered'),
  )
  const commits = commitsOf(sandbox, kind, first)
  expect(commits.map((one) => one.effect)).toEqual(['created', ...commits.slice(1).map(() => 'updated')])
  expect(commits.at(-1)?.payload['flowcell_type']).toBe('FLO-MIN114')
})

const hasEnded = (row: RegistrationRow | undefined): boolean =>
  row !== undefined && ['registered', 'held', 'refused'].includes(row.state)

/** The `index`-th of a type, with names of its own. */
function subjectOf(type: 'library' | 'run' | 'batch', index: number): Subject {
  switch (type) {
    case 'library':
      return { type, library: library({ name: `LIB-${index}-ONCE` }) }
    case 'batch':
      return {
        type,
        batch: batch({
          name: `Batch ${index}`,
          tubes: [tube({ tubeBarcode: `AB12CD${String(index).padStart(4, '0')}` })],
        }),
      }
    case 'run': {
      const name = `20200409_1840_X3_FAK${String(index).padStart(5, '0')}_5e2c9b1d`
      const id = uuid5(name)
      return {
        type,
        run: run({ runId: name, folderName: name, sequencingUuid: id, sequencingId: id }),
        libraryName: LIBRARY,
        library: library({ name: LIBRARY }),
      }
    }
  }
}

/** One library a run at the Majora that takes both in one call. */
const ownLibrary = (kind: Kind, subject: Subject): Subject =>
  kind === 'majora-2020-03-24' && subject.type === 'run'
    ? {
        ...subject,
        libraryName: subject.run.sequencingId,
        library: library({ name: subject.run.sequencingId }),
      }
    : subject

const settingsOf = (kind: Kind, sandbox: Sandbox): RegistrySettings =>
  ordinary({ name: kind, url: sandbox.urlOf(kind), username: 'sandbox' })

function planOf(kind: Kind, sandbox: Sandbox, given: Subject): Plan {
  const registry: Registry = registries[kind]
  const subject = ownLibrary(kind, given)
  const name = nameOf(subject)
  const mapped = registry.map(subject, settingsOf(kind, sandbox), NOW)
  const inLibrary = subject.type === 'run' ? subject.libraryName : null
  const key = `${subject.type}\n${name}\n${inLibrary ?? ''}`
  return {
    submission: {
      id: uuid5(`${kind}\n${key}`),
      registry: kind,
      kind,
      subject: { type: subject.type, key, name, library: inLibrary, path: null },
      mapped: mapped.ok ? mapped.value : null,
      waitingFor: [],
      stop: mapped.ok ? null : { state: 'refused', reason: 'by-rule' },
      problems: [],
      facts: null,
    },
    traits: registry.traits(subject.type),
    notBefore: null,
  }
}

const libraryPlan = (kind: Kind, sandbox: Sandbox, name = LIBRARY): Plan =>
  planOf(kind, sandbox, { type: 'library', library: library({ name }) })

function nameOf(subject: Subject): string {
  switch (subject.type) {
    case 'library':
      return subject.library.name
    case 'batch':
      return subject.batch.name
    case 'run':
      return subject.run.runId
  }
}

/** What a request of this subject can be known by on the wire. */
function nameInRequest(kind: Kind, subject: Subject | undefined): string {
  if (subject === undefined) throw new Error('no subject')
  if (kind === 'webhook') {
    const inLibrary = subject.type === 'run' ? subject.libraryName : ''
    return uuid5(`${kind}\n${subject.type}\n${nameOf(subject)}\n${inLibrary}`)
  }
  if (subject.type !== 'run') return nameOf(subject)
  return kind === 'majora-2' ? subject.run.folderName : subject.run.sequencingId
}

function destinationOf(kind: Kind, sandbox: Sandbox, concurrency = 3): Destination {
  const { judge, probe, lookUp }: Registry = registries[kind]
  return {
    name: kind,
    kind,
    url: sandbox.urlOf(kind),
    limits: { concurrency, perSecond: 1000, timeoutSeconds: 1 },
    settings: settingsOf(kind, sandbox),
    ...{ judge, probe, lookUp },
    secrets: async () => 'sandbox-token',
  }
}

const commitsOf = (sandbox: Sandbox, kind: Kind, subject: Subject | undefined): Commit[] => {
  const name = nameInRequest(kind, subject)
  return sandbox.log().flatMap((one) => {
    if (one.entry !== 'commit' || one.kind !== kind) return []
    const isOfType = one.type === subject?.type || one.type === 'event'
    return isOfType && JSON.stringify([one.name, one.identity]).includes(JSON.stringify(name)) ? [one] : []
  })
}

/** What was made, however often it was updated since. */
const madeOf = (sandbox: Sandbox, kind: Kind, subject: Subject | undefined): Commit[] =>
  commitsOf(sandbox, kind, subject).filter((one) => one.effect === 'created')
