/**
 * Decides from successive looks at a path whether it is still changing, and hands it on: once when it is new or has
 * changed, once more when nothing has changed for the settle time.
 *
 * Two looks that far apart are what counts. Only at the first look of this process may the journal's own last look,
 * or the file system's clock, stand for the earlier one.
 */
import { performance } from 'node:perf_hooks'
import type { Found } from '../handovers.ts'

/** Seconds without a change after which one is taken. A copy by hand pauses longer than an instrument does. */
export const settleSecondsOf = (type: Found['type'], isLocal: boolean): number =>
  type === 'sheet' ? 10 : isLocal ? 2 : 30

/** What the journal knows of a path. */
export type Known = {
  fingerprint: string
  status: 'active' | 'done' | 'adopted' | 'gone'
  type: 'run-folder' | 'sheet'
  changed: string
}

type Look = Omit<Found, 'settled' | 'quietSince'>
type Watched = { fingerprint: string; since: number; told: boolean; timer?: NodeJS.Timeout | undefined }

/** `lookAgain` is called at the moment a path is due. What `hand` says false to is handed on anew at the next look. */
export function createSettler(options: {
  settleMs(): number
  hand(found: Found): Promise<boolean>
  lookAgain(path: string): void
}) {
  const paths = new Map<string, Watched>()
  const anew = new Set<string>()

  function forget(path: string): void {
    clearTimeout(paths.get(path)?.timer)
    paths.delete(path)
  }

  function watch({ path, fingerprint }: Look, quietMs: number): Watched {
    forget(path)
    const one: Watched = { fingerprint, since: performance.now() - quietMs, told: false }
    paths.set(path, one)
    return one
  }

  async function hand(look: Look, settled: boolean, one: Watched): Promise<void> {
    one.told = settled
    const quietSince = new Date(Date.now() - (performance.now() - one.since)).toISOString()
    const taken = await options.hand({ ...look, settled, quietSince })
    // If it has changed meanwhile, a newer look is already in charge.
    if (!taken && paths.get(look.path) === one) forget(look.path)
  }

  return {
    /** One look at a path. Resolves when what it led to has been handed on. */
    async looked(
      found: Look,
      { known, quietMs }: { known: Known | undefined; quietMs: number },
    ): Promise<void> {
      const before = paths.get(found.path)
      const isNew = anew.delete(found.path) || !isKnown(known, found)
      if (before === undefined && !isNew && known?.status !== 'active') return
      const changed = before === undefined || before.fingerprint !== found.fingerprint
      const one = changed ? watch(found, before === undefined ? quietMs : 0) : before
      if (one.told) return
      const leftMs = one.since + options.settleMs() - performance.now()
      if (leftMs <= 0) {
        clearTimeout(one.timer)
        await hand(found, true, one)
        return
      }
      one.timer ??= setTimeout(() => {
        one.timer = undefined
        options.lookAgain(found.path)
      }, leftMs + 1)
      if (changed && (before !== undefined || isNew)) await hand(found, false, one)
    },
    /** The next look at this path counts as the first, and what the journal says of it does not. */
    anew(path: string): void {
      forget(path)
      anew.add(path)
    },
    /** Is there nothing left to hand on? */
    isSettled: (path: string): boolean => (paths.get(path)?.told ?? true) && !anew.has(path),
    forget,
    close(): void {
      for (const path of paths.keys()) forget(path)
    },
  }
}

const isKnown = (known: Known | undefined, { fingerprint }: Look): boolean =>
  known !== undefined && known.status !== 'gone' && known.fingerprint === fingerprint
