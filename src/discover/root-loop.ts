/**
 * Keeps one watched root: sweeps it again and again, and lets file events, where they can be had, ask for a look
 * sooner. The sweep is the truth; a root that is away or empty never means that something was removed.
 */
import { stat } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { within } from '../event-loop.ts'
import { type Emit, type LoggedError, loggedError } from '../events.ts'
import type { Found } from '../handovers.ts'
import { createDisk, type Disk, notAnswering } from './disk.ts'
import { isRefusal, networkFileSystem } from './file-system.ts'
import { type Hints, watchHints } from './hints.ts'
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

type Counts = { folders: number; sheets: number }

/** What differs between a root of run folders and a drop folder. */
type RootKind = {
  /** Lists everything; throws when the root itself cannot be read. */
  sweep(known: ReadonlyMap<string, Known>): Promise<Counts>
  /** That sweep was whole: the disk answered all through. */
  swept(): Promise<void>
  hints: Pick<Parameters<typeof watchHints>[1], 'depth' | 'deeper' | 'ignored' | 'hint'>
  lookAgain(path: string): Promise<void>
  close(): Promise<void>
}

/** What a kind may ask of the loop. */
export type RootTools = {
  disk: Disk
  /** The network file system's name; null on a local disk. */
  network(): string | null
  hints(): Hints | null
}

/** A local disk answers at once; a drive that needs longer than this for one folder is as good as away. */
const PATIENCE_MS = 30_000
const CLOSING_MS = 2_000

export function keepRoot(
  root: string,
  options: RootOptions,
  make: (tools: RootTools) => RootKind,
): RootWatch {
  const { emit } = options
  const health: RootHealth = { away: null, scannedOnce: false, lastSweep: null, events: false }
  const scannedOnce = Promise.withResolvers<boolean>()
  let network: string | null = null
  let identity: string | null = null
  let hints: Hints | null = null
  let eventsFailed = false
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | null = null
  let closed = false
  const disk = createDisk(PATIENCE_MS, () => (network === null ? 8 : 2))
  const kind = make({ disk, network: () => network, hints: () => hints })

  async function sweep(): Promise<void> {
    const start = performance.now()
    let known: ReadonlyMap<string, Known>
    try {
      known = await options.known()
    } catch (thrown) {
      emit('item.failed', { path: root, error: loggedError(thrown) })
      return
    }
    try {
      await meet()
      const counts = await kind.sweep(known)
      if (disk.isSilent()) throw notAnswering()
      if (closed) return
      await kind.swept()
      if (health.away !== null) emit('root.back', { root })
      emit('root.scanned', { root, ...counts, tookMs: Math.round(performance.now() - start) })
    } catch (thrown) {
      await lose(thrown)
      return
    }
    health.away = null
    health.lastSweep = options.now?.() ?? new Date()
    health.scannedOnce = true
    scannedOnce.resolve(true)
    if (hints?.isWorn()) await unfollow()
    follow()
  }

  /** Is it the same root as before? A mount that came or went, or a folder made anew, needs a new watcher. */
  async function meet(): Promise<void> {
    const stats = await disk.ask(root, () => stat(root, { bigint: true }))
    if (!stats.isDirectory()) throw Object.assign(new Error('it is not a folder'), { code: 'ENOTDIR' })
    const now = `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`
    if (now === identity) return
    await unfollow()
    network = await disk.ask(root, () => networkFileSystem(root))
    identity = now
    eventsFailed = false
    if (network !== null && options.events === 'auto')
      emit('root.events-off', { root, detail: `${network} tells nothing of what other hosts do` })
  }

  async function lose(thrown: unknown): Promise<void> {
    // A fault of ours says nothing of the root.
    if (!isRefusal(thrown)) {
      emit('item.failed', { path: root, error: loggedError(thrown) })
      return
    }
    if (health.away === null && !closed) emit('root.away', { root, error: loggedError(thrown) })
    health.away = loggedError(thrown)
    identity = null
    await unfollow()
  }

  function follow(): void {
    if (closed || hints !== null || eventsFailed || identity === null) return
    if (options.events === 'off' || (options.events === 'auto' && network !== null)) return
    const mine = watchHints(root, {
      ...kind.hints,
      // What came between the sweep and the watcher's own first look raised no event.
      ready: () => mine === hints && sweepSoon(),
      rootGone: () => {
        if (mine !== hints) return
        identity = null
        sweepSoon()
      },
      failed(detail) {
        if (mine !== hints) return
        eventsFailed = true
        emit('root.events-off', { root, detail })
        void unfollow()
      },
    })
    hints = mine
    health.events = true
  }

  async function unfollow(): Promise<void> {
    const former = hints
    hints = null
    health.events = false
    await former?.close()
  }

  function sweepSoon(): void {
    void sweepNow()
  }

  function sweepNow(): Promise<void> {
    if (closed) return Promise.resolve()
    clearTimeout(timer)
    const before = sweeping
    const mine: Promise<void> = (
      before === null ? sweep() : before.then(() => (closed ? undefined : sweep()))
    ).then(() => {
      if (sweeping !== mine) return
      sweeping = null
      if (!closed) timer = setTimeout(sweepSoon, Math.max(0.02, options.sweepSeconds) * 1000)
    })
    sweeping = mine
    return mine
  }

  sweepSoon()
  return {
    root,
    scannedOnce: scannedOnce.promise,
    health: () => ({ ...health }),
    sweepNow,
    lookAgain: (path) => kind.lookAgain(path),
    async close() {
      closed = true
      clearTimeout(timer)
      scannedOnce.resolve(false)
      const ends = [kind.close(), unfollow(), sweeping ?? Promise.resolve()]
      await within(CLOSING_MS, Promise.allSettled(ends), null)
    },
  }
}
