/** Redis in every trouble, while runs are delivered: watching and judging go on, and all is registered once. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type Lab, openLab } from '../rig/lab.ts'
import { openRedisServer, type RedisServer } from '../rig/redis-server.ts'
import { audit } from './auditor.ts'
import { bringPlate, evidenceOf, type Notes, notes } from './evidence.ts'

const COUNT = 6

type Trouble = {
  what: string
  begin(redis: RedisServer): Promise<unknown>
  end(redis: RedisServer): Promise<unknown>
}

const TROUBLES: Trouble[] = [
  {
    what: 'killed and started again',
    begin: (redis) => redis.end('SIGKILL'),
    end: (redis) => redis.start(),
  },
  {
    what: 'stopped in order and started again',
    begin: (redis) => redis.end(),
    end: (redis) => redis.start(),
  },
  { what: 'flushed', begin: (redis) => redis.command('FLUSHALL'), end: async () => {} },
  {
    what: 'out of memory',
    begin: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    end: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    what: 'a replica that takes no writes',
    begin: (redis) => redis.command('REPLICAOF', '127.0.0.1', '9'),
    end: (redis) => redis.command('REPLICAOF', 'NO', 'ONE'),
  },
  {
    what: 'killed, with half of its file cut off',
    async begin(redis) {
      await redis.end('SIGKILL')
      await redis.cut(0.5)
    },
    end: (redis) => redis.start(),
  },
  {
    what: 'asleep for six seconds',
    begin: async (redis) => void redis.command('DEBUG', 'SLEEP', '6').catch(() => {}),
    end: async () => {},
  },
]

const STAGES = ['before anything comes', 'while it is delivered'] as const

for (const stage of STAGES)
  test.for(TROUBLES.map((one) => [one.what, one] as const))(
    `Redis is %s, ${stage}`,
    { timeout: 120_000 },
    async ([, { begin, end }]) => {
      await using redis = await openRedisServer()
      await using lab = await openLab({
        faults: { rules: [{ match: {}, fault: { do: 'delay', beforeCommitMs: 50 } }] },
        config: {
          redis: { url: redis.url },
          queue: { sweepSeconds: 120, lockSeconds: 600, stalledSeconds: 120 },
        },
      })
      const noting = notes()
      await lab.start()
      if (stage === 'before anything comes') await begin(redis)
      await bring(lab, noting)
      if (stage === 'while it is delivered') {
        await lab.event('registration.registered')
        await begin(redis)
      }
      await lab.event('sheet.judged', (line) => line['sheet'] === `plate${COUNT}.csv`)
      await end(redis)
      await peace(lab, noting)
    },
  )

test('Redis is away at the start and comes later', { timeout: 120_000 }, async () => {
  await using redis = await openRedisServer()
  await redis.end('SIGKILL')
  await using lab = await openLab({ config: { redis: { url: redis.url } } })
  const noting = notes()
  await lab.start()
  await bring(lab, noting)
  await lab.event('sheet.judged', (line) => line['sheet'] === `plate${COUNT}.csv`)
  expect(lab.commits('majora-2020-03-25', 'library')).toEqual([])
  await redis.start()
  await peace(lab, noting)
})

test('the embedded Redis is killed, and started again', { timeout: 120_000 }, async () => {
  await using lab = await openLab({
    faults: { rules: [{ match: {}, fault: { do: 'delay', beforeCommitMs: 50 } }] },
  })
  const noting = notes()
  await lab.start()
  const { pid } = (await lab.event('redis.started')) as unknown as { pid: number }
  await bring(lab, noting)
  await lab.event('registration.registered')
  // Its process group is its own, since Ctrl-C must not end it before the daemon.
  execFileSync('kill', ['-9', '--', `-${pid}`])
  await peace(lab, noting)
})

async function bring(lab: Lab, noting: Notes): Promise<void> {
  for (let number = 1; number <= COUNT; number++) await bringPlate(lab, noting, number)
}

/** Everything is registered, each once, and everybody says so. */
async function peace(lab: Lab, noting: Notes): Promise<void> {
  await lab.until(
    async () =>
      (await lab.rows()).filter((row) => row.state === 'registered').length === 2 * COUNT || undefined,
    'everything registered',
  )
  await lab.until(
    async () => audit(await evidenceOf(lab, noting)).length === 0 || undefined,
    'one story told by all',
  )
}
