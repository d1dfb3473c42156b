/** The queues of all registries, as far as Redis is there: what they miss while it is away, the next sweep makes good. */
import type { Wake } from '../decision.ts'
import { within } from '../event-loop.ts'
import { type Emit, loggedError } from '../events.ts'
import type { RegistryState } from '../record/registration.ts'
import type { Destination } from './destination.ts'
import { type JobData, openQueue, type RegistryQueue } from './queue.ts'
import type { RedisLinks } from './redis-links.ts'

type QueuesOptions = {
  destinations: Destination[]
  prefix: string
  queue: { lockSeconds: number; stalledSeconds: number }
  timeScale: number
  work(to: Destination, data: JobData): Promise<Date | null>
  emit: Emit
  now(): Date
}

type Queues = {
  /** Opens those that are not open yet, as soon as Redis is there for the first time. */
  open(): Promise<void>
  give(wakes: Wake[]): Promise<void>
  /** Jobs in any state, in all of them. */
  size(): Promise<number>
  /** Pauses in Redis what is paused in the journal, so that jobs need not be taken in vain; a repair trusts no memory. */
  mirror(states: RegistryState[], isRepair: boolean): Promise<void>
  /** Gives no job from now on. */
  stop(): void
  /** Takes no new job; resolves when those at work are done, or soon. */
  close(): Promise<void>
}

const PATIENCE_MS = 2000

export function createQueues(links: RedisLinks, options: QueuesOptions): Queues {
  const queues = new Map<string, RegistryQueue>()
  const mirrored = new Map<string, boolean>()
  let isStopping = false
  const isAway = () => links.awaySince() !== null

  return {
    async open() {
      if (isAway()) return
      for (const to of options.destinations.filter(({ name }) => !queues.has(name))) {
        const queue = await openQueue(links, queueOptions(to, options)).catch(() => null)
        if (queue !== null) queues.set(to.name, queue)
      }
    },
    async give(wakes) {
      if (wakes.length === 0 || isStopping || isAway()) return
      const byRegistry = [...Map.groupBy(wakes, ({ registry }) => registry)]
      await Promise.allSettled(byRegistry.map(([registry, some]) => queues.get(registry)?.give(some)))
    },
    async size() {
      if (isAway()) return 0
      const sizes = await Promise.allSettled([...queues.values()].map((queue) => queue.size()))
      return sizes.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0)
    },
    async mirror(states, isRepair) {
      if (isAway()) return
      for (const { name, state } of states) {
        const isPaused = state === 'paused'
        if (!isRepair && mirrored.get(name) === isPaused) continue
        const pausing = queues.get(name)?.setPaused(isPaused)
        await pausing?.then(
          () => mirrored.set(name, isPaused),
          () => mirrored.delete(name),
        )
      }
    },
    stop: () => {
      isStopping = true
    },
    async close() {
      const all = [...queues.values()]
      // Without Redis nothing can be given back to it; the journal knows all the same.
      if (!isAway()) await within(PATIENCE_MS, Promise.allSettled(all.map((queue) => queue.drain())), null)
      await within(PATIENCE_MS, Promise.allSettled(all.map((queue) => queue.close())), null)
    },
  }
}

const queueOptions = (to: Destination, { prefix, queue, timeScale, work, emit, now }: QueuesOptions) => ({
  registry: to.name,
  prefix,
  limits: to.limits,
  lockMs: (queue.lockSeconds * 1000) / timeScale,
  stalledMs: (queue.stalledSeconds * 1000) / timeScale,
  work: (data: JobData) => work(to, data),
  onFault: (thrown: Error) => emit('queue.failed', { registry: to.name, error: loggedError(thrown) }),
  now,
})
