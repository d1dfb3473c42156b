/** From a look to `onFound`: settled or not, told once, and faults of the disk told once for as long as they last. */
import { dirname } from 'node:path'
import { within } from '../event-loop.ts'
import { loggedError } from '../events.ts'
import type { Found } from '../handovers.ts'
import { type Entry, isAbsent, isRefusal, isUnspeakable } from './file-system.ts'
import type { Look } from './fingerprint.ts'
import type { RootOptions, RootTools } from './root-loop.ts'
import { createSettler, type Known } from './settle.ts'

/** One item that takes this long to be handled must not keep a sweep from ending. */
const ITEM_PATIENCE_MS = 60_000
/** Items of one root that are on their way through reading and planning at once: together they share commits. */
export const MOST_IN_HAND = 200
/** A file server's clock may differ from ours by so much. */
const CLOCK_SKEW_MS = 3_600_000

export function createHandOver(
  root: string,
  type: Found['type'],
  settleDefault: { local: number; network: number },
  options: RootOptions,
  tools: RootTools,
  lookAgain: (path: string) => void,
) {
  const { emit } = options
  const now = () => (options.now?.() ?? new Date()).getTime()
  const faults = new Map<string, string>()
  /** Paths whose reading was refused: a look that goes well does not mend that. */
  const unread = new Set<string>()
  /** What lay there when this watch began, by path: its fingerprint. */
  const early = new Map<string, string>()
  /** What the first sweep could not see into: whatever is seen there at last lay there too. */
  const unseen = new Set<string>()
  const seenAtLast = new Set<string>()
  const anew = new Set<string>()
  let firstSweep = true
  let closed = false

  const settler = createSettler({
    settleMs: () =>
      1000 *
      (options.settleSeconds ?? (tools.network() === null ? settleDefault.local : settleDefault.network)),
    lookAgain,
    async hand(found) {
      try {
        await options.onFound(found, { firstScan: early.get(found.path) === found.fingerprint })
        if (found.settled) early.delete(found.path)
        if (unread.delete(found.path)) faults.delete(found.path)
        return true
      } catch (thrown) {
        if (isRefusal(thrown)) {
          unread.add(found.path)
          tell(found.path, thrown)
        } else emit('item.failed', { path: found.path, error: loggedError(thrown) })
        return false
      }
    },
  })

  /** How long the file system itself says that nothing has changed; its clock counts only as far as it is ours. */
  function quietMs(look: Look, known: Known | undefined): number {
    const age = now() - look.touchedMs - (tools.network() === null ? 0 : CLOCK_SKEW_MS)
    const same = known?.fingerprint === look.fingerprint
    return Math.max(0, age, same ? now() - Date.parse(known.changed) : 0)
  }

  /** Does what is seen here now belong to what lay there when this watch began? */
  function isEarly(path: string): boolean {
    if (firstSweep) return true
    if (unseen.size === 0) return false
    for (let at = path; at.length > root.length; at = dirname(at)) if (unseen.has(at)) return true
    return false
  }

  function tell(path: string, thrown: unknown): void {
    const error = loggedError(thrown)
    if (faults.get(path) === error.message) return
    faults.set(path, error.message)
    if (type === 'sheet') emit('sheet.unreadable', { path, error })
    else emit('run.unreadable', { path, error })
  }

  return {
    async looked(path: string, look: Look, known: Known | undefined): Promise<void> {
      if (closed) return
      const { fingerprint, modified } = look
      if (isEarly(path) && !early.has(path)) early.set(path, fingerprint)
      const history = anew.delete(path) ? undefined : known
      await settler.looked(
        { root, path, type, fingerprint, modified },
        { known: history, quietMs: quietMs(look, known) },
      )
    },

    /** What `look` gives; null where nothing lies there, or the disk refuses: that is told, and tried again. */
    async guarded<T>(path: string, look: () => Promise<T>): Promise<T | null> {
      try {
        const outcome = await look()
        if (!unread.has(path)) faults.delete(path)
        if (unseen.has(path)) seenAtLast.add(path)
        return outcome
      } catch (thrown) {
        settler.forget(path)
        if (!isAbsent(thrown)) {
          tell(path, thrown)
          if (isEarly(path)) unseen.add(path)
        } else {
          faults.delete(path)
          unread.delete(path)
          early.delete(path)
        }
        return null
      }
    },

    patiently: <T>(work: Promise<T>): Promise<T | null> => within(ITEM_PATIENCE_MS, work, null),

    /** Names that are not text cannot be opened; a person has to rename them. */
    warnUnspeakable(folder: string, entries: readonly Entry[]): void {
      for (const { name } of entries)
        if (isUnspeakable(name))
          tell(`${folder}/${name}`, new Error('its name has characters that are not UTF-8 text: rename it'))
    },

    /** The next look at this path counts as the first, and what the journal says of it does not. */
    anew(path: string): void {
      settler.forget(path)
      anew.add(path)
    },

    /** A sweep was whole. */
    swept(): void {
      firstSweep = false
      for (const path of seenAtLast) unseen.delete(path)
      seenAtLast.clear()
    },

    isSettled: (path: string) => settler.isSettled(path) && !anew.has(path),
    forget: (path: string) => settler.forget(path),
    isClosed: () => closed,
    close() {
      closed = true
      settler.close()
    },
  }
}
