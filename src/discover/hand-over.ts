/** From a look to `onFound`: settled or not, told once, and tried again where the disk refuses. */
import { within } from '../event-loop.ts'
import { loggedError } from '../events.ts'
import type { Found } from '../handovers.ts'
import { createFaults } from './faults.ts'
import { isAbsent, isRefusal } from './file-system.ts'
import type { Look } from './fingerprint.ts'
import { createFirstScan } from './first-scan.ts'
import type { RootOptions, RootTools } from './root-loop.ts'
import { createSettler, type Known, settleSecondsOf } from './settle.ts'

/** Items of one root that are on their way through reading and planning at once: together they share commits. */
export const MOST_IN_HAND = 200
/** One item that takes this long to be handled must not keep a sweep from ending. */
const ITEM_PATIENCE_MS = 60_000
/** A file server's clock may differ from ours by so much. */
const CLOCK_SKEW_MS = 3_600_000

/** As `work`, or null when it takes too long; the work itself goes on. */
export const patiently = <T>(work: Promise<T>): Promise<T | null> => within(ITEM_PATIENCE_MS, work, null)

/** `lookAgain` is called at the moment a path is due. */
export function createHandOver(
  type: Found['type'],
  options: RootOptions,
  tools: RootTools,
  lookAgain: (path: string) => void,
) {
  const { root, isLocal } = tools
  const faults = createFaults(type, options.emit)
  const firstScan = createFirstScan(root)
  const settleMs = () => 1000 * (options.settleSeconds ?? settleSecondsOf(type, isLocal()))
  const settler = createSettler({ settleMs, lookAgain, hand })

  async function hand(found: Found): Promise<boolean> {
    const { path, fingerprint, settled } = found
    try {
      await options.onFound(found, { firstScan: firstScan.had(path, fingerprint) })
      if (settled) firstScan.forget(path)
      faults.mend(path, 'reading')
      return true
    } catch (thrown) {
      if (isRefusal(thrown)) faults.tell(path, 'reading', thrown)
      else options.emit('item.failed', { path, error: loggedError(thrown) })
      return false
    }
  }

  async function looked(path: string, look: Look): Promise<void> {
    if (tools.isClosed()) return
    const { fingerprint, modified } = look
    const known = tools.known().get(path)
    firstScan.saw(path, fingerprint)
    const found = { root, path, type, fingerprint, modified }
    await settler.looked(found, { known, quietMs: quietMs(look, known, tools) })
  }

  /** What `look` gives; null where nothing lies there, or the disk refuses: that is told, and tried again. */
  async function guarded<T>(path: string, look: () => Promise<T>): Promise<T | null> {
    try {
      const outcome = await look()
      faults.mend(path, 'look')
      firstScan.canSee(path)
      return outcome
    } catch (thrown) {
      settler.forget(path)
      if (isAbsent(thrown)) {
        faults.forget(path)
        firstScan.forget(path)
      } else {
        faults.tell(path, 'look', thrown)
        firstScan.couldNotSee(path)
      }
      return null
    }
  }

  const { swept } = firstScan
  return { ...settler, looked, guarded, swept, tellUnspeakable: faults.tellUnspeakable }
}

/** How long the file system itself says that nothing has changed; its clock counts only as far as it is ours. */
function quietMs(look: Look, known: Known | undefined, { isLocal, now }: RootTools): number {
  const age = now().getTime() - look.touchedMs - (isLocal() ? 0 : CLOCK_SKEW_MS)
  const same = known?.fingerprint === look.fingerprint
  return Math.max(0, age, same ? now().getTime() - Date.parse(known.changed) : 0)
}
