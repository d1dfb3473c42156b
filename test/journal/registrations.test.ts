/** What the journal keeps of registrations: attempts, histories, claims and receipts, through plans, deliveries and restarts. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Outcome } from '../../src/handovers.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { migrate } from '../../src/journal/open.ts'
import { STEPS } from '../../src/journal/schema.ts'
import { ASKABLE, NEITHER, planOf, REPEATABLE } from '../deliver/rig.ts'
import { journalOfTest, opened } from './rig.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)
const URL = 'https://registry.example.org'

const accepted = (id: string): Outcome => ({
  type: 'verdict',
  verdict: { is: 'accepted', adopted: false, remoteIds: { run: id }, samples: [], notes: [] },
  answer: { status: 200, headers: {}, body: '{}' },
})
const arm = (of: Journal, id: string, now = NOW, revision = 1) => of.arm({ id, revision, url: URL }, now)
async function deliver(of: Journal, id: string, outcome: Outcome, now = NOW) {
  const arming = await arm(of, id, now)
  if (arming.may !== 'begin') throw new Error(`${id} may not begin: ${arming.may}`)
  return of.settle({ id, revision: 1, attempt: arming.armed.attempt }, outcome, now)
}

test('the attempt is on disk before anything may be sent, and its end after', async () => {
  const { journal, file } = await journalOfTest()
  await journal.plan([planOf()], NOW)
  const arming = await arm(journal, 'run-1')
  expect(arming).toMatchObject({
    may: 'begin',
    armed: { attempt: 1, purpose: 'send', earlierUnknown: false },
  })
  const beside = await opened(file, { readOnly: true })
  expect((await beside.story('run-1'))?.attempts).toMatchObject([
    { url: `${URL}/add`, started: NOW.toISOString(), ended: null, outcome: null },
  ])
  await journal.settle({ id: 'run-1', revision: 1, attempt: 1 }, accepted('r'), after(1))
  expect((await beside.story('run-1'))?.attempts).toMatchObject([
    { outcome: 'accepted', ended: after(1).toISOString(), answer: { status: 200 } },
  ])
  await beside.close()
  expect((await arm(journal, 'run-1')).may).toBe('no')
})

test('history has one line for every transition, in order', async () => {
  const { journal } = await journalOfTest()
  await journal.plan([planOf()], NOW)
  await deliver(journal, 'run-1', { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' })
  await journal.openRegistry('lab', 'probe', NOW)
  await deliver(journal, 'run-1', accepted('r'), after(3600))
  const events = await journal.events(0)
  expect(events.map(({ event }) => event)).toEqual([
    'registration.queued',
    'registration.sending',
    'registry.paused',
    'registration.queued',
    'registry.opened',
    'registration.sending',
    'registration.registered',
  ])
  expect(await journal.events(events.at(-1)?.sequence ?? 0)).toEqual([])
})

test('a sheet whose rows were sorted anew says the same; one in which two samples changed places does not', async () => {
  const { journal } = await journalOfTest()
  const tubes = (...pairs: Array<[tube: string, type: string]>) =>
    planOf({ body: { name: 'b', tubes: pairs.map(([tube, type]) => ({ tube, type })) } })
  const change = async (plan: ReturnType<typeof tubes>) => (await journal.plan([plan], NOW))[0]?.change
  expect(await change(tubes(['A', 'stool'], ['B', 'culture']))).toBe('new')
  expect(await change(tubes(['B', 'culture'], ['A', 'stool']))).toBe('none')
  expect(await change(tubes(['A', 'culture'], ['B', 'stool']))).toBe('revised')
})

test('planning says what became of each plan, in order', async () => {
  const { journal } = await journalOfTest()
  const first = await journal.plan(
    [planOf({ id: 'a' }), planOf({ id: 'b', body: null, waitingFor: ['sheet'] })],
    NOW,
  )
  expect(first).toEqual([
    { id: 'a', revision: 1, state: 'queued', reason: null, change: 'new' },
    { id: 'b', revision: 1, state: 'waiting', reason: 'sheet', change: 'new' },
  ])
  const second = await journal.plan([planOf({ id: 'a' }), planOf({ id: 'b' })], NOW)
  expect(second.map(({ change }) => change)).toEqual(['none', 'updated'])
  const third = await journal.plan([planOf({ id: 'a', body: { name: 'other' } })], NOW)
  expect(third).toEqual([{ id: 'a', revision: 2, state: 'queued', reason: null, change: 'revised' }])
  expect((await journal.story('a'))?.revisions.map((one) => one.submission.mapped?.request.body)).toEqual([
    { name: 'a', token: '***' },
    { name: 'other', token: '***' },
  ])
})

test('lists give the newest revision, every revision, or what a person asked for', async () => {
  const { journal } = await journalOfTest()
  await journal.plan([planOf({ id: 'a' }), planOf({ id: 'b', traits: NEITHER })], NOW)
  await journal.plan([planOf({ id: 'a', body: { name: 'other' } })], after(1))
  await journal.plan([planOf({ id: 'gone', body: null, waitingFor: ['run'] })], after(1))
  await journal.withdraw(['gone'], after(2))
  const listed = async (filter: Parameters<Journal['registrations']>[0]) =>
    (await journal.registrations(filter)).map(({ id, revision, state }) => `${id} ${revision} ${state}`)
  expect(await listed({})).toEqual(['b 1 queued', 'a 2 queued'])
  expect(await listed({ everyRevision: true })).toEqual([
    'b 1 queued',
    'a 1 superseded',
    'a 2 queued',
    'gone 1 superseded',
  ])
  expect(await listed({ since: after(1).toISOString() })).toEqual(['a 2 queued'])
  expect(await listed({ registry: 'elsewhere' })).toEqual([])
  await deliver(journal, 'b', { type: 'lost', detail: 'reset' })
  await journal.plan([planOf({ id: 'b', traits: NEITHER, body: { name: 'other' } })], after(2))
  expect(await listed({})).toContain('b 2 waiting')
  expect(await listed({ state: 'held' })).toEqual(['b 1 held'])
})

test('a tube is claimed once at a registry', async () => {
  const { journal } = await journalOfTest()
  const batch = (id: string, registry = 'lab') =>
    planOf({ id, registry, type: 'batch', claims: ['T1'], traits: ASKABLE })
  await journal.plan([batch('monday'), batch('tuesday'), batch('elsewhere', 'other')], NOW)
  await deliver(journal, 'monday', accepted('m'))
  expect((await arm(journal, 'tuesday')).may).toBe('no')
  expect((await journal.story('tuesday'))?.registration).toMatchObject({
    state: 'refused',
    reason: 'by-rule',
  })
  expect(JSON.stringify((await journal.story('tuesday'))?.events.at(-1))).toContain('monday')
  expect((await arm(journal, 'elsewhere')).may).toBe('begin')
})

test('tubes of a batch that was refused are free for the corrected one', async () => {
  const { journal } = await journalOfTest()
  const batch = (id: string) => planOf({ id, type: 'batch', claims: ['T1'], traits: ASKABLE })
  await journal.plan([batch('first'), batch('second')], NOW)
  await deliver(journal, 'first', {
    type: 'verdict',
    verdict: { is: 'refused', reasons: ['no such depth'] },
    answer: { status: 400, headers: {}, body: '' },
  })
  expect((await arm(journal, 'second')).may).toBe('begin')
})

test('a run waits for its library and is due as soon as that is registered', async () => {
  const { journal } = await journalOfTest()
  const library = planOf({ id: 'lib', type: 'library', name: 'LIB' })
  await journal.plan([library, planOf({ id: 'run', prerequisite: 'LIB' })], NOW)
  expect((await arm(journal, 'run')).may).toBe('no')
  expect((await journal.story('run'))?.registration).toMatchObject({ state: 'queued', reason: 'library LIB' })
  const { wakes, changes } = await deliver(journal, 'lib', accepted('l'))
  expect(wakes).toMatchObject([{ id: 'run', at: null }])
  expect(changes.map(({ registration, state }) => `${registration} ${state}`)).toEqual([
    'lib registered',
    'run queued',
  ])
  expect((await arm(journal, 'run')).may).toBe('begin')
})

test('a run behind a held library says so, and goes on when that is given up', async () => {
  const { journal } = await journalOfTest()
  await journal.plan(
    [
      planOf({ id: 'lib', type: 'library', name: 'LIB', traits: NEITHER }),
      planOf({ id: 'run', prerequisite: 'LIB' }),
    ],
    NOW,
  )
  await deliver(journal, 'lib', { type: 'lost', detail: 'reset' })
  await journal.openRegistry('lab', 'probe', NOW)
  await arm(journal, 'run')
  expect((await journal.story('run'))?.registration.reason).toBe('library LIB')
  const { wakes } = await journal.act('lib', { resolve: 'abandon', reason: 'made by hand' }, 'Ada', NOW)
  expect(wakes.map(({ id }) => id)).toContain('run')
})

test('due is what open registries could be sent now, and nothing on the wire', async () => {
  const { journal } = await journalOfTest()
  await journal.plan(
    [
      planOf({ id: 'now' }),
      planOf({ id: 'flying' }),
      planOf({ id: 'grace', notBefore: after(120).toISOString() }),
      planOf({ id: 'waits', body: null, waitingFor: ['sheet'] }),
      planOf({ id: 'elsewhere', registry: 'other' }),
    ],
    NOW,
  )
  await arm(journal, 'flying')
  const due = async (until: Date) => (await journal.due(until, after(86_400))).map(({ id }) => id).sort()
  expect(await due(NOW)).toEqual(['elsewhere', 'now'])
  expect(await due(after(120))).toEqual(['elsewhere', 'grace', 'now'])
  await journal.pauseRegistry('other', 'operator', 'maintenance', NOW)
  expect(await due(NOW)).toEqual(['now'])
})

test('what was put off by a clock that has been set back since is due now', async () => {
  const { journal } = await journalOfTest()
  await journal.plan([planOf(), planOf({ id: 'grace', notBefore: after(10 * 86_400).toISOString() })], NOW)
  await deliver(journal, 'run-1', {
    type: 'verdict',
    verdict: { is: 'try-later', because: 'busy', detail: '429' },
    answer: { status: 429, headers: {}, body: '' },
  })
  expect(await journal.due(NOW, after(3600))).toEqual([])
  const before = after(-5 * 86_400)
  expect(await journal.due(before, new Date(before.getTime() + 3_600_000))).toMatchObject([
    { id: 'run-1', at: null },
  ])
  expect((await arm(journal, 'run-1', before)).may).toBe('begin')
})

test('a registry that is paused is sent nothing; what an operator paused only he opens', async () => {
  const { journal } = await journalOfTest()
  await journal.knowRegistries(['lab'], NOW)
  await journal.plan([planOf()], NOW)
  expect(await journal.pauseRegistry('lab', 'away', 'ECONNREFUSED', NOW)).toBe(true)
  expect(await journal.pauseRegistry('lab', 'away', 'again', NOW)).toBe(false)
  expect(await journal.pauseRegistry('lab', 'credentials', '401', NOW)).toBe(true)
  expect((await arm(journal, 'run-1')).may).toBe('paused')
  expect(await journal.pauseRegistry('lab', 'operator', 'maintenance', NOW)).toBe(true)
  expect(await journal.pauseRegistry('lab', 'away', 'ECONNREFUSED', NOW)).toBe(false)
  expect(await journal.openRegistry('lab', 'probe', NOW)).toBe(false)
  expect(await journal.registries()).toMatchObject([{ name: 'lab', state: 'paused', reason: 'operator' }])
  expect(await journal.openRegistry('lab', 'operator', NOW)).toBe(true)
  expect((await arm(journal, 'run-1')).may).toBe('begin')
})

test('an attempt that was on the wire when the daemon died is unknown at the next start, not retried', async () => {
  const { journal: before, another } = await journalOfTest()
  await before.plan(
    [planOf({ id: 'resent', traits: REPEATABLE }), planOf({ id: 'held', traits: NEITHER })],
    NOW,
  )
  await arm(before, 'resent')
  await arm(before, 'held')
  const next = await another()
  const { changes } = await next.recover(after(60))
  expect(changes.map(({ registration, state }) => `${registration} ${state}`).sort()).toEqual([
    'held held',
    'resent unknown',
  ])
  expect((await next.story('held'))?.attempts).toMatchObject([{ outcome: 'unknown', answer: null }])
  expect((await next.recover(after(61))).changes).toEqual([])
  await next.close()
})

test('an answer is kept up to 64 KiB', async () => {
  const { journal } = await journalOfTest()
  await journal.plan([planOf()], NOW)
  await deliver(journal, 'run-1', {
    type: 'verdict',
    verdict: { is: 'refused', reasons: ['too long'] },
    answer: { status: 422, headers: { server: 'x' }, body: 'ä'.repeat(100_000) },
  })
  const [attempt] = (await journal.story('run-1'))?.attempts ?? []
  expect(attempt?.answer).toMatchObject({ status: 422, headers: { server: 'x' } })
  expect(Buffer.byteLength(attempt?.answer?.body ?? '')).toBe(65_536)
})

test('receipts and remote ids are what the registry gave, verbatim', async () => {
  const { journal } = await journalOfTest()
  await journal.plan([planOf()], NOW)
  await deliver(journal, 'run-1', accepted(' 00-7 '))
  expect(await journal.receipts()).toMatchObject([{ registration: 'run-1', remoteIds: { run: ' 00-7 ' } }])
  expect((await journal.registrations())[0]?.remoteIds).toEqual({ run: ' 00-7 ' })
})

test('a person asking for what is not there, or not his to do, hears why', async () => {
  const { journal } = await journalOfTest()
  expect((await journal.act('none', { retry: true }, 'Ada', NOW)).declined).toMatch('no such registration')
  await journal.plan([planOf({ body: null, waitingFor: ['sheet'] })], NOW)
  expect((await journal.act('run-1', { retry: true }, 'Ada', NOW)).declined).toMatch('it waits for sheet')
})

test('facts and the path move on while the request stays', async () => {
  const { journal } = await journalOfTest()
  const plan = planOf()
  await journal.plan([plan], NOW)
  await deliver(journal, 'run-1', accepted('r'))
  const { submission } = plan
  const moved = {
    ...submission,
    facts: { lanes: 2 },
    subject: { ...submission.subject, path: '/data/moved' },
  }
  const [planned] = await journal.plan([{ ...plan, submission: moved }], NOW)
  expect(planned?.change).toBe('none')
  expect(await journal.registrations({ paths: ['/data/moved'] })).toMatchObject([{ state: 'registered' }])
  expect((await journal.story('run-1'))?.revisions[0]?.submission.facts).toEqual({ lanes: 2 })
})

test('what a journal of an earlier version was asked to send is sent as it was asked', async () => {
  const { journal, file } = await journalOfTest()
  const { submission } = planOf()
  await journal.plan([planOf()], NOW)
  const now = new DatabaseSync(file, { readOnly: true })
  const decided = now.prepare('SELECT decided FROM revisions').get()?.['decided'] as string
  now.close()
  const before = `${file}.before`
  const earlier = new DatabaseSync(before)
  migrate(earlier, before, STEPS.slice(0, 4))
  const { id, registry, kind, subject } = submission
  earlier
    .prepare('INSERT INTO registrations (id, registry, kind, subject, newest) VALUES (?, ?, ?, ?, 1)')
    .run(id, registry, kind, JSON.stringify(subject))
  earlier
    .prepare('INSERT INTO revisions (registration, revision, decided, submission) VALUES (?, 1, ?, ?)')
    .run(id, decided, JSON.stringify(submission))
  migrate(earlier, before, STEPS)
  earlier.close()
  const brought = await opened(before)
  expect((await brought.story(id))?.revisions).toMatchObject([{ state: 'queued', submission }])
  expect(await arm(brought, id)).toMatchObject({ may: 'begin', armed: { submission } })
  await brought.close()
})
