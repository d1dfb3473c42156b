/** The two connections to Redis: jobs are given over one that fails fast, and taken over one that waits for ever. */
import { Redis } from 'ioredis'
import { type Emit, loggedError } from '../events.ts'

/** The password is kept out of the URL, which may be shown. */
export type RedisAddress = { path: string } | { url: string; password?: string }

export type RedisLinks = {
  producer: Redis
  worker: Redis
  /** Since when Redis has been away; null while it is there. */
  awaySince(): Date | null
  /** Calls back each time it has come back, with its jobs or without. */
  onBack(follow: () => void): void
  close(): void
}

const credentials = ({ password }: { password?: string }) => (password === undefined ? {} : { password })

/** Fails within five seconds, for whoever gives a job can go on without. */
type Producing = { maxRetriesPerRequest: 1; enableOfflineQueue: false; commandTimeout: 5000 }
/** Waits for ever: a worker has nothing else to do. */
type Taking = { maxRetriesPerRequest: null }

const SHARED = {
  retryStrategy: (times: number) => Math.min(1000, 50 * times),
  // A master that became a replica: connect anew, wherever the name leads now.
  reconnectOnError: (thrown: Error) => thrown.message.startsWith('READONLY') && 2,
}

export function linkRedis(address: RedisAddress, emit: Emit, now: () => Date): RedisLinks {
  const link = (options: Producing | Taking) =>
    'path' in address
      ? new Redis({ ...SHARED, ...options, path: address.path })
      : new Redis(address.url, { ...SHARED, ...options, ...credentials(address) })
  const producer = link({ maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 5000 })
  const worker = link({ maxRetriesPerRequest: null })
  const followers: Array<() => void> = []
  let away: Date | null = now()
  let isTold = false
  let isClosing = false
  let cause: unknown = new Error('the connection was closed')

  producer.on('error', (thrown) => {
    cause = thrown
  })
  producer.on('close', () => {
    away ??= now()
    if (isTold || isClosing) return
    isTold = true
    emit('redis.away', { error: loggedError(cause) })
  })
  producer.on('ready', () => {
    if (isTold) emit('redis.back', { awayMs: now().getTime() - (away ?? now()).getTime() })
    away = null
    isTold = false
    for (const follow of followers) follow()
  })
  // The producer tells; without a listener here an outage would end the process.
  worker.on('error', () => {})

  return {
    producer,
    worker,
    awaySince: () => away,
    onBack: (follow) => followers.push(follow),
    close() {
      isClosing = true
      producer.disconnect()
      worker.disconnect()
    },
  }
}
