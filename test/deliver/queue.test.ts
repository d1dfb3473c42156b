/** What BullMQ would do behind our back, seen at a queue of our own: jobs that are dropped in silence, or given up. */
import { once } from 'node:events'
import { QueueEvents } from 'bullmq'
import { expect, onTestFinished, test } from 'vitest'
import { type JobData, openQueue, type RegistryQueue } from '../../src/deliver/queue.ts'
import { linkRedis } from '../../src/deliver/redis-links.ts'
import { openRedisServer } from '../rig/redis-server.ts'

const WAKE = { id: 'r0123', registry: 'lab:one', revision: 1, wake: 1, at: null }

type Opened = {
  queue: RegistryQueue
  /** Resolves when so many jobs have ended, and are out of Redis. */
  ended(count: number): Promise<void>
  close(): Promise<void>
}

async function queueOn(url: string, work: (data: JobData) => Promise<Date | null>): Promise<Opened> {
  const links = linkRedis(
    { url },
    () => {},
    () => new Date(),
  )
  await new Promise<void>((there) => links.onBack(there))
  const queue = await openQueue(links, {
    ...{ registry: WAKE.registry, prefix: 'traps', limits: { concurrency: 1, perSecond: 500 }, work },
    ...{ lockMs: 300, stalledMs: 150, onFault: () => {}, now: () => new Date() },
  })
  const events = new QueueEvents('registry-lab_one', {
    ...{ connection: { url }, prefix: '{traps}', lastEventId: '0' },
  })
  let ends = 0
  events.on('completed', () => {
    ends += 1
  })
  return {
    queue,
    async ended(count) {
      while (ends < count) await once(events, 'completed')
    },
    async close() {
      await events.close()
      await queue.close()
      links.close()
    },
  }
}

async function server(): Promise<string> {
  const redis = await openRedisServer()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  return redis.url
}

test('an id given twice is one job, and given again after its end it is done again', async () => {
  const done: JobData[] = []
  const { queue, ended, close } = await queueOn(await server(), async (data) => {
    done.push(data)
    return null
  })
  onTestFinished(close)
  await queue.setPaused(true)
  await queue.give([WAKE])
  await queue.give([WAKE, WAKE])
  expect(await queue.size()).toBe(1)
  await queue.setPaused(false)
  await ended(1)
  await queue.give([WAKE])
  await ended(2)
  expect(await queue.size()).toBe(0)
  expect(done).toEqual(Array(2).fill({ registrationId: 'r0123', revision: 1 }))
})

test('a job that five processes died over is still done by the sixth', async () => {
  const url = await server()
  for (let died = 0; died < 5; died++) {
    const begun = Promise.withResolvers<void>()
    const { queue, close } = await queueOn(url, () => {
      begun.resolve()
      return new Promise(() => {})
    })
    if (died === 0) await queue.give([WAKE])
    await begun.promise
    await close()
  }
  const done: JobData[] = []
  const { queue, ended, close } = await queueOn(url, async (data) => {
    done.push(data)
    return null
  })
  onTestFinished(close)
  await ended(1)
  expect(done).toEqual([{ registrationId: 'r0123', revision: 1 }])
  expect(await queue.size()).toBe(0)
})
