/**
 * Delivery as a whole: a queue and a worker for each registry, the sweeper that repairs them, and the prober.
 *
 * The journal is asked before anything is sent and told after; what Redis forgets is made again from it.
 */
import type { Transition, Wake } from '../decision.ts'
import { within } from '../event-loop.ts'
import { type Emit, loggedError } from '../events.ts'
import { announce, type Told } from './announce.ts'
import { LONGEST_WAIT_MS } from './backoff.ts'
import type { Destination } from './destination.ts'
import { createWire } from './exchange.ts'
import { createProber, type ProbeJournal } from './probe.ts'
import { createQueues } from './queues.ts'
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
  const { journal, destinations, emit, now } = options
  const parts = build(options)
  const { links, sweeper, queues } = parts
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
        .then(queues.give)
        .catch((thrown) => emit('delivery.failed', { error: loggedError(thrown) }))
    },
    personActed: () => sweeper.soon(),
    health() {
      const awaySince = links.awaySince()
      return { redis: awaySince === null ? 'up' : 'away', awaySince }
    },
    close: () => close(parts, Math.max(0, ...destinations.map((to) => to.limits.timeoutSeconds))),
  }
}

type Parts = ReturnType<typeof build>

/** Builds the parts, and gives each what it needs of the others. */
function build(options: DeliveryOptions) {
  const { journal, destinations, timeScale, emit, now } = options
  const sweepMs = (options.queue.sweepSeconds * 1000) / timeScale
  const links = linkRedis(options.redis, emit, now)
  const wire = createWire()
  const prober = createProber({
    ...{ destinations, journal, wire, timeScale, emit, now },
    onOpened: () => sweeper.soon(),
  })
  const worker = createWorker({ ...{ journal, wire, follow, emit, now }, onTaken: prober.worked })
  const queues = createQueues(links, { ...options, work: worker.work })
  const sweeper = createSweeper({
    everyMs: sweepMs,
    lookElsewhereMs: LOOK_ELSEWHERE_MS,
    changedElsewhere: journal.changedElsewhere,
    async sweep(isRepair) {
      await queues.open()
      await mirror(isRepair)
      const before = isRepair ? await queues.size() : 0
      const soon = now().getTime() + 2 * sweepMs
      await queues.give(await journal.due(new Date(soon), new Date(soon + LONGEST_WAIT_MS)))
      const made = isRepair ? (await queues.size()) - before : 0
      if (made > 0) emit('queue.repaired', { jobs: made })
    },
    onFault: (thrown) => emit('delivery.failed', { error: loggedError(thrown) }),
  })

  /** What is paused in the journal is probed, and pauses in Redis too. */
  async function mirror(isRepair: boolean): Promise<void> {
    const states = await journal.registries()
    prober.look(states)
    await queues.mirror(states, isRepair)
  }

  async function follow(transition: Transition, told?: Told): Promise<void> {
    announce(emit, transition, told)
    if (transition.paused.length > 0) await mirror(false)
    await queues.give(transition.wakes)
  }

  return { links, wire, prober, worker, queues, sweeper }
}

async function close(
  { links, wire, prober, worker, queues, sweeper }: Parts,
  longestSeconds: number,
): Promise<void> {
  queues.stop()
  worker.stop()
  prober.stop()
  await sweeper.close()
  await within((longestSeconds + CLOSE_EXTRA_SECONDS) * 1000, worker.ended(), null)
  await queues.close()
  links.close()
  await wire.close()
  await within(2000, Promise.all([worker.ended(), prober.ended()]), null)
}
