/** A BullMQ worker that does the same POST and nothing else, on a Redis set up like ours. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { Agent, request } from 'undici'
import { startEmbeddedRedis } from '../../src/deliver/embedded-redis.ts'

const [url = '', count = '0', body = ''] = process.argv.slice(2)
const total = Number(count)
const folder = mkdtempSync(join(tmpdir(), 'runherald-bare-'))
const redis = await startEmbeddedRedis(folder, { emit: () => {} })
if (!redis.ok) throw new Error(redis.error.detail)
const shared = { connection: { path: redis.value.socket, maxRetriesPerRequest: null }, prefix: '{bare}' }
const queue = new Queue('bare', shared)
await queue.addBulk(
  Array.from({ length: total }, (_, number) => ({
    name: 'register',
    data: { number },
    opts: { jobId: `r${number}`, attempts: 1, removeOnComplete: true, removeOnFail: true },
  })),
)
const agent = new Agent()
const headers = { 'content-type': 'application/json', accept: 'application/json' }
let done = 0
const ended = Promise.withResolvers<void>()
const worker = new Worker(
  'bare',
  async () => {
    const answer = await request(url, { method: 'POST', body, headers, dispatcher: agent })
    await answer.body.text()
  },
  { ...shared, concurrency: 16 },
)
worker.on('completed', () => {
  done++
  if (done === total) ended.resolve()
})
await ended.promise
await worker.close()
await queue.close()
await agent.close()
await redis.value.close()
rmSync(folder, { recursive: true, force: true })
