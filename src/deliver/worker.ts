/** One job after another: asks the journal, makes the attempt, and tells the journal how it ended. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Arming, Transition } from '../decision.ts'
import { createLimit } from '../event-loop.ts'
import { type Emit, loggedError } from '../events.ts'
import type { Outcome } from '../handovers.ts'
import type { Told } from './announce.ts'
import { attempt } from './attempt.ts'
import type { Destination } from './destination.ts'
import type { Wire } from './exchange.ts'
import type { JobData } from './queue.ts'

/** The journal's transactions around one attempt. */
export type AttemptJournal = {
  arm(request: { id: string; revision: number; url: string }, now: Date): Promise<Arming>
  settle(
    attempt: { id: string; revision: number; attempt: number },
    outcome: Outcome,
    now: Date,
  ): Promise<Transition>
}

type Worker = {
  /** When the job is to be done again; null when it is done. Never rejects. */
  work(to: Destination, data: JobData): Promise<Date | null>
  /** Begins no new attempt from now on. */
  stop(): void
  /** Resolves when nothing is on the wire any more. */
  ended(): Promise<void>
}

const PAUSED_AGAIN_MS = 1000
const SETTLE_AGAIN_MS = 1000
/** The same fault need not be told for each of a thousand jobs. */
const TOLD_AGAIN_MS = 60_000

type WorkerOptions = {
  journal: AttemptJournal
  wire: Wire
  /** Tells what followed, and does what it asks for. */
  follow(transition: Transition, told?: Told): Promise<void>
  /** The registry took something. */
  onTaken(registry: string): void
  emit: Emit
  now(): Date
}

export function createWorker(options: WorkerOptions): Worker {
  const atWork = new Set<Promise<unknown>>()
  const limits = new Map<string, ReturnType<typeof createLimit>>()
  const stopping = new AbortController()
  let toldMs = Number.NEGATIVE_INFINITY

  async function work(to: Destination, data: JobData): Promise<Date | null> {
    const tried = await limitOf(to)(() => tryOnce(to, data, options, stopping.signal))
    if (tried !== null && 'taken' in tried) await tried.taken()
    return tried instanceof Date ? tried : null
  }

  /** As many requests at once at a registry as it allows. */
  function limitOf(to: Destination): ReturnType<typeof createLimit> {
    const known = limits.get(to.name) ?? createLimit(() => to.limits.concurrency)
    limits.set(to.name, known)
    return known
  }

  function tell(thrown: unknown): void {
    if (performance.now() - toldMs < TOLD_AGAIN_MS) return
    toldMs = performance.now()
    options.emit('delivery.failed', { error: loggedError(thrown) })
  }

  return {
    /** One fault boundary a job: what the journal still wants, the next sweep gives a job again. */
    async work(to, data) {
      const working = work(to, data)
      atWork.add(working)
      try {
        return await working
      } catch (thrown) {
        tell(thrown)
        return null
      } finally {
        atWork.delete(working)
      }
    },
    stop: () => stopping.abort(),
    ended: async () => {
      await Promise.allSettled(atWork)
    },
  }
}

/**
 * One attempt, or when to ask again. What the registry took may be kept while the next attempt is made (`taken`); any
 * other outcome may pause the registry, and is kept first.
 */
async function tryOnce(
  to: Destination,
  { registrationId: id, revision }: JobData,
  options: WorkerOptions,
  stopping: AbortSignal,
): Promise<{ taken(): Promise<void> } | Date | null> {
  if (stopping.aborted) return null
  const { journal, wire, follow, onTaken, now } = options
  const arming = await journal.arm({ id, revision, url: to.url }, now())
  await follow(arming.transition)
  switch (arming.may) {
    case 'no':
      return null
    case 'later':
      return new Date(arming.at)
    case 'paused':
      return new Date(now().getTime() + PAUSED_AGAIN_MS)
    case 'begin': {
      const began = performance.now()
      const outcome = await attempt(wire, to, arming.armed, now())
      const tookMs = Math.round(performance.now() - began)
      const keep = async () => {
        const which = { id, revision, attempt: arming.armed.attempt }
        const transition = await settle(which, outcome, options, stopping)
        if (isTaken(outcome)) onTaken(to.name)
        await follow(transition, { tookMs, adopted: isAdopted(outcome) })
      }
      if (isTaken(outcome)) return { taken: keep }
      await keep()
      return null
    }
    default:
      return arming satisfies never
  }
}

/** An answer is not given up because the disk is full: unwritten, it would be an unknown outcome. */
async function settle(
  which: Parameters<AttemptJournal['settle']>[0],
  outcome: Outcome,
  { journal, emit, now }: WorkerOptions,
  stopping: AbortSignal,
): Promise<Transition> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await journal.settle(which, outcome, now())
    } catch (thrown) {
      if (isFirst) emit('journal.failed', { error: loggedError(thrown) })
      if (stopping.aborted) throw thrown
      await sleep(SETTLE_AGAIN_MS)
    }
  }
}

const isTaken = (outcome: Outcome): boolean =>
  (outcome.type === 'verdict' && outcome.verdict.is === 'accepted') ||
  (outcome.type === 'look-up' && outcome.result.is === 'found')

const isAdopted = (outcome: Outcome): boolean =>
  outcome.type === 'look-up' ||
  (outcome.type === 'verdict' && outcome.verdict.is === 'accepted' && outcome.verdict.adopted)
