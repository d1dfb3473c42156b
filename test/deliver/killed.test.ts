/** Delivery that is killed with attempts on the wire, and started again on what it left. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startEmbeddedRedis } from '../../src/deliver/embedded-redis.ts'
import { createHerald } from '../../src/events.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'
import { deliveryOf, destinationOf, fakeRegistry, type Heard, journalAt } from './rig.ts'

/** A daemon's delivery in a process of its own: plans one run of each sort, and sends. */
const DAEMON = `
  const [folder, url] = process.argv.slice(1)
  const at = (path) => import(new URL(path, ${JSON.stringify(import.meta.url)}).href)
  const { deliveryOf, destinationOf, journalAt, planOf, NEITHER, REPEATABLE } = await at('./rig.ts')
  const { startEmbeddedRedis } = await at('../../src/deliver/embedded-redis.ts')
  const emit = () => {}
  const redis = await startEmbeddedRedis(folder + '/redis', { emit })
  const journal = await journalAt(folder, 1)
  const limits = { concurrency: 2, perSecond: 1000, timeoutSeconds: 60 }
  await journal.plan([planOf({ id: 'once', traits: NEITHER }), planOf({ id: 'often', traits: REPEATABLE })], new Date())
  const destinations = [destinationOf({ url }, { limits })]
  await deliveryOf({ journal, socket: redis.value.socket, destinations, emit, timeScale: 1 })`

test('killed with two attempts on the wire, it sends again only what may be sent again', async () => {
  await using registry = await fakeRegistry()
  await using folder = await temporaryFolder()
  const onTheWire: Heard[] = []
  const both = new Promise<void>((resolve) => {
    const take = (heard: Heard) => {
      registry.commits.push(heard.body)
      onTheWire.push(heard)
      if (onTheWire.length === 2) resolve()
    }
    registry.next(take, take)
  })
  const daemon = spawn(process.execPath, ['--input-type=module', '-e', DAEMON, folder.path, registry.url], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await both
  daemon.kill('SIGKILL')
  await once(daemon, 'exit')

  const { emit, subscribe } = createHerald(() => {})
  const registered = new Promise<void>((resolve) => {
    subscribe(({ event }) => event === 'registration.registered' && resolve())
  })
  const redis = await startEmbeddedRedis(join(folder.path, 'redis'), { emit })
  if (!redis.ok) throw new Error(redis.error.detail)
  const journal = await journalAt(folder.path)
  const { socket } = redis.value
  const delivery = await deliveryOf({ journal, socket, destinations: [destinationOf(registry)], emit })
  await registered
  await delivery.close()
  const rows = (await journal.registrations()).map(({ id, state, reason }) => [id, state, reason])
  expect(rows.sort()).toEqual([
    ['often', 'registered', null],
    ['once', 'held', 'unknown-outcome'],
  ])
  const sent = registry.heard.map(({ body }) => (body as { name: string }).name)
  expect(sent.sort()).toEqual(['often', 'often', 'once'])
  await journal.close()
  await redis.value.close()
})
