/**
 * Keeps one watched root: sweeps it again and again, and lets file events, where they can be had, ask for a look
 * sooner. The sweep is the truth; a root that is away or empty never means that something was removed.
 */
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { within } from '../event-loop.ts'
import { type Emit, type LoggedError, loggedError } from '../events.ts'
import type { Found } from '../handovers.ts'
import { type Disk, notAnswering } from './disk.ts'
import { isRefusal } from './file-system.ts'
import type { Hints, Watched } from './hints.ts'
import { createPlace } from './place.ts'
import { createRounds } from './rounds.ts'
import type { Known } from './settle.ts'

export type RootOptions = {
  path: string
  /** From the end of one sweep to the start of the next. */
  sweepSeconds: number
  /** auto: on, but off on network file systems, where other hosts' changes raise none. */
  events: 'auto' | 'on' | 'off'
  /** Without one, by the kind of disk. */
  settleSeconds?: number | undefined
  /** What the journal knows below this root, by path. */
  known(): Promise<ReadonlyMap<string, Known>>
  /**
   * Something was found. What it rejects with is told, and the same is found again at the next sweep.
   * `firstScan`: it lay there, as it is, when this watch began.
   */
  onFound(found: Found, circumstances: { firstScan: boolean }): Promise<void>
  /** What the journal knows as active lies there no more, though other things it knows still do. */
  onGone(path: string): Promise<void>
  emit: Emit
  now?: () => Date
}

export type RootHealth = {
  /** Why the root cannot be read; null when the last sweep could. */
  away: LoggedError | null
  scannedOnce: boolean
  /** End of the last sweep that could read the root. */
  lastSweep: Date | null
  /** File events make it faster. */
  events: boolean
}

export type RootWatch = {
  root: string
  /** Resolves at the end of the first sweep: true when it was whole, false when the watch was closed before. */
  scannedOnce: Promise<boolean>
  health(): RootHealth
  /** A sweep that begins after this call; resolves at its end. */
  sweepNow(): Promise<void>
  /** Finds one path as if it were new, though it be known and finished. */
  lookAgain(path: string): Promise<void>
  close(): Promise<void>
}

/** What differs between a root of run folders and a drop folder. */
export type RootKind = {
  /** Lists everything; throws when the root itself cannot be read. */
  sweep(): Promise<{ folders: number; sheets: number }>
  /** That sweep was whole: the disk answered all through. */
  swept(): Promise<void>
  watched: Watched
  handOver: { anew(path: string): void; close(): void }
  looks: { at(path: string): Promise<unknown>; close(): Promise<void> }
}

/** What a kind may ask of the loop. */
export type RootTools = {
  root: string
  disk: Disk
  hints: Pick<Hints, 'add' | 'drop'>
  isLocal(): boolean
  /** What the journal knew when the last sweep began. */
  known(): ReadonlyMap<string, Known>
  now(): Date
  isClosed(): boolean
}

const CLOSING_MS = 2_000

export function keepRoot(options: RootOptions, make: (tools: RootTools) => RootKind): RootWatch {
  const { emit } = options
  const root = resolve(options.path)
  const now = options.now ?? (() => new Date())
  let health: Omit<RootHealth, 'events'> = { away: null, scannedOnce: false, lastSweep: null }
  const scannedOnce = Promise.withResolvers<boolean>()
  let known: ReadonlyMap<string, Known> = new Map()
  const sweeps = createRounds(sweep, Math.max(0.02, options.sweepSeconds) * 1000)
  const place = createPlace(root, options, sweeps.soon)
  const kind = make({ root, ...place, known: () => known, now, isClosed: sweeps.isClosed })

  async function sweep(): Promise<void> {
    const start = performance.now()
    const journal = await options.known().catch(failed)
    if (journal === undefined) return
    try {
      await place.meet()
      known = journal
      const counts = await kind.sweep()
      if (place.disk.isSilent()) throw notAnswering()
      if (sweeps.isClosed()) return
      await kind.swept()
      if (health.away !== null) emit('root.back', { root })
      emit('root.scanned', { root, ...counts, tookMs: Math.round(performance.now() - start) })
    } catch (thrown) {
      // A fault of ours says nothing of the root.
      return isRefusal(thrown) ? lose(loggedError(thrown)) : failed(thrown)
    }
    health = { away: null, scannedOnce: true, lastSweep: now() }
    scannedOnce.resolve(true)
    await place.follow(kind.watched)
  }

  function failed(thrown: unknown): undefined {
    emit('item.failed', { path: root, error: loggedError(thrown) })
  }

  async function lose(error: LoggedError): Promise<void> {
    if (health.away === null && !sweeps.isClosed()) emit('root.away', { root, error })
    health = { ...health, away: error }
    await place.leave()
  }

  sweeps.soon()
  return {
    root,
    scannedOnce: scannedOnce.promise,
    health: () => ({ ...health, events: place.hints.isFollowing() }),
    sweepNow: sweeps.now,
    async lookAgain(path) {
      kind.handOver.anew(path)
      await kind.looks.at(path)
    },
    async close() {
      scannedOnce.resolve(false)
      kind.handOver.close()
      const ends = [sweeps.close(), kind.looks.close(), place.hints.close()]
      await within(CLOSING_MS, Promise.allSettled(ends), null)
    },
  }
}
