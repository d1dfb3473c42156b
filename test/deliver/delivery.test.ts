/** Delivery as a whole, from plan to receipt: with a registry and a Redis that fail, people who act, and stops. */
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { startEmbeddedRedis } from '../../src/deliver/embedded-redis.ts'
import { createHerald } from '../../src/events.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'
import {
  ASKABLE,
  answer,
  askOnce,
  deliveryOf,
  destinationOf,
  fakeRegistry,
  type Heard,
  journalAt,
  lab,
  NEITHER,
  planOf,
  REPEATABLE,
  TOKEN,
} from './rig.ts'

/** Takes it, and dies before the answer. */
const lost =
  (commits: unknown[]) =>
  ({ body, response }: Heard): void => {
    commits.push(body)
    response.socket?.destroy()
  }
/** No regular sweep comes to the help of what should go by itself. */
const NO_SWEEP = { sweepSeconds: 3_600_000 }
const names = (count: number) => Array.from({ length: count }, (_, index) => `run-${index + 1}`)

test('a planned run is registered once, with its receipt and its secret in place', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  await here.plan(planOf())
  await here.until('registration.registered')
  expect(await here.row()).toMatchObject({ state: 'registered', attempts: 1, remoteIds: { run: 'remote-1' } })
  expect(registry.commits).toEqual([{ name: 'run-1', token: TOKEN }])
  const story = await here.journal.story('run-1')
  expect(story?.attempts).toMatchObject([{ outcome: 'accepted', url: `${registry.url}/add` }])
  expect(story?.receipt?.remoteIds).toEqual({ run: 'remote-1' })
  expect(JSON.stringify([story, here.happened])).not.toContain(TOKEN)
})

test('a registry that is busy twice takes it the third time', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next(answer(429, '', { 'retry-after': '0' }), answer(429, '', { 'retry-after': 'soon' }))
  await here.plan(planOf())
  await here.until('registration.registered')
  expect(registry.heard).toHaveLength(3)
  expect(await here.row()).toMatchObject({ state: 'registered', attempts: 3 })
})

test('where neither a repeat nor a question is possible, a lost answer is held for a person', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next(lost(registry.commits))
  await here.plan(planOf({ traits: NEITHER }))
  await here.until('registration.held')
  expect(await here.row()).toMatchObject({ state: 'held', reason: 'unknown-outcome', attempts: 1 })
  await here.until('registry.opened')
  expect(registry.heard).toHaveLength(1)
})

test('a lost answer is looked up and found, and nothing is sent twice', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry, { lookUp: askOnce })])
  registry.next(lost(registry.commits), answer(404, ''), answer(200, ''))
  await here.plan(planOf({ type: 'batch', traits: ASKABLE, claims: ['T1'] }))
  await here.until('registration.registered')
  expect(await here.row()).toMatchObject({
    state: 'registered',
    remoteIds: { batch: 'found-1' },
    attempts: 1,
  })
  expect(registry.heard.map(({ path }) => path)).toEqual(['/add', '/find', '/find'])
  const story = await here.journal.story('run-1')
  expect(story?.attempts.map(({ purpose, outcome }) => `${purpose} ${outcome}`)).toEqual([
    'send unknown',
    'look-up not-found',
    'look-up found',
  ])
})

test('a lost answer is sent again where the registry knows repeats', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next(lost(registry.commits))
  await here.plan(planOf({ traits: REPEATABLE }))
  await here.until('registration.registered')
  expect(await here.row()).toMatchObject({ state: 'registered', attempts: 2 })
})

test('where nobody listens, nothing was sent, and it goes as soon as a probe is answered', async () => {
  await using registry = await fakeRegistry()
  await registry.stop()
  await using here = await lab([destinationOf(registry)])
  await here.plan(planOf({ traits: NEITHER }))
  await here.until('registry.paused')
  expect(await here.row()).toMatchObject({ state: 'queued', reason: null })
  await here.until('registry.probed', (fields) => fields['open'] === false)
  await registry.start()
  await here.until('registry.opened')
  await here.until('registration.registered')
  expect(registry.commits).toHaveLength(1)
})

test('an outage touches no more than what was on the wire, and twenty that wait go through after it', async () => {
  await using registry = await fakeRegistry()
  const limits = { concurrency: 2, perSecond: 1000, timeoutSeconds: 2 }
  await using here = await lab([destinationOf(registry, { limits })])
  registry.onProbe(answer(502, 'bad gateway'))
  registry.next(...Array.from({ length: 20 }, () => answer(502, 'bad gateway')))
  await here.plan(...names(20).map((id) => planOf({ id, traits: NEITHER })))
  await here.until('registry.paused')
  await here.until('registry.probed')
  await here.until('registry.probed')
  const touched = (await here.journal.registrations()).filter(({ attempts }) => attempts > 0)
  expect(touched.length).toBeLessThanOrEqual(2)
  expect(touched.map(({ state }) => state)).toEqual(touched.map(() => 'held'))
  registry.onProbe(answer(200, ''))
  // What the script still holds belongs to the outage.
  registry.forget()
  for (let left = 20 - touched.length; left > 0; left -= 1) await here.until('registration.registered')
  const rows = await here.journal.registrations()
  expect(rows.filter(({ state }) => state === 'registered')).toHaveLength(20 - touched.length)
  expect(registry.commits).toHaveLength(20 - touched.length)
})

test('refused credentials pause the registry and count against nothing', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next(answer(401, ''))
  await here.plan(planOf({ traits: NEITHER }))
  await here.until('registry.paused', (fields) => fields['reason'] === 'credentials')
  expect(await here.row()).toMatchObject({ state: 'queued', attempts: 0 })
  await here.until('registration.registered')
  expect(await here.row()).toMatchObject({ attempts: 1 })
})

test('a token that cannot be read is no attempt, and the registry is paused for it', async () => {
  await using registry = await fakeRegistry()
  let isThere = false
  const secrets = async () => {
    if (!isThere) throw new Error('ENOENT: /etc/runherald/majora.token')
    return TOKEN
  }
  await using here = await lab([destinationOf(registry, { secrets })])
  await here.plan(planOf())
  await here.until('registry.paused', (fields) => fields['reason'] === 'credentials')
  expect(registry.heard).toEqual([])
  isThere = true
  await here.until('registration.registered')
})

test('an answer that echoes the token is kept without it', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  const echo = `token ${TOKEN} and ${encodeURIComponent(TOKEN)} of ${Buffer.from(TOKEN).toString('base64')}`
  registry.next(answer(422, echo, { 'x-echo': TOKEN, 'set-cookie': 'session=1' }))
  await here.plan(planOf())
  await here.until('registration.refused')
  const told = JSON.stringify([await here.journal.story('run-1'), here.happened])
  expect(told).not.toContain(TOKEN)
  expect(told).not.toContain(Buffer.from(TOKEN).toString('base64').slice(0, 20))
  expect(told).toContain('token *** and ***')
  expect(told).not.toContain('session=1')
})

test('a judge that cannot read an answer makes it unknown, and the answer is kept', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  registry.next(answer(200, '<html>Please log in</html>'))
  await here.plan(planOf({ traits: NEITHER }))
  await here.until('registration.held')
  const [attempt] = (await here.journal.story('run-1'))?.attempts ?? []
  expect(attempt).toMatchObject({ outcome: 'unknown', answer: { body: '<html>Please log in</html>' } })
})

test('two libraries and their runs go in the order they need', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  await here.plan(
    planOf({ id: 'r1', prerequisite: 'L1' }),
    planOf({ id: 'r2', prerequisite: 'L2' }),
    planOf({ id: 'l1', type: 'library', name: 'L1' }),
    planOf({ id: 'l2', type: 'library', name: 'L2' }),
  )
  await here.rows((rows) => rows.every(({ state }) => state === 'registered'))
  const order = registry.commits.map((body) => (body as { name: string }).name)
  expect(order.toSorted()).toEqual(['L1', 'L2', 'r1', 'r2'])
  expect(order.indexOf('L1')).toBeLessThan(order.indexOf('r1'))
  expect(order.indexOf('L2')).toBeLessThan(order.indexOf('r2'))
})

test('a correction that comes while the older is on the wire goes after it', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  const held = new Promise<Heard>((resolve) => registry.next(resolve))
  await here.plan(planOf({ body: { name: 'first' } }))
  const first = await held
  await here.plan(planOf({ body: { name: 'second' } }))
  expect(await here.row()).toMatchObject({ revision: 2, state: 'waiting', reason: 'previous-revision' })
  registry.commits.push(first.body)
  answer(200, { id: 'first' })(first)
  await here.until('registration.registered')
  await here.until('registration.registered')
  expect(registry.commits).toMatchObject([{ name: 'first' }, { name: 'second' }])
})

test('a person at another terminal pauses, resumes and retries, and the daemon acts on it', async () => {
  await using registry = await fakeRegistry()
  await using here = await lab([destinationOf(registry)])
  const command = await journalAt(here.folder)
  registry.next(answer(422, 'no such model'))
  await here.plan(planOf())
  await here.until('registration.refused')
  await command.pauseRegistry('lab', 'operator', 'maintenance', new Date())
  await command.act('run-1', { retry: true }, 'Ada', new Date())
  expect(registry.commits).toEqual([])
  await command.openRegistry('lab', 'operator', new Date())
  await here.until('registration.registered')
  await command.close()
})

describe('Redis', () => {
  test('killed, it comes back, and what waited goes through once', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)], NO_SWEEP)
    await here.plan(planOf({ id: 'before' }))
    await here.until('registration.registered')
    process.kill(here.redis.pid, 'SIGKILL')
    await here.until('redis.away')
    expect(here.delivery.health().redis).toBe('away')
    await here.plan(...names(5).map((id) => planOf({ id })))
    await here.until('redis.back')
    for (const _one of names(5)) await here.until('registration.registered')
    expect(here.delivery.health()).toEqual({ redis: 'up', awaySince: null })
    expect(registry.commits).toHaveLength(6)
  })

  test('away at the start, it is waited for, and a stop meanwhile does not hang', async () => {
    await using registry = await fakeRegistry()
    await using folder = await temporaryFolder()
    const journal = await journalAt(folder.path)
    await journal.plan([planOf()], new Date())
    const herald = createHerald(() => {})
    const told = (name: string) =>
      new Promise<void>((resolve) => herald.subscribe(({ event }) => event === name && resolve()))
    const start = () =>
      deliveryOf({
        ...{ journal, socket: join(folder.path, 'redis', 'redis.sock'), emit: herald.emit },
        ...{ destinations: [destinationOf(registry)], ...NO_SWEEP },
      })
    const away = told('redis.away')
    const stopped = await start()
    await away
    expect(stopped.health().redis).toBe('away')
    await stopped.close()
    const delivery = await start()
    const registered = told('registration.registered')
    const redis = await startEmbeddedRedis(join(folder.path, 'redis'), { emit: herald.emit })
    await registered
    await delivery.close()
    await journal.close()
    if (redis.ok) await redis.value.close()
  })

  test('flushed, its jobs are made again from the journal', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)], { sweepSeconds: 300 })
    const redis = new Redis({ path: here.redis.socket })
    // They are given together: once the first is sent, all have their jobs.
    registry.next(async (first) => {
      await redis.flushall()
      registry.commits.push(first.body)
      answer(200, { id: 'first' })(first)
    })
    await here.plan(...names(5).map((id) => planOf({ id })))
    await here.until('queue.repaired')
    await here.rows((rows) => rows.every(({ state }) => state === 'registered'))
    expect(registry.commits).toHaveLength(5)
    redis.disconnect()
  })

  test('flushed while an attempt is on the wire, nothing goes twice', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)], { sweepSeconds: 100 })
    const redis = new Redis({ path: here.redis.socket })
    registry.next(async (heard) => {
      registry.commits.push(heard.body)
      await redis.flushall()
      here.delivery.nudge([{ id: 'run-1', revision: 1 }])
      here.delivery.personActed()
      await here.until('queue.failed')
      answer(200, { id: 'only' })(heard)
    })
    await here.plan(planOf({ traits: NEITHER }))
    await here.until('registration.registered')
    expect(registry.heard).toHaveLength(1)
    redis.disconnect()
  })

  test('full, it is not asked a thousand times a second, and all goes through when it has room', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)])
    const redis = new Redis({ path: here.redis.socket })
    await redis.config('SET', 'maxmemory', '1')
    await here.plan(planOf())
    await here.until('queue.failed')
    await redis.config('SET', 'maxmemory', '0')
    await here.until('registration.registered')
    const faults = here.happened.filter(({ event }) => event === 'queue.failed')
    expect(faults.length).toBeLessThan(50)
    redis.disconnect()
  })

  test('with jobs of another program in it, those are passed over', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)])
    const queue = new Queue('registry-lab', {
      connection: { path: here.redis.socket },
      prefix: '{runherald}',
    })
    await queue.add('register', { registrationId: 7, everything: true })
    await here.plan(planOf())
    await here.until('registration.registered')
    expect(registry.commits).toHaveLength(1)
    expect(here.happened.map(({ event }) => event)).not.toContain('delivery.failed')
    await queue.close()
  })
})

describe('stopping', () => {
  test('waits for no probe, and tells of none that it cut', async () => {
    await using registry = await fakeRegistry()
    const limits = { concurrency: 1, perSecond: 1000, timeoutSeconds: 600 }
    await using here = await lab([destinationOf(registry, { limits })])
    const asked = new Promise<void>((resolve) => registry.onProbe(() => resolve()))
    await here.journal.pauseRegistry('lab', 'away', 'as if', new Date())
    here.delivery.personActed()
    await asked
    await here.delivery.close()
    expect(await here.journal.registries()).toMatchObject([{ state: 'paused' }])
    expect(here.happened.map(({ event }) => event)).not.toContain('registry.probed')
  })

  test('waits for the attempt on the wire and begins no other', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)])
    const began = new Promise<Heard>((resolve) => registry.next(resolve))
    await here.plan(...names(3).map((id) => planOf({ id })))
    const heard = await began
    const closed = here.delivery.close()
    registry.commits.push(heard.body)
    answer(200, { id: 'last' })(heard)
    await closed
    const states = (await here.journal.registrations()).map(({ state }) => state)
    expect(states.sort()).toEqual(['queued', 'queued', 'registered'])
    expect(registry.heard).toHaveLength(1)
  })

  test('what was left goes through at the next start', async () => {
    await using registry = await fakeRegistry()
    await using here = await lab([destinationOf(registry)])
    await here.journal.pauseRegistry('lab', 'away', 'as if', new Date())
    await here.plan(...names(3).map((id) => planOf({ id })))
    await here.restart()
    for (const _one of names(3)) await here.until('registration.registered')
    expect(registry.commits).toHaveLength(3)
  })
})

test('a registry whose hangs are cut by a stop leaves an unknown outcome, told at the next start', async () => {
  await using registry = await fakeRegistry()
  const limits = { concurrency: 1, perSecond: 1000, timeoutSeconds: 0.3 }
  await using here = await lab([destinationOf(registry, { limits })])
  const hung = new Promise<void>((resolve) => registry.next(() => resolve()))
  await here.plan(planOf({ traits: NEITHER }))
  await hung
  await here.restart()
  expect(await here.row()).toMatchObject({ state: 'held', reason: 'unknown-outcome' })
  expect(registry.heard).toHaveLength(1)
})
