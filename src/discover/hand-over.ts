/** From a look to `onFound`: settled or not, told once, and faults of the disk told once for as long as they last. */
import { loggedError } from '../events.ts'
import type { Found } from '../handovers.ts'
import { within } from './crawl.ts'
import { type Entry, isAbsent, isUnspeakable } from './file-system.ts'
import type { Look } from './fingerprint.ts'
import type { RootOptions, RootTools } from './root-loop.ts'
import { createSettler, type Known } from './settle.ts'

/** One item that takes this long to be handled must not keep a sweep from ending. */
const ITEM_PATIENCE_MS = 60_000
/** A file server's clock may differ from ours by so much. */
const CLOCK_SKEW_MS = 3_600_000

export type HandOver = ReturnType<typeof createHandOver>

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
  const early = new Set<string>()
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
        await options.onFound(found, { firstScan: early.has(found.path) })
        if (found.settled) early.delete(found.path)
        return true
      } catch (thrown) {
        emit('item.failed', { path: found.path, error: loggedError(thrown) })
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
      if (firstSweep) early.add(path)
      const { fingerprint, modified } = look
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
        faults.delete(path)
        return outcome
      } catch (thrown) {
        settler.forget(path)
        if (isAbsent(thrown)) faults.delete(path)
        else tell(path, thrown)
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

    swept(): void {
      firstSweep = false
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
