/**
 * Delivery as a whole: a queue and a worker for each registry, the sweeper that repairs them, and the prober.
 *
 * The journal is asked before anything is sent and told after; what Redis forgets is made again from it.
 */
import type { Transition, Wake } from '../decision.ts'
import { within } from '../event-loop.ts'
import { type Emit, loggedError } from '../events.ts'
import { announce } from './announce.ts'
import { LONGEST_WAIT_MS } from './backoff.ts'
import type { Destination } from './destination.ts'
import { createWire } from './exchange.ts'
import { createProber, type ProbeJournal } from './probe.ts'
import { openQueue, type RegistryQueue } from './queue.ts'
import { linkRedis, type RedisAddress } from './redis-links.ts'
import { createSweeper } from './sweeper.ts'
import { type AttemptJournal, createWorker } from './worker.ts'

/** The journal's transactions that delivery lives by. */
type DeliveryJournal = AttemptJournal &
  ProbeJournal & {
    recover(now: Date): Promise<Transition>
    due(until: Date, doubtful: Date): Promise<Wake[]>
    wakes(ids: string[]): Promise<Wake[]>
    changedElsewhere(): Promise<boolean>
    knowRegistries(names: string[], now: Date): Promise<void>
  }

type DeliveryOptions = {
  journal: DeliveryJournal
  redis: RedisAddress
  prefix: string
  destinations: Destination[]
  queue: { sweepSeconds: number; lockSeconds: number; stalledSeconds: number }
  timeScale: number
  emit: Emit
  now(): Date
}

export type Delivery = {
  /** Gives these registrations their jobs at once, rather than at the next sweep. */
  nudge(planned: Array<{ id: string; revision: number }>): void
  /** A person decided something: looks at once for what that made due. */
  personActed(): void
  health(): { redis: 'up' | 'away'; awaySince: Date | null }
  /** Begins no new attempt; resolves when those on the wire have ended, or after their time-out and 5 s more. */
  close(): Promise<void>
}

/** A person's act through another process must show within a second. */
const LOOK_ELSEWHERE_MS = 400
const CLOSE_EXTRA_SECONDS = 5

export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { journal, destinations, timeScale, emit, now } = options
  const sweepMs = (options.queue.sweepSeconds * 1000) / timeScale
  const links = linkRedis(options.redis, emit, now)
  const wire = createWire()
  const queues = new Map<string, RegistryQueue>()
  const mirrored = new Map<string, boolean>()
  let isStopping = false

  const prober = createProber({
    ...{ destinations, journal, wire, timeScale, emit, now },
    onOpened: () => sweeper.soon(),
  })
  const worker = createWorker({
    ...{ journal, wire, follow, emit, now },
    onTaken: prober.worked,
  })
  const sweeper = createSweeper({
    everyMs: sweepMs,
    lookElsewhereMs: LOOK_ELSEWHERE_MS,
    changedElsewhere: journal.changedElsewhere,
    async sweep(isRepair) {
      await openQueues()
      await mirror(isRepair)
      const before = isRepair ? await size() : 0
      const at = now().getTime()
      await give(await journal.due(new Date(at + 2 * sweepMs), new Date(at + 2 * sweepMs + LONGEST_WAIT_MS)))
      const made = isRepair ? (await size()) - before : 0
      if (made > 0) emit('queue.repaired', { jobs: made })
    },
    onFault: (thrown) => emit('delivery.failed', { error: loggedError(thrown) }),
  })

  /** Opens those that are not open yet, as soon as Redis is there for the first time. */
  async function openQueues(): Promise<void> {
    if (links.awaySince() !== null) return
    for (const to of destinations.filter(({ name }) => !queues.has(name))) {
      const opening = openQueue(links, {
        registry: to.name,
        prefix: options.prefix,
        limits: to.limits,
        lockMs: (options.queue.lockSeconds * 1000) / timeScale,
        stalledMs: (options.queue.stalledSeconds * 1000) / timeScale,
        work: (data) => worker.work(to, data),
        onFault: (thrown) => emit('queue.failed', { registry: to.name, error: loggedError(thrown) }),
        now,
      })
      const queue = await opening.catch(() => null)
      if (queue !== null) queues.set(to.name, queue)
    }
  }

  /** Gives jobs, as far as Redis is there: what is missing then, the next sweep makes good. */
  async function give(wakes: Wake[]): Promise<void> {
    if (wakes.length === 0 || isStopping || links.awaySince() !== null) return
    const given = [...Map.groupBy(wakes, (wake) => wake.registry)].map(([registry, some]) =>
      queues.get(registry)?.give(some),
    )
    await Promise.allSettled(given)
  }

  async function size(): Promise<number> {
    if (links.awaySince() !== null) return 0
    const sizes = await Promise.allSettled([...queues.values()].map((queue) => queue.size()))
    return sizes.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0)
  }

  /** Pauses in Redis what is paused in the journal, so that jobs need not be taken in vain. */
  async function mirror(isRepair: boolean): Promise<void> {
    const states = await journal.registries()
    prober.look(states)
    if (links.awaySince() !== null) return
    for (const { name, state } of states) {
      const isPaused = state === 'paused'
      if (!isRepair && mirrored.get(name) === isPaused) continue
      await queues
        .get(name)
        ?.setPaused(isPaused)
        .then(
          () => mirrored.set(name, isPaused),
          () => mirrored.delete(name),
        )
    }
  }

  async function follow(
    transition: Transition,
    told: { tookMs?: number; adopted?: boolean } = {},
  ): Promise<void> {
    announce(emit, transition, told)
    if (transition.paused.length > 0) await mirror(false)
    await give(transition.wakes)
  }

  await journal.knowRegistries(
    destinations.map(({ name }) => name),
    now(),
  )
  const recovered = await journal.recover(now())
  links.onBack(() => sweeper.soon(true))
  announce(emit, recovered)
  sweeper.soon(true)

  return {
    nudge(planned) {
      if (planned.length === 0) return
      journal
        .wakes(planned.map(({ id }) => id))
        .then(give)
        .catch((thrown) => emit('delivery.failed', { error: loggedError(thrown) }))
    },
    personActed: () => sweeper.soon(),
    health() {
      const awaySince = links.awaySince()
      return { redis: awaySince === null ? 'up' : 'away', awaySince }
    },
    async close() {
      isStopping = true
      worker.stop()
      prober.stop()
      await sweeper.close()
      const longest = Math.max(0, ...destinations.map((to) => to.limits.timeoutSeconds))
      await within((longest + CLOSE_EXTRA_SECONDS) * 1000, worker.ended(), null)
      const all = [...queues.values()]
      // Without Redis nothing can be given back to it; the journal knows all the same.
      if (links.awaySince() === null)
        await within(2000, Promise.allSettled(all.map((queue) => queue.drain())), null)
      await within(2000, Promise.allSettled(all.map((queue) => queue.close())), null)
      links.close()
      await wire.close()
      await within(2000, Promise.all([worker.ended(), prober.ended()]), null)
    },
  }
}
