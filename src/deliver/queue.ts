/**
 * One registry's queue: BullMQ decides when an attempt is made, never whether.
 *
 * A job is an id and a revision. Its own id changes with each wait the journal asks for, so that a new job is never
 * taken for one still running; finished jobs are removed, so that an id given twice is one job.
 */
import { DelayedError, type Job, Queue, Worker } from 'bullmq'
import * as z from 'zod'
import type { Wake } from '../decision.ts'
import type { RedisLinks } from './redis-links.ts'

export const JobData = z.strictObject({ registrationId: z.string(), revision: z.int().positive() })
export type JobData = z.infer<typeof JobData>

type QueueOptions = {
  registry: string
  prefix: string
  limits: { concurrency: number; perSecond: number }
  lockMs: number
  stalledMs: number
  /** Does one job; gives the instant at which it is to be done again, or null when it is done. Never rejects. */
  work(data: JobData): Promise<Date | null>
  /** Redis refuses to write, or lost track of a job. */
  onFault(thrown: Error): void
  now(): Date
}

export type RegistryQueue = {
  /** Gives each a job unless it has one. Rejects while Redis is away. */
  give(wakes: Wake[]): Promise<void>
  /** Jobs in any state. */
  size(): Promise<number>
  setPaused(paused: boolean): Promise<void>
  /** Takes no new job; resolves when those at work are done. */
  drain(): Promise<void>
  close(): Promise<void>
}

const JOBS_AT_ONCE = 500
/** A job may lose its lock as often as it likes: the journal decides whether anything is sent. */
const MAX_STALLED = 1_000_000
const REFUSES_WRITES = /^(OOM|READONLY|MISCONF|NOREPLICAS)/
const REST_MS = 1000

/** Opens queue and worker. Rejects while Redis is away: BullMQ's queue would never get over that. */
export async function openQueue(links: RedisLinks, options: QueueOptions): Promise<RegistryQueue> {
  const { registry, prefix, limits, onFault, now } = options
  const name = `registry-${registry.replaceAll(':', '_')}`
  const shared = { prefix: `{${prefix}}` }
  const queue = new Queue(name, { ...shared, connection: links.producer, skipWaitingForReady: true })
  queue.on('error', onFault)
  try {
    await queue.waitUntilReady()
  } catch (thrown) {
    await queue.close().catch(() => {})
    throw thrown
  }
  const draining = new AbortController()
  const worker = new Worker(name, (job, token) => workOn(job, token, options.work, draining.signal), {
    ...shared,
    connection: links.worker,
    concurrency: jobsAtOnce(limits.concurrency),
    limiter: limiterOf(limits.perSecond),
    lockDuration: options.lockMs,
    stalledInterval: options.stalledMs,
    maxStalledCount: MAX_STALLED,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  worker.on('error', onFault)
  restWhereRefused(worker, onFault, draining.signal)
  return {
    async give(wakes) {
      for (let start = 0; start < wakes.length; start += JOBS_AT_ONCE)
        await queue.addBulk(wakes.slice(start, start + JOBS_AT_ONCE).map((wake) => jobOf(wake, now())))
    },
    size: () => queue.getJobCountByTypes(),
    setPaused: (paused) => (paused ? queue.pause() : queue.resume()),
    async drain() {
      draining.abort()
      await worker.close()
    },
    async close() {
      draining.abort()
      await worker.close(true)
      await queue.close()
    },
  }
}

async function workOn(
  job: Job,
  token: string | undefined,
  work: QueueOptions['work'],
  draining: AbortSignal,
): Promise<void> {
  const data = JobData.safeParse(job.data)
  // Written by another version, or by another program: the journal gives what is due a job of its own.
  if (!data.success || draining.aborted) return
  const again = await work(data.data)
  if (again === null || draining.aborted) return
  await job.moveToDelayed(again.getTime(), token)
  throw new DelayedError()
}

/** Redis answers, but takes no writes: a worker would ask it thousands of times a second, and so it rests in between. */
function restWhereRefused(worker: Worker, onFault: QueueOptions['onFault'], draining: AbortSignal): void {
  let resting: NodeJS.Timeout | undefined
  worker.on('error', ({ message }) => {
    if (!REFUSES_WRITES.test(message) || resting !== undefined || draining.aborted) return
    resting = setTimeout(() => {
      resting = undefined
      worker.resume()
    }, REST_MS)
    worker.pause(true).catch(onFault)
  })
  draining.addEventListener('abort', () => clearTimeout(resting))
}

const jobOf = ({ id, revision, wake, at }: Wake, now: Date) => ({
  name: 'register',
  data: { registrationId: id, revision } satisfies JobData,
  opts: {
    // One that was put off and is now wanted at once is another job than the one put off.
    jobId: `${id}-r${revision}-w${wake}${at === null ? '-now' : ''}`,
    delay: at === null ? 0 : Math.max(0, Date.parse(at) - now.getTime()),
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: true,
  },
})

/**
 * Jobs taken at once where so many requests may be: while some answers are being kept, others use the wire. Where one
 * request at a time is asked for, the next begins only when the answer to the last is kept.
 */
const jobsAtOnce = (requests: number): number => (requests === 1 ? 1 : 2 * requests)

/** A low rate is kept by spacing, as the registries' operators ask; a high one by counting. */
const limiterOf = (perSecond: number): { max: number; duration: number } =>
  perSecond < 10
    ? { max: 1, duration: Math.ceil(1000 / perSecond) }
    : { max: Math.round(perSecond), duration: 1000 }
